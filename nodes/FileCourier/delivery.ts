import type {
	IBinaryKeyData,
	IDataObject,
	INodeExecutionData,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

import { epochOf, isoDate } from '../shared/dates';
import type { Downloaded, RemoteFile } from '../shared/files/download';
import {
	downloadAllWithin,
	type DownloadResult,
	keepFiles,
	takeKeptFiles,
} from '../shared/files/downloadAll';
import { isJsonObject, type JsonRecord, textOf } from '../shared/http/service';
import { matchesGlob } from '../shared/node/filters';
import {
	canonicalJson,
	type Delivery,
	handleDelivery,
	parseBodyObject,
	WebhookRejection,
} from '../shared/webhook/handler';
import {
	parseLines,
	type SignatureScheme,
	timingSafeEqualStrings,
	verifyDelivery,
	verifyTimestamp,
} from '../shared/webhook/signature';
import { deliveryHost, fileCourier, sessionIdOf } from './service';

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
	return await handleDelivery<Content>(context, {
		verify: async (raw) => await verifySender(context, raw),
		read(raw) {
			const settings = readSettings();
			const read = readDelivery(raw, settings.filter);
			if (read === undefined || read instanceof WebhookRejection) return read;
			const { key, signedAt, content: delivery } = read;
			const { repeatWindow = DEDUPLICATION_WINDOW } = settings;
			const identity = JSON.stringify([context.getWorkflow().id, context.getNode().id, key]);
			const content = { delivery, settings, identity, stored: new Map<string, Downloaded>() };
			return { key, signedAt, content, deduplicationWindow: repeatWindow * 60 };
		},
		async prepare(content) {
			const { finish = (items) => items } = content.settings;
			const items = await createItems(context, content);
			return items instanceof WebhookRejection ? items : finish(items);
		},
		notStarted: ({ identity, stored }) => keepFiles(identity, 0, stored),
	});
}

