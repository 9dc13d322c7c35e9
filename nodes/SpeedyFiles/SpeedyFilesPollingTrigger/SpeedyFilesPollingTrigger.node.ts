import {
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type IPollFunctions,
	NodeConnectionTypes,
} from 'n8n-workflow';

import { readParameters, triggerSource } from '../../shared/node/parameters';
import { toProperty } from '../../shared/node/schema';
import { eventsSubtitle } from '../../shared/node/subtitle';
import { leadSeconds, type LeadTime } from '../../shared/polling/fields';
import { runPoll } from '../../shared/polling/poll';
import {
	type ListState,
	pollList,
	sampleItem,
	upgradeListState,
} from '../../shared/polling/pollList';
import { packageOutput } from '../describe';
import { speedyFiles, speedyFilesApiTest } from '../service';
import type { PackagePosition } from '../packagePages';
import { type PackageFilters, pollingProperties, watchedPackages } from '../polling';

interface Settings extends LeadTime {
	events: string[];
	simplify: boolean;
	options: PackageFilters & { includeExisting?: boolean };
}

// In a separate folder, because n8n finds the schema preview of a trigger by its folder and version only.
export class SpeedyFilesPollingTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'SpeedyFiles Expiry Trigger',
		name: 'speedyFilesPollingTrigger',
		icon: { light: 'file:../speedyFiles.svg', dark: 'file:../speedyFiles.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: eventsSubtitle(pollingProperties),
		description: 'Starts the workflow when a package is created, is about to expire or has expired',
		builderHint: {
			searchHint:
				'Polls the packages for ones that were created, expire soon or have expired. For downloads and uploads, use the SpeedyFiles Trigger.',
		},
		defaults: { name: 'SpeedyFiles Expiry Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'speedyFilesApi', required: true, testedBy: 'speedyFilesApiTest' }],
		polling: true,
		properties: pollingProperties.map(toProperty),
	};

	methods = { credentialTest: { speedyFilesApiTest } };

	async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
		const settings = readParameters(triggerSource(this), pollingProperties) as unknown as Settings;
		const { includeExisting = false, direction, recipient, title } = settings.options;
		const listOf = (context: IPollFunctions) =>
			watchedPackages(context, {
				events: settings.events,
				includeExisting,
				leadTime: leadSeconds(settings),
				filters: { direction, recipient, title },
			});
		return await runPoll<ListState<PackagePosition>>(this, {
			service: speedyFiles,
			output: packageOutput,
			simplify: settings.simplify,
			settings: [direction, recipient, title, includeExisting],
			upgradeState: upgradeListState(),
			sample: async () => await sampleItem(listOf(this)),
			poll: async (last, deadline, context) =>
				await pollList(this.getNode(), listOf(context), last, deadline),
		});
	}
}
