import {
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type IPollFunctions,
	NodeConnectionTypes,
} from 'n8n-workflow';

import { optionalText, readParameters, triggerSource } from '../shared/node/parameters';
import { toProperty } from '../shared/node/schema';
import { eventsSubtitle } from '../shared/node/subtitle';
import { runPoll } from '../shared/polling/poll';
import { matchesGlob } from '../shared/node/filters';
import { changeOutput } from './change/feed';
import {
	type ChangesState,
	fetchSampleChange,
	pollChanges,
	type PollChangesOptions,
} from './change/pollChanges';
import { pollingProperties } from './polling';
import { filesApp, filesAppApiTest } from './service';

interface Settings {
	events: string[];
	folderId: string;
	details: boolean;
	options: { fileName?: string; includeExisting?: boolean };
}

export class FilesAppTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Files App Trigger',
		name: 'filesAppTrigger',
		icon: { light: 'file:filesApp.svg', dark: 'file:filesApp.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: eventsSubtitle(pollingProperties),
		description: 'Starts the workflow when a file is created, modified or deleted',
		defaults: { name: 'Files App Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'filesAppApi', required: true, testedBy: 'filesAppApiTest' }],
		polling: true,
		properties: pollingProperties.map(toProperty),
	};

	methods = { credentialTest: { filesAppApiTest } };

	async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
		const settings = readParameters(triggerSource(this), pollingProperties) as unknown as Settings;
		const { includeExisting = false } = settings.options;
		const folderId = optionalText(settings.folderId);
		const fileName = optionalText(settings.options.fileName);
		const options: PollChangesOptions = {
			actions: settings.events,
			includeExisting,
			folderId,
			// Changes do not contain file names.
			details: settings.details || fileName !== undefined,
			isWanted: ({ json }) => matchesGlob(fileName, json.name),
		};
		return await runPoll<ChangesState>(this, {
			service: filesApp,
			output: changeOutput,
			settings: [folderId, fileName, includeExisting],
			sample: async () => await fetchSampleChange(this, options),
			poll: async (last, deadline, context) => await pollChanges(context, options, last, deadline),
		});
	}
}