async function createItems(
	context: IWebhookFunctions,
	{ delivery, settings, identity, stored }: Content,
): Promise<INodeExecutionData[] | WebhookRejection> {
	const { output, download, binaryPropertyName: field = '', options } = settings.downloads;
	const { downloadBudget = 20, sha256 = true } = options;
	const perFile = output === 'file';
	if (!download) return toItems(delivery, undefined, { perFile, field });

	const files = delivery.files.map(toRemoteFile);
	const identities = files.map((file, index) => JSON.stringify([index, file, sha256]));
	const kept = await takeKeptFiles(context, identity);
	const isLastTry = kept.failures + 1 >= MAX_ATTEMPTS;
	const results = await downloadAllWithin(context, files, {
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
		return new WebhookRejection(503, `The files could not be downloaded: ${failed.reason}`);
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

export const FILES_DELIVERED = 'files.delivered';

/** A delivered file (source: FileCourier docs, Webhook Payload). */
export interface DeliveredFile extends IDataObject {
	name?: string;
	url?: string;
	type?: string;
	/** Bytes. */
	size?: number;
	/** ISO 8601: the time at which the URL expires, 24 hours after the delivery in the documentation's example. */
	expires_at?: string;
}

export interface FileCourierDelivery {
	event: string;
	timestamp?: string | number;
	data: JsonRecord;
	files: DeliveredFile[];
}

/** Bytes. Larger bodies are only verified as received: a FileCourier delivery is a list of links and much smaller. */
const MAX_RESERIALIZED_BYTES = 1024 * 1024;

/**
 * Verifies `X-FileCourier-Signature`, the hex HMAC-SHA256 of the body (FileCourier docs, Webhook Security). The raw bytes
 * are tried first, then the output of `JSON.stringify`, because the documentation signs the re-serialized body.
 */
const scheme: SignatureScheme = {
	service: fileCourier,
	header: 'x-filecourier-signature',
	*texts(raw) {
		yield raw;
		const text = raw.length < MAX_RESERIALIZED_BYTES ? reserialize(raw) : undefined;
		if (text !== undefined) yield text;
	},
};

/** Verifies the signature of a delivery, and the callback API key if the credential has one. */
export async function verifySender(
	context: IWebhookFunctions,
	raw: Buffer,
): Promise<WebhookRejection | undefined> {
	return await verifyDelivery(context, scheme, raw, (credential, { authorization }) =>
		verifyCallbackKey(authorization, credential),
	);
}

/** Accepts the key alone or after “Bearer”, because FileCourier does not document the scheme. */
function verifyCallbackKey(
	header: string | undefined,
	{ callbackApiKey }: IDataObject,
): WebhookRejection | undefined {
	const keys = callbackKeysOf(callbackApiKey);
	const received = (header ?? '').trim();
	const forms = [received, received.replace(/^Bearer\s+/i, '')];
	return keys.length === 0 ||
		keys.some((key) => forms.some((form) => timingSafeEqualStrings(form, key)))
		? undefined
		: new WebhookRejection(401, 'The callback API key does not match');
}

/** The callback API keys of the credential, one per line. New sessions use the first one. */
export const callbackKeysOf = parseLines;

/** Returns the body as `JSON.stringify` writes it, or undefined if it is not JSON. */
function reserialize(raw: Buffer): string | undefined {
	try {
		return JSON.stringify(JSON.parse(raw.toString('utf8')));
	} catch {
		return undefined;
	}
}

/** The conditions that a delivery must meet to start the workflow. */
export interface DeliveryFilter {
	/** An empty list means every event. */
	events: readonly string[];
	sessionId?: string;
	/** A pattern with `*` as a wildcard, like `referenceId` and `fileName`. */
	recipient?: string;
	referenceId?: string;
	/** Drops files with other names; a delivery without a matching file is ignored. */
	fileName?: string;
	/** Maximum seconds since the `timestamp` in the signed body; 0 or undefined accepts any age. */
	maxAge?: number;
}

/** Parses a delivery; returns undefined if it does not match the filter. */
export function readDelivery(
	raw: Buffer,
	filter: DeliveryFilter,
):
	| Pick<Delivery<FileCourierDelivery>, 'key' | 'signedAt' | 'content'>
	| WebhookRejection
	| undefined {
	const body = parseBodyObject(raw);
	const event = textOf(body?.event);
	if (body === undefined || event === undefined || !isJsonObject(body.data)) {
		return new WebhookRejection(
			400,
			'The body is not a FileCourier event: “event” or “data” is missing',
		);
	}
	const { data, timestamp } = body;
	if (filter.events.length > 0 && !filter.events.includes(event)) return undefined;
	if (filter.sessionId !== undefined && sessionIdOf(data) !== filter.sessionId) {
		return new WebhookRejection(409, 'This workflow is waiting for a different session');
	}
	if (!matchesGlob(filter.recipient, data.recipient_email)) return undefined;
	if (!matchesGlob(filter.referenceId, data.reference_id)) return undefined;

	const all = (Array.isArray(data.files) ? data.files.filter(isJsonObject) : []) as DeliveredFile[];
	const files = all.filter(({ name }) => matchesGlob(filter.fileName, name));
	if (filter.fileName?.trim() && files.length === 0) return undefined;

	const signedAt = epochOf(timestamp);
	const tooOld = verifyTimestamp(signedAt, filter.maxAge ?? 0);
	if (tooOld) return tooOld;
	// FileCourier sends no delivery ID, but its retries contain the same body.
	const key = canonicalJson([sessionIdOf(data), event, timestamp, data]);
	const time = typeof timestamp === 'number' ? timestamp : textOf(timestamp);
	return { key, signedAt, content: { event, timestamp: time, data, files } };
}

/**
 * Returns the items that a delivery starts an execution with.
 *
 * @param results the download results in the order of the delivery's files; undefined if downloads are turned off
 * @param field the file field of the first file; further files of the same item get the suffix `_1`, `_2` …
 */
export function toItems(
	delivery: FileCourierDelivery,
	results: readonly DownloadResult[] | undefined,
	{ perFile, field }: { perFile: boolean; field: string },
): INodeExecutionData[] {
	const { event, timestamp, data, files } = delivery;
	const common: IDataObject = {
		...(data as IDataObject),
		event,
		timestamp,
		sessionId: sessionIdOf(data),
		referenceId: textOf(data.reference_id),
		recipientEmail: textOf(data.recipient_email),
	};
	delete common.files; // replaced by the descriptions below
	const fieldOf = (index: number) => (index === 0 || perFile ? field : `${field}_${index}`);
	const downloaded = files.map((_, index) => results?.[index].file);
	const described = files.map((file, index) => ({
		...describe(file, downloaded[index], fieldOf(index)),
		...(results?.[index].reason ? { downloadError: results[index].reason } : {}),
	}));

	if (perFile && files.length > 0) {
		return files.map((_, index) => ({
			json: { ...common, file: described[index], fileIndex: index, fileCount: files.length },
			...binaryOf([[fieldOf(index), downloaded[index]]]),
		}));
	}
	return [
		{
			json: { ...common, files: described, fileCount: files.length },
			...binaryOf(files.map((_, index) => [fieldOf(index), downloaded[index]])),
		},
	];
}

function describe(
	file: DeliveredFile,
	downloaded: Downloaded | undefined,
	field: string,
): IDataObject {
	const described: IDataObject = { ...file, downloaded: downloaded !== undefined };
	const expiresAt = isoDate(file.expires_at);
	if (expiresAt) described.expiresAt = expiresAt;
	if (downloaded) described.binaryPropertyName = field;
	if (downloaded?.sha256) described.sha256 = downloaded.sha256;
	return described;
}

function binaryOf(
	fields: Array<[string, Downloaded | undefined]>,
): Pick<INodeExecutionData, 'binary'> {
	const binary: IBinaryKeyData = {};
	for (const [field, downloaded] of fields) if (downloaded) binary[field] = downloaded.binary;
	return Object.keys(binary).length > 0 ? { binary } : {};
}
