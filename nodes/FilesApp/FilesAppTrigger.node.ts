import {
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type IPollFunctions,
	NodeConnectionTypes,
} from 'n8n-workflow';

import { optionalText } from '../shared/inputs';
import { chosenEvents } from '../shared/polling/fields';
import { runPoll } from '../shared/polling/poll';
import { matchesPattern } from '../shared/webhook/filter';
import { follow, type Following } from './change/follow';
import type { FollowState } from './change/followState';
import { latestChange } from './change/latest';
import { filesAppApiTest } from './credentialTest';
import { pollingProperties } from './pollingProperties';
import { filesApp } from './service';

export class FilesAppTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Files App Trigger',
		name: 'filesAppTrigger',
		icon: { light: 'file:filesApp.svg', dark: 'file:filesApp.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{ $parameter["events"].join(", ") }}',
		description: 'Starts the workflow when a file is created, modified or deleted',
		defaults: { name: 'Files App Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'filesAppApi', required: true, testedBy: 'filesAppApiTest' }],
		polling: true,
		properties: pollingProperties,
	};

	methods = { credentialTest: { filesAppApiTest } };

	async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
		const options = this.getNodeParameter('options', {}) as {
			fileName?: string;
			includeExisting?: boolean;
		};
		const { includeExisting = false } = options;
		const folderId = optionalText(this.getNodeParameter('folderId', ''));
		const fileName = optionalText(options.fileName);
		const following: Following = {
			actions: chosenEvents(this),
			includeExisting,
			folderId,
			// The feed itself tells no names.
			details: (this.getNodeParameter('details', true) as boolean) || fileName !== undefined,
			isWanted: ({ name }) => matchesPattern(fileName, name),
		};
		return await runPoll<FollowState>(this, {
			service: filesApp,
			settings: [folderId, fileName, includeExisting],
			sample: async () => await latestChange(this, following),
			poll: async (last, deadline) => await follow(this, following, last, deadline),
		});
	}
}
