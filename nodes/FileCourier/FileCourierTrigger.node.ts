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
import { eventsSubtitle } from '../shared/node/operation';
import { ACCEPTED, checkedActivation, triggerHelp } from '../shared/webhook/activation';
import { ANY_EVENT, TRIGGER_VERSIONS } from '../shared/webhook/events';
import { fileCourier, fileCourierApiTest } from './service';
import { type DeliveryFilter, type DownloadSettings, receiveFiles } from './delivery';
import { triggerProperties } from './triggerFields';

// n8n registers nothing at FileCourier, because each session names its own callback URL.
const webhooks: IWebhookDescription[] = [
	{
		name: 'default',
		httpMethod: 'POST',
		responseMode: 'onReceived',
		responseData: ACCEPTED,
		path: 'webhook',
	},
];

interface Settings extends DownloadSettings {
	events: string[];
	options: DownloadSettings['options'] & Omit<DeliveryFilter, 'events'> & { repeatWindow?: number };
}

export class FileCourierTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'FileCourier Trigger',
		name: 'fileCourierTrigger',
		icon: { light: 'file:fileCourier.svg', dark: 'file:fileCourier.dark.svg' },
		group: ['trigger'],
		version: TRIGGER_VERSIONS,
		subtitle: eventsSubtitle(triggerProperties),
		description: 'Starts the workflow when FileCourier delivers requested files',
		builderHint: {
			searchHint:
				'Receives the files of sessions that the FileCourier node creates. Its Production URL must be the Callback URL of each session. Not needed for Session → Request and Wait.',
		},
		defaults: { name: 'FileCourier Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'fileCourierApi', required: true, testedBy: 'fileCourierApiTest' }],
		...triggerHelp({
			service: 'FileCourier',
			where: 'as Callback URL when you create a session',
			test: 'Then upload a file to the link of the session.',
			docs: 'https://github.com/file-delivery/n8n-nodes-file-delivery/blob/main/docs/FileCourier.md#filecourier-trigger',
		}),
		webhooks,
		properties: triggerProperties.map(toProperty),
	};

	methods = { credentialTest: { fileCourierApiTest } };

	webhookMethods = { default: checkedActivation(fileCourier, triggerProperties) };

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receiveFiles(this, () => {
			const settings = readParameters(triggerSource(this), triggerProperties);
			const { events, ...downloads } = settings as unknown as Settings;
			const {
				recipient,
				referenceId,
				fileName,
				repeatWindow,
				maxAge = 172_800,
			} = downloads.options;
			const selected = events.includes(ANY_EVENT) ? [] : events;
			const filter = { events: selected, recipient, referenceId, fileName, maxAge };
			return { filter, downloads, repeatWindow };
		});
	}
}
