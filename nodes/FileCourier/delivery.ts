import type {
	IBinaryData,
	IDataObject,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

import { epochOf } from '../shared/dates';
import type { Downloaded, RemoteFile } from '../shared/files/download';
import {
	downloadAllWithin,
	type DownloadResult,
	keepFiles,
	takeKeptFiles,
} from '../shared/files/downloadAll';
import { readTrustedUrl } from '../shared/http/credential';
import { countOf, isJsonObject, type JsonRecord, textOf } from '../shared/http/service';
import { matchesGlob } from '../shared/node/filters';
import type { OutputItem } from '../shared/node/output';
import {
	canonicalJson,
	type Delivery,
	handleDelivery,
	parseBodyObject,
} from '../shared/webhook/handler';
import { keyDigest } from '../shared/webhook/deduplication';
import {
	parseLines,
	type SignatureScheme,
	timingSafeEqualStrings,
	verifyTimestamp,
	WebhookRejection,
} from '../shared/webhook/signature';
import { deliveryHost, fileCourier, sessionIdOf, sessionOutput } from './service';

export const FILES_DELIVERED = 'files.delivered';

/** The conditions that a delivery must meet to start the workflow. */
export interface DeliveryFilter {
	/** An empty list means every event. */
	events: readonly string[];
	/** Whether the `data` of a delivery belongs to the only accepted session. */
	isOfSession?(data: JsonRecord): boolean;
	/** A pattern with `*` as a wildcard, like `referenceId` and `fileName`. */
	recipient?: string;
	referenceId?: string;
	/** Drops files with other names; a delivery without a matching file is ignored. */
	fileName?: string;
	/** Maximum seconds since the `timestamp` in the signed body; 0 or undefined accepts any age. */
	maxAge?: number;
}

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
		allowedHosts?: string[];
	};
}

export interface ReceiveSettings {
	filter: DeliveryFilter;
	downloads: DownloadSettings;
	/** Minutes. */
	repeatWindow?: number;
	/** Transforms the items before they start or resume the execution. */
	finish?: (items: OutputItem[]) => OutputItem[];
}

/** A delivered file (source: FileCourier docs, Webhook Payload). */
interface DeliveredFile extends IDataObject {
	name?: string;
	url?: string;
	type?: string;
	/** Bytes; some servers send it as text. */
	size?: number | string;
	/** ISO 8601: the time at which the URL expires, 24 hours after the delivery in the documentation's example. */
	expires_at?: string;
}

interface FileCourierDelivery {
	event: string;
	timestamp?: string | number;
	data: JsonRecord;
	files: DeliveredFile[];
}

/** A delivery that is being processed. */
interface Content {
	delivery: FileCourierDelivery;
	settings: ReceiveSettings;
	/** Identifies the delivery among the deliveries of all triggers. */
	identity: string;
	/** The stored files by their identity; filled by {@link prepareItems}. */
	stored: Map<string, Downloaded>;
}

/** Verifies, filters and deduplicates a FileCourier delivery, and downloads its files if that is turned on. */
export async function receiveFiles(
	context: IWebhookFunctions,
	readSettings: () => ReceiveSettings,
): Promise<IWebhookResponseData> {
	return await handleDelivery<Content>(context, {
		scheme,
		output: sessionOutput,
		read: (raw) => Promise.resolve(readDelivery(context, raw, readSettings())),
		prepare: async (content) => await prepareItems(context, content),
		notStarted: ({ identity, stored }) => keepFiles(identity, 0, stored),
	});
}

/** Bytes. Larger bodies are only verified as received: a FileCourier delivery is a list of links and much smaller. */
const MAX_RESERIALIZED_BYTES = 1024 * 1024;

/**
 * Verifies `X-FileCourier-Signature`, the hex HMAC-SHA256 of the body (FileCourier docs, Webhook Security), and the
 * callback API key if the credential has one. The raw bytes are tried first, then the output of `JSON.stringify`,
 * because the documentation signs the re-serialized body.
 */
