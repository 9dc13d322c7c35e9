import {
	type INodeType,
	type INodeTypeDescription,
	type IWebhookDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
	NodeConnectionTypes,
} from 'n8n-workflow';

import { downloadWithin } from '../shared/transfer/downloadMany';
import { receiveDelivery, Refusal } from '../shared/webhook/receive';
import { fileCourierApiTest } from './credentialTest';
import { deliveredItems } from './deliveredItems';
import { type FileCourierDelivery, readDelivery, verifySender } from './delivery';
import { fileHost } from './service';
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
		version: 1,
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
		const options = this.getNodeParameter('options', {}) as TriggerOptions;
		return await receiveDelivery<FileCourierDelivery>(this, {
			verify: async (raw) => await verifySender(this, raw),
			read: (raw) => readDelivery(raw, events.includes('*') ? [] : events),
			prepare: async (delivery) => await prepareItems(this, delivery, options),
			repeatWindow: (options.repeatWindow ?? 2880) * 60,
		});
	}
}

interface TriggerOptions {
	/** Seconds. */
	downloadBudget?: number;
	/** Minutes. */
	repeatWindow?: number;
	sha256?: boolean;
}

async function prepareItems(
	context: IWebhookFunctions,
	delivery: FileCourierDelivery,
	{ downloadBudget = 20, sha256 = true }: TriggerOptions,
) {
	const perFile = context.getNodeParameter('output', 'file') === 'file';
	const isWanted = context.getNodeParameter('download', true) as boolean;
	const field = isWanted ? (context.getNodeParameter('binaryPropertyName', 'data') as string) : '';
	if (!isWanted) return deliveredItems(delivery, [], { perFile, field });

	const files = delivery.files.map(({ url, name, type, size }) => ({
		url,
		name,
		mimeType: type,
		size: typeof size === 'number' ? size : undefined,
	}));
	try {
		const settings = { sha256, host: fileHost };
		const fetched = await downloadWithin(context, files, downloadBudget * 1000, settings);
		return deliveredItems(delivery, fetched, { perFile, field });
	} catch (error) {
		return new Refusal(503, `The files could not be downloaded: ${(error as Error).message}`);
	}
}
