import {
	type INodeType,
	type INodeTypeDescription,
	type IWebhookDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
	NodeConnectionTypes,
} from 'n8n-workflow';

import { ANY_EVENT, TRIGGER_VERSIONS } from '../shared/webhook/fields';
import { fileCourierApiTest } from './credentialTest';
import { receiveFiles, type ReceiveOptions } from './receiveFiles';
import { triggerProperties } from './triggerProperties';

// FileCourier has no registration of webhooks: each session names its callback URL. So n8n has nothing to register.
const webhooks: IWebhookDescription[] = [
	{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: 'webhook' },
];

export class FileCourierTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'FileCourier Trigger',
		name: 'fileCourierTrigger',
		icon: { light: 'file:fileCourier.svg', dark: 'file:fileCourier.dark.svg' },
		group: ['trigger'],
		version: TRIGGER_VERSIONS,
		subtitle: '={{ $parameter["events"].join(", ") }}',
		description: 'Starts the workflow when FileCourier delivers requested files',
		defaults: { name: 'FileCourier Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'fileCourierApi', required: true, testedBy: 'fileCourierApiTest' }],
		webhooks,
		properties: triggerProperties,
	};

	methods = { credentialTest: { fileCourierApiTest } };

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		const events = this.getNodeParameter('events', []) as string[];
		const options = this.getNodeParameter('options', {}) as Omit<ReceiveOptions, 'events'>;
		const { repeatWindow, recipient, referenceId, fileName, maxAge } = options;
		return await receiveFiles(this, {
			events: events.includes(ANY_EVENT) ? [] : events,
			repeatWindow,
			recipient,
			referenceId,
			fileName,
			maxAge,
		});
	}
}