const scheme: SignatureScheme = {
	service: fileCourier,
	header: 'x-filecourier-signature',
	*texts(raw) {
		yield raw;
		if (raw.length < MAX_RESERIALIZED_BYTES) yield* reserialize(raw);
	},
	alsoRequired: ({ callbackApiKey }, { authorization }) =>
		verifyCallbackKey(authorization, callbackKeysOf(callbackApiKey)),
};

/** Returns the body as `JSON.stringify` writes it; empty if it is not JSON. */
function reserialize(raw: Buffer): string[] {
	try {
		return [JSON.stringify(JSON.parse(raw.toString('utf8')))];
	} catch {
		return [];
	}
}

/** Accepts the key alone or after “Bearer”, because FileCourier does not document the scheme. */
function verifyCallbackKey(header = '', keys: string[]): WebhookRejection | undefined {
	const forms = [header.trim(), header.trim().replace(/^Bearer\s+/i, '')];
	const matches = (key: string) => forms.some((form) => timingSafeEqualStrings(form, key));
	if (keys.length === 0 || keys.some(matches)) return undefined;
	return new WebhookRejection(401, 'The callback API key does not match');
}

/** The callback API keys of the credential, one per line. New sessions use the first one. */
export const callbackKeysOf = parseLines;

/** Minutes; longer than FileCourier retries a delivery (26 h 36 min; FileCourier docs, Retry Policy). */
const DEDUPLICATION_WINDOW = 2880;

/** Parses a delivery; returns undefined if it does not match the filter. */
function readDelivery(
	context: IWebhookFunctions,
	raw: Buffer,
	settings: ReceiveSettings,
): Delivery<Content> | WebhookRejection | undefined {
	const { filter, repeatWindow = DEDUPLICATION_WINDOW } = settings;
	const body = parseBodyObject(raw);
	const event = textOf(body?.event);
	if (body === undefined || event === undefined || !isJsonObject(body.data)) {
		return new WebhookRejection(
			400,
			'The body is not a FileCourier event: “event” or “data” is missing',
		);
	}
	const { data, timestamp } = body;
	const sessionId = sessionIdOf(data);
	if (filter.events.length > 0 && !filter.events.includes(event)) return undefined;
	if (filter.isOfSession?.(data) === false) {
		return new WebhookRejection(409, 'This workflow is waiting for a different session');
	}
	const files = matchingFiles(data, filter);
	if (files === undefined) return undefined;

	const signedAt = epochOf(timestamp);
	const tooOld = verifyTimestamp(signedAt, filter.maxAge ?? 0);
	if (tooOld) return tooOld;
	// FileCourier sends no delivery ID, but its retries contain the same body.
	const key = canonicalJson([sessionId, event, timestamp, data]);
	// Short, because the files of a failed delivery are kept under it.
	const identity = keyDigest(JSON.stringify([context.getWorkflow().id, context.getNode().id, key]));
	const time = typeof timestamp === 'number' ? timestamp : textOf(timestamp);
	const delivery = { event, timestamp: time, data, files };
	const content = { delivery, settings, identity, stored: new Map<string, Downloaded>() };
	return { key, signedAt, content, deduplicationWindow: repeatWindow * 60 };
}

/** Returns the files that match the filter; undefined if the whole delivery does not. */
function matchingFiles(
	data: JsonRecord,
	{ recipient, referenceId, fileName }: DeliveryFilter,
): DeliveredFile[] | undefined {
	const { recipient_email: email, reference_id: reference } = data;
	if (!matchesGlob(recipient, email) || !matchesGlob(referenceId, reference)) return undefined;
	const all = (Array.isArray(data.files) ? data.files.filter(isJsonObject) : []) as DeliveredFile[];
	const files = all.filter(({ name }) => matchesGlob(fileName, name));
	return fileName?.trim() && files.length === 0 ? undefined : files;
}

