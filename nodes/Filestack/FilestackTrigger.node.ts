import {
	type INodeType,
	type INodeTypeDescription,
	type IWebhookDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
	NodeConnectionTypes,
} from 'n8n-workflow';

import { readParameters, triggerSource } from '../shared/node/parameters';
import { toProperty } from '../shared/node/schema';
import { eventsSubtitle } from '../shared/node/subtitle';
import { checkedActivation } from '../shared/webhook/activation';
import { handleEvent, TRIGGER_VERSIONS } from '../shared/webhook/events';
import { matchesGlob } from '../shared/node/filters';
import { ACCEPTED, triggerHelp } from '../shared/webhook/triggerHelp';
import { filestack, filestackApiTest } from './service';
import { filestackEvents, triggerProperties } from './webhook';

// n8n registers nothing at Filestack, because webhooks can only be created in its Developer Portal.
const webhooks: IWebhookDescription[] = [
	{
		name: 'default',
		httpMethod: 'POST',
		responseMode: 'onReceived',
		responseData: ACCEPTED,
		path: 'webhook',
	},
];

interface Settings {
	events: string[];
	options: { fileName?: string; maxAge?: number; mimeType?: string; repeatWindow?: number };
}

export class FilestackTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Filestack Trigger',
		name: 'filestackTrigger',
		icon: { light: 'file:filestack.svg', dark: 'file:filestack.dark.svg' },
		group: ['trigger'],
		version: TRIGGER_VERSIONS,
		subtitle: eventsSubtitle(triggerProperties),
		description: 'Starts the workflow when Filestack events occur',
		defaults: { name: 'Filestack Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'filestackApi', required: true, testedBy: 'filestackApiTest' }],
		...triggerHelp({
			service: 'Filestack',
			where: 'in the Developer Portal of Filestack under Webhooks',
			test: 'Then store a file in Filestack.',
			docs: 'https://github.com/file-delivery/n8n-nodes-file-delivery/blob/main/docs/Filestack.md#filestack-trigger',
		}),
		webhooks,
		properties: triggerProperties.map(toProperty),
	};

	methods = { credentialTest: { filestackApiTest } };

	webhookMethods = { default: checkedActivation(filestack, triggerProperties) };

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await handleEvent(this, filestackEvents, () => {
			const settings = readParameters(triggerSource(this), triggerProperties);
			const { events, options } = settings as unknown as Settings;
			const { fileName, mimeType, maxAge = 172_800, repeatWindow = 2880 } = options;
			return {
				events,
				maxAge,
				repeatWindow,
				keep: (json) => matchesGlob(fileName, json.name) && matchesGlob(mimeType, json.mimeType),
			};
		});
	}
}
