import {
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type IPollFunctions,
	NodeConnectionTypes,
} from 'n8n-workflow';

import { readParameters, triggerSource } from '../shared/node/parameters';
import { toProperty } from '../shared/node/schema';
import { eventsSubtitle } from '../shared/node/subtitle';
import { leadSeconds, type LeadTime } from '../shared/polling/fields';
import { runPoll } from '../shared/polling/poll';
import { type ListState, pollList, sampleItem, upgradeListState } from '../shared/polling/pollList';
import { fileShotApiTest } from './credentialTest';
import { fileDetails } from './describe';
import type { Position } from './file/getAll';
import { pollingProperties, watchedFiles } from './polling';
import { fileShot } from './service';

interface Settings extends LeadTime {
	events: string[];
	simplify: boolean;
	options: { fileName?: string; includeExisting?: boolean };
}

export class FileShotTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'FileShot Trigger',
		name: 'fileShotTrigger',
		icon: { light: 'file:fileShot.svg', dark: 'file:fileShot.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: eventsSubtitle(pollingProperties),
		description: 'Starts the workflow when a file is added, is about to expire or has expired',
		defaults: { name: 'FileShot Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'fileShotApi', required: true, testedBy: 'fileShotApiTest' }],
		polling: true,
		properties: pollingProperties.map(toProperty),
	};

	methods = { credentialTest: { fileShotApiTest } };

	async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
		const settings = readParameters(triggerSource(this), pollingProperties) as unknown as Settings;
		const { fileName, includeExisting = false } = settings.options;
		const listOf = async (context: IPollFunctions) =>
			await watchedFiles(context, {
				events: settings.events,
				includeExisting,
				leadTime: leadSeconds(settings),
				fileName,
			});
		return await runPoll<ListState<Position>>(this, {
			service: fileShot,
			output: fileDetails,
			simplify: settings.simplify,
			settings: [fileName, includeExisting],
			upgradeState: upgradeListState,
			sample: async () => await sampleItem(await listOf(this)),
			poll: async (last, deadline, context) =>
				await pollList(this.getNode(), await listOf(context), last, deadline),
		});
	}
}
