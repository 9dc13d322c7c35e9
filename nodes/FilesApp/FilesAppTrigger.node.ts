import {
	type INodeExecutionData,
	type INodeProperties,
	type INodeType,
	type INodeTypeDescription,
	type IPollFunctions,
	NodeConnectionTypes,
} from 'n8n-workflow';

import { optionsField } from '../shared/node/fields';
import { matchesGlob } from '../shared/node/filters';
import { eventsSubtitle } from '../shared/node/operation';
import { optionalText, readParameters, triggerSource } from '../shared/node/parameters';
import { toProperty } from '../shared/node/schema';
import { includeExistingOption, pollEventsField, runPoll } from '../shared/polling/poll';
import { globOption } from '../shared/webhook/events';
import {
	ANY_ACTION,
	type ChangesState,
	isChangesState,
	upgradeChangesState,
} from './change/changesState';
import { changeOutput } from './change/feed';
import { fetchSampleChange, pollChanges, type PollChangesOptions } from './change/pollChanges';
import { folderField } from './file/getAll';
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
		builderHint: {
			searchHint: 'Polls for files that were created, modified or deleted.',
		},
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
			upgradeState: upgradeChangesState,
			isState: isChangesState,
			sample: async () => await fetchSampleChange(this, options),
			poll: async (last, deadline, context) => await pollChanges(context, options, last, deadline),
		});
	}
}

const pollingProperties: INodeProperties[] = [
	pollEventsField(
		[
			{
				name: 'Any Change',
				value: ANY_ACTION,
				description: 'All changes, including any types added in the future',
			},
			{ name: 'File Created', value: 'created' },
			{ name: 'File Deleted', value: 'deleted' },
			{ name: 'File Modified', value: 'modified' },
		],
		['created'],
	),
	folderField('Only trigger on changes in this folder. Leave empty for all folders.'),
	{
		displayName: 'Include File Details',
		name: 'details',
		type: 'boolean',
		default: true,
		description:
			'Whether to include the name, size, type and dates of each existing file. Uses one request per file.',
	},
	optionsField([
		globOption(
			'File Name',
			'fileName',
			'e.g. *.pdf',
			'files with a matching name (deleted files have no name and never match)',
		),
		includeExistingOption('files'),
	]),
];
