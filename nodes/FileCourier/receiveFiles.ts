import type { INodeExecutionData, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { downloadWithin } from '../shared/transfer/downloadMany';
import { receiveDelivery, Refusal } from '../shared/webhook/receive';
import { deliveredItems } from './deliveredItems';
import { type FileCourierDelivery, readDelivery, verifySender, type Wanted } from './delivery';
import { fileHost } from './service';

export interface ReceiveOptions extends Wanted {
	/** Minutes. */
	repeatWindow?: number;
	/** Has the last word on the items. */
	finish?: (items: INodeExecutionData[]) => INodeExecutionData[];
}

/** The fields under Options that say how files are fetched. */
interface FetchOptions {
	/** Seconds. */
	downloadBudget?: number;
	sha256?: boolean;
}

/** Minutes for which a repeat counts as one: longer than FileCourier's retries go on (26 h 36 min, Retry Policy). */
const REPEAT_WINDOW = 2880;

/** Receives a delivery of FileCourier: verified, of the wanted kind, once, with its files if the user wants them. */
export async function receiveFiles(
	context: IWebhookFunctions,
	{ repeatWindow = REPEAT_WINDOW, finish = (items) => items, ...wanted }: ReceiveOptions,
): Promise<IWebhookResponseData> {
	return await receiveDelivery<FileCourierDelivery>(context, {
		verify: async (raw) => await verifySender(context, raw),
		read: (raw) => readDelivery(raw, wanted),
		prepare: async (delivery) => {
			const items = await itemsOf(context, delivery);
			return items instanceof Refusal ? items : finish(items);
		},
		repeatWindow: repeatWindow * 60,
	});
}

async function itemsOf(
	context: IWebhookFunctions,
	delivery: FileCourierDelivery,
): Promise<INodeExecutionData[] | Refusal> {
	const options = context.getNodeParameter('options', {}) as FetchOptions;
	const { downloadBudget = 20, sha256 = true } = options;
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
