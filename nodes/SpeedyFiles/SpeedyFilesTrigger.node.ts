import {
	type INodeType,
	type INodeTypeDescription,
	type IWebhookDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
	NodeConnectionTypes,
} from 'n8n-workflow';

import { readParameters } from '../shared/node/parameters';
import { toProperty } from '../shared/node/schema';
import { eventsSubtitle } from '../shared/node/subtitle';
import { checkedActivation } from '../shared/webhook/activation';
import { handleEvent, TRIGGER_VERSIONS } from '../shared/webhook/events';
import { matchesGlob } from '../shared/node/filters';
import { ACCEPTED, triggerHelp } from '../shared/webhook/triggerHelp';
import { speedyFiles, speedyFilesApiTest } from './service';
import { speedyFilesEvents, speedyFilesTriggerSource, triggerProperties } from './webhook';

// n8n registers nothing, because only an admin can add webhooks, in the web interface.
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
	options: {
		fileName?: string;
		maxAge?: number;
		packageId?: string;
		recipient?: string;
		repeatWindow?: number;
	};
}

export class SpeedyFilesTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'SpeedyFiles Trigger',
		name: 'speedyFilesTrigger',
		icon: { light: 'file:speedyFiles.svg', dark: 'file:speedyFiles.dark.svg' },
		group: ['trigger'],
		version: TRIGGER_VERSIONS,
		subtitle: eventsSubtitle(triggerProperties),
		description: 'Starts the workflow when SpeedyFiles events occur',
		defaults: { name: 'SpeedyFiles Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'speedyFilesApi', required: true, testedBy: 'speedyFilesApiTest' }],
		...triggerHelp({
			service: 'SpeedyFiles',
			where: 'in SpeedyFiles under Settings → Webhooks, as an admin',
			test: 'Then press Test on the webhook.',
			docs: 'https://github.com/file-delivery/n8n-nodes-file-delivery/blob/main/docs/SpeedyFiles.md#speedyfiles-trigger',
		}),
		webhooks,
		properties: triggerProperties.map(toProperty),
	};

	methods = { credentialTest: { speedyFilesApiTest } };

	webhookMethods = {
		default: checkedActivation(speedyFiles, triggerProperties, speedyFilesTriggerSource),
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await handleEvent(this, speedyFilesEvents, () => {
			const settings = readParameters(speedyFilesTriggerSource(this), triggerProperties);
			const { events, options } = settings as unknown as Settings;
			const { fileName, packageId, recipient, maxAge = 300, repeatWindow = 60 } = options;
			return {
				events,
				maxAge,
				repeatWindow,
				keep: (json) =>
					matchesGlob(fileName, json.name) &&
					matchesGlob(packageId, json.packageId) &&
					matchesGlob(recipient, json.recipientEmail),
			};
		});
	}
}
