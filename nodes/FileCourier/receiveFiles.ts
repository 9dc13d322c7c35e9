import type { INodeExecutionData, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { textOf } from '../shared/http/service';
import type { Downloaded, RemoteFile } from '../shared/files/download';
import { downloadWithin } from '../shared/files/downloadAll';
import { keepFiles, takeKept } from '../shared/transfer/keptFiles';
import { receiveDelivery, Refusal } from '../shared/webhook/handler';
import { toItems } from './deliveredItems';
import {
	type DeliveredFile,
	type FileCourierDelivery,
	readDelivery,
	verifySender,
	type DeliveryFilter,
} from './delivery';
import { deliveryHost } from './service';

/** The values of {@link deliveryFields} and {@link deliveryOptions}. */
export interface DownloadSettings {
	output: 'delivery' | 'file';
	download: boolean;
	/** Undefined if downloads are turned off. */
	binaryPropertyName?: string;
	options: {
		/** Seconds. */
		downloadBudget?: number;
		sha256?: boolean;
	};
}

export interface ReceiveSettings {
	filter: DeliveryFilter;
	downloads: DownloadSettings;
	/** Minutes. */
	repeatWindow?: number;
	/** Transforms the items before they start or resume the execution. */
	finish?: (items: INodeExecutionData[]) => INodeExecutionData[];
}

/** Minutes; longer than FileCourier retries a delivery (26 h 36 min; FileCourier docs, Retry Policy). */
const DEDUPLICATION_WINDOW = 2880;

/**
 * Delivery attempts after which the execution starts without the files that could not be downloaded. FileCourier makes
 * the fifth attempt after 2 h 36 min; by the sixth, a day later, the URLs have expired, and then the session fails.
 */
const MAX_ATTEMPTS = 5;

/** A delivery that is being processed. */
interface Content {
	delivery: FileCourierDelivery;
	settings: ReceiveSettings;
	/** Identifies the delivery among the deliveries of all triggers. */
	identity: string;
	/** The stored files by their identity; filled by `prepare`. */
	stored: Map<string, Downloaded>;
}

/** Verifies, filters and deduplicates a FileCourier delivery, and downloads its files if that is turned on. */
export async function receiveFiles(
	context: IWebhookFunctions,
	readSettings: () => ReceiveSettings,
): Promise<IWebhookResponseData> {
	return await receiveDelivery<Content>(context, {
		verify: async (raw) => await verifySender(context, raw),
		read(raw) {
			const settings = readSettings();
			const read = readDelivery(raw, settings.filter);
			if (read === undefined || read instanceof Refusal) return read;
			const { key, signedAt, content: delivery } = read;
			const { repeatWindow = DEDUPLICATION_WINDOW } = settings;
			const identity = JSON.stringify([context.getWorkflow().id, context.getNode().id, key]);
			const content = { delivery, settings, identity, stored: new Map<string, Downloaded>() };
			return { key, signedAt, content, repeatWindow: repeatWindow * 60 };
		},
		async prepare(content) {
			const { finish = (items) => items } = content.settings;
			const items = await createItems(context, content);
			return items instanceof Refusal ? items : finish(items);
		},
		notStarted: ({ identity, stored }) => keepFiles(identity, 0, stored),
	});
}

async function createItems(
	context: IWebhookFunctions,
	{ delivery, settings, identity, stored }: Content,
): Promise<INodeExecutionData[] | Refusal> {
	const { output, download, binaryPropertyName: field = '', options } = settings.downloads;
	const { downloadBudget = 20, sha256 = true } = options;
	const perFile = output === 'file';
	if (!download) return toItems(delivery, undefined, { perFile, field });

	const files = delivery.files.map(toRemoteFile);
	const identities = files.map((file, index) => JSON.stringify([index, file, sha256]));
	const kept = await takeKept(context, identity);
	const isLastTry = kept.failures + 1 >= MAX_ATTEMPTS;
	const results = await downloadWithin(context, files, {
		sha256,
		host: deliveryHost,
		budget: downloadBudget * 1000,
		known: identities.map((one) => kept.files.get(one)),
		isLastTry,
	});
	for (const [index, { file }] of results.entries()) {
		if (file) stored.set(identities[index], file);
	}
	const failed = results.find(({ mayRecover }) => mayRecover);
	if (failed && !isLastTry) {
		keepFiles(identity, kept.failures + 1, stored);
		return new Refusal(503, `The files could not be downloaded: ${failed.reason}`);
	}
	return toItems(delivery, results, { perFile, field });
}

/** Returns the properties of a delivered file that have the documented type. */
const toRemoteFile = ({ url, name, type, size }: DeliveredFile): Partial<RemoteFile> => ({
	url: textOf(url),
	name: textOf(name),
	mimeType: textOf(type),
	size: Number.isSafeInteger(size) && size! >= 0 ? size : undefined,
});
