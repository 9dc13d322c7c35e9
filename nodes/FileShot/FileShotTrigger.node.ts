import {
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type IPollFunctions,
	NodeConnectionTypes,
} from 'n8n-workflow';

import { chosenEvents, leadSeconds } from '../shared/polling/fields';
import { runPoll } from '../shared/polling/poll';
import { sampleFrom } from '../shared/polling/sample';
import { sweep, type SweepState } from '../shared/polling/sweep';
import { fileShotApiTest } from './credentialTest';
import type { Position } from './file/list';
import { pollingProperties } from './pollingProperties';
import { fileShot } from './service';
import { watchedFiles } from './watchedFiles';

export class FileShotTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'FileShot Trigger',
		name: 'fileShotTrigger',
		icon: { light: 'file:fileShot.svg', dark: 'file:fileShot.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{ $parameter["events"].join(", ") }}',
		description: 'Starts the workflow when a file is added, is about to expire or has expired',
		defaults: { name: 'FileShot Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'fileShotApi', required: true, testedBy: 'fileShotApiTest' }],
		polling: true,
		properties: pollingProperties,
	};

	methods = { credentialTest: { fileShotApiTest } };

	async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
		const { fileName, includeExisting = false } = this.getNodeParameter('options', {}) as {
			fileName?: string;
			includeExisting?: boolean;
		};
		const list = await watchedFiles(this, {
			events: chosenEvents(this),
			includeExisting,
			leadTime: leadSeconds(this),
			fileName,
			simplify: this.getNodeParameter('simplify', true) as boolean,
		});
		return await runPoll<SweepState<Position>>(this, {
			service: fileShot,
			settings: [fileName, includeExisting],
			sample: async () => await sampleFrom(list),
			poll: async (last, deadline) => await sweep(this.getNode(), list, last, deadline),
		});
	}
}