/**
 * Delivery attempts after which the execution starts without the files that could not be downloaded. FileCourier makes
 * the fifth attempt after 2 h 36 min; by the sixth, a day later, the URLs have expired, and then the session fails.
 */
const MAX_ATTEMPTS = 5;

/** Downloads the files, unless that is turned off, and returns the items. */
async function prepareItems(
	context: IWebhookFunctions,
	{ delivery, settings, identity, stored }: Content,
): Promise<OutputItem[] | WebhookRejection> {
	const { downloads, finish = (items) => items } = settings;
	const { downloadBudget = 20, sha256 = true, allowedHosts } = downloads.options;
	if (!downloads.download) return finish(toItems(delivery, [], downloads));

	const files = delivery.files.map(toRemoteFile);
	const identities = files.map((file, index) => JSON.stringify([index, file, sha256]));
	const kept = await takeKeptFiles(context, identity);
	const isLastTry = kept.failures + 1 >= MAX_ATTEMPTS;
	const results = await downloadAllWithin(context, files, {
		sha256,
		host: deliveryHost,
		trustedUrl: await readTrustedUrl(context, fileCourier),
		allowedHosts,
		budget: downloadBudget * 1000,
		known: identities.map((one) => kept.files.get(one)),
		isLastTry,
	});
	for (const [index, { file }] of results.entries()) if (file) stored.set(identities[index], file);
	const failed = results.find(({ mayRecover }) => mayRecover);
	if (failed && !isLastTry) {
		keepFiles(identity, kept.failures + 1, stored);
		return new WebhookRejection(503, `The files could not be downloaded: ${failed.reason}`);
	}
	return finish(toItems(delivery, results, downloads));
}

/** Returns the properties of a delivered file that have the documented type. */
const toRemoteFile = ({ url, name, type, size }: DeliveredFile): Partial<RemoteFile> => ({
	url: textOf(url),
	name: textOf(name),
	mimeType: textOf(type),
	size: countOf(size),
});

/**
 * Returns the items that a delivery starts an execution with. The second and further files of an item get the suffix
 * `_1`, `_2` … in the name of their file field.
 * @param results the download results in the order of the delivery's files; empty if downloads are turned off
 */
function toItems(
	{ event, timestamp, data, files }: FileCourierDelivery,
	results: readonly DownloadResult[],
	{ output, binaryPropertyName = '' }: DownloadSettings,
): OutputItem[] {
	const field = binaryPropertyName.trim();
	const json: IDataObject = { ...(data as IDataObject), event, timestamp };
	delete json.files; // replaced by the descriptions below
	const sessionId = sessionIdOf(data);
	const perFile = output === 'file' && files.length > 0;
	const fields = files.map((_, index) => (perFile || index === 0 ? field : `${field}_${index}`));
	const described = files.map((file, index) => describe(file, results[index], fields[index]));
	const binaries = results.map(({ file }, index): Array<[string, IBinaryData]> =>
		file ? [[fields[index], file.binary]] : [],
	);
	if (perFile) {
		return described.map((file, fileIndex) => ({
			json,
			added: { sessionId, file, fileIndex, fileCount: files.length },
			...optionalBinary(binaries[fileIndex] ?? []),
		}));
	}
	const added = { sessionId, files: described, fileCount: files.length };
	return [{ json, added, ...optionalBinary(binaries.flat()) }];
}

// Not by assignment: `__proto__` would not become a field.
const optionalBinary = (entries: Array<[string, IBinaryData]>) =>
	entries.length > 0 ? { binary: Object.fromEntries(entries) } : {};

/** @param field the file field of the file, if it was downloaded */
function describe(
	file: DeliveredFile,
	{ file: downloaded, reason }: DownloadResult = {},
	field: string,
): IDataObject {
	const described: IDataObject = { ...file, downloaded: downloaded !== undefined };
	if (downloaded) described.binaryPropertyName = field;
	if (downloaded?.sha256) described.sha256 = downloaded.sha256;
	if (reason) described.downloadError = reason;
	return described;
}
