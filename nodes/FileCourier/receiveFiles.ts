import type { INodeExecutionData, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { downloadWithin } from '../shared/transfer/downloadMany';
import { receiveDelivery, Refusal } from '../shared/webhook/receive';
import { deliveredItems } from './deliveredItems';
import { type FileCourierDelivery, readDelivery, verifySender, type Wanted } from './delivery';
import { fileHost } from './service';

/** The fields of {@link deliveryFields} and {@link deliveryOptions} as they are read. */
export interface FetchSettings {
	output: 'delivery' | 'file';
	download: boolean;
	/** Absent where nothing is downloaded. */
	binaryPropertyName?: string;
	options: {
		/** Seconds. */
		downloadBudget?: number;
		sha256?: boolean;
	};
}

export interface ReceiveSettings {
	wanted: Wanted;
	fetch: FetchSettings;
	/** Minutes. */
	repeatWindow?: number;
	/** Has the last word on the items. */
	finish?: (items: INodeExecutionData[]) => INodeExecutionData[];
}

/** Minutes for which a repeat counts as one: longer than FileCourier's retries go on (26 h 36 min, Retry Policy). */
const REPEAT_WINDOW = 2880;

/** Receives a delivery of FileCourier: verified, of the wanted kind, once, with its files if the user wants them. */
export async function receiveFiles(
	context: IWebhookFunctions,
	readSettings: () => ReceiveSettings,
): Promise<IWebhookResponseData> {
	return await receiveDelivery<{ delivery: FileCourierDelivery; settings: ReceiveSettings }>(
		context,
		{
			verify: async (raw) => await verifySender(context, raw),
			read(raw) {
				const settings = readSettings();
				const read = readDelivery(raw, settings.wanted);
				if (read === undefined || read instanceof Refusal) return read;
				const { repeatWindow = REPEAT_WINDOW } = settings;
				const content = { delivery: read.content, settings };
				return { key: read.key, content, repeatWindow: repeatWindow * 60 };
			},
			async prepare({ delivery, settings: { fetch, finish = (items) => items } }) {
				const items = await itemsOf(context, delivery, fetch);
				return items instanceof Refusal ? items : finish(items);
			},
		},
	);
}

async function itemsOf(
	context: IWebhookFunctions,
	delivery: FileCourierDelivery,
	{ output, download, binaryPropertyName: field = '', options }: FetchSettings,
): Promise<INodeExecutionData[] | Refusal> {
	const { downloadBudget = 20, sha256 = true } = options;
	const perFile = output === 'file';
	if (!download) return deliveredItems(delivery, [], { perFile, field });

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
