import { createHash } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { answerError, connectionError, strangeAnswerError } from '../../shared/errors';
import { addressOf } from '../../shared/address';
import { type Answer, type ApiCall, callApi } from '../../shared/http';
import type { ItemContext } from '../../shared/operation';
import { mayRepeat, pause, pauseAfter } from '../../shared/retry';
import { type Essential, isJsonObject, type Json, textOf } from '../../shared/service';
import type { Measure } from '../../shared/transfer/measured';
import { type Part, uploadParts } from '../../shared/transfer/parts';
import { putSigned } from '../../shared/transfer/put';
import type { PartSettings } from '../../shared/transfer/settings';
import type { FileSource } from '../../shared/transfer/source';
import { partPayload } from '../../shared/transfer/upload';
import { filestack, storage } from '../service';
import { allowing } from '../signing';
import { STORED } from './stored';
import { filled, storeParameters, type StoreTarget } from './storeTarget';

/** Minimum bytes of every part but the last, and maximum number of parts (Amazon S3, multipart limits). */
const SMALLEST_PART = 5 * 1024 * 1024;
const MOST_PARTS = 10_000;

/** Milliseconds between two checks whether the file is assembled (filestack-js), and until the node gives up. */
const MERGE_PAUSE = 1000;
const MERGE_PATIENCE = 600_000;

/** A started upload. */
interface Upload {
	/** Identifies the upload in every further call. */
	fields: { uri: string; region: string; upload_id: string; store: IDataObject };
	/** The host for the further calls. */
	baseUrl: string;
}

/**
 * Uploads a file in parts (filestack-js, uploaders/s3): starts the upload, requests a presigned URL for each part and
 * sends the part to it, then completes the upload.
 * @returns the description of the stored file
 */
export async function uploadInParts(
	item: ItemContext,
	file: FileSource,
	target: StoreTarget,
	settings: PartSettings,
): Promise<{ data: Json; measure: Measure; parts: number }> {
	const { filename = file.fileName, mimetype = file.mimeType } = target;
	const about = { filename, mimetype, size: file.size };
	const upload = await start(item, about, target);
	const etags: string[] = [];
	const smallest = Math.max(SMALLEST_PART, Math.ceil(file.size / MOST_PARTS));
	const partSize = Math.max(settings.partSize, smallest);
	const { parts, ...measure } = await uploadParts(
		item,
		file,
		{ ...settings, partSize },
		async (part) => {
			etags[part.index] = await sendPart(item, upload, part, settings);
		},
	);
	const sent = {
		...about,
		parts: etags.map((etag, index) => ({ part_number: index + 1, etag })),
		...filled({ upload_tags: target.tags }),
	};
	return { data: await complete(item, upload, sent, settings), measure, parts };
}

async function start(item: ItemContext, about: IDataObject, target: StoreTarget): Promise<Upload> {
	const { functions } = item;
	const baseUrl = await addressOf(functions, filestack, 'uploadBaseUrl');
	const store = storeParameters(target) as IDataObject;
	const { body } = await ask(item, baseUrl, 'start', { ...about, store }, { needs: STARTED });
	const { host, ...started } = body;
	// The response contains a bare host name, and filestack-js adds https://. The protocol of the configured URL also
	// supports a test server with http://.
	return { fields: { ...started, store }, baseUrl: `${new URL(baseUrl).protocol}//${host}` };
}

const STARTED: Essential<Record<'uri' | 'region' | 'upload_id' | 'host', string>> = {
	what: 'the upload details',
	read(body) {
		const given = isJsonObject(body) ? body : {};
		const [uri, region, upload_id] = [given.uri, given.region, given.upload_id].map(textOf);
		const host = textOf(given.location_url);
		if (!uri || !region || !upload_id || !host || !HOST.test(host)) return undefined;
		return { uri, region, upload_id, host };
	},
};

const HOST = /^[\w.-]+(:\d+)?$/;

/** Calls the upload API, which takes the credentials in the body: the credential fills in the empty `apikey`. */
async function ask<T>(
	{ functions }: ItemContext,
	baseUrl: string,
	call: 'start' | 'upload' | 'complete',
	fields: IDataObject,
	more: Pick<ApiCall<T>, 'needs' | 'doubt' | 'mayBeEmpty'>,
): Promise<Answer<T>> {
	return await callApi(functions, filestack, {
		method: 'POST',
		baseUrl,
		path: `/multipart/${call}`,
		qs: allowing(['pick', 'store']),
		body: { apikey: '', ...fields },
		// Safe to retry: an upload only becomes a file when it is completed, and completing it twice has no further effect.
		repeatable: true,
		...more,
	});
}

/**
 * Sends a part and returns its ETag. Every retry requests a new URL, because the URLs are only valid for a short time.
 * @throws NodeApiError if the storage rejects the part permanently or on every attempt
 */
async function sendPart(
	item: ItemContext,
	{ fields, baseUrl }: Upload,
	{ index, bytes }: Part,
	settings: PartSettings,
): Promise<string> {
	const node = item.functions.getNode();
	const md5 = createHash('md5').update(bytes).digest('base64');
	const wanted = { ...fields, part: index + 1, size: bytes.length, md5 };
	for (let attempt = 1; ; attempt++) {
		const { body } = await ask(item, baseUrl, 'upload', wanted, { needs: PART_ADDRESS });
		const { address, headers } = body;

		const payload = partPayload(bytes, 'application/octet-stream', settings);
		const put = await putSigned(item.functions, address, headersOf(headers), payload);
		const { status, retryAfter } = put;
		const etag = textOf(put.headers.etag);
		if (status !== undefined && status < 300 && etag) return etag;

		// The URL has expired, or the clock of the storage differs (filestack-js).
		const isLate = status === 403 && /RequestTimeTooSkewed|expired/i.test(String(put.body));
		const mayHelp = isLate || mayRepeat(put, true);
		const wait = mayHelp && !settings.cancel?.aborted ? pauseAfter(attempt, put) : undefined;
		if (wait === undefined) {
			const { origin } = new URL(address);
			if (status === undefined) throw connectionError(node, storage.name, origin, put);
			if (status < 300) throw strangeAnswerError(node, storage, origin, 'the response has no ETag');
			throw answerError(node, storage, { status, body: put.body, retryAfter });
		}
		await pause(wait, settings.cancel);
	}
}

const PART_ADDRESS: Essential<{ address: string; headers: unknown }> = {
	what: 'the upload URL of the part',
	read(body) {
		const { url, headers } = isJsonObject(body) ? body : {};
		const address = textOf(url);
		return address && URL.canParse(address) ? { address, headers } : undefined;
	},
};

const headersOf = (headers: unknown): Record<string, string> =>
	isJsonObject(headers)
		? Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
		: {};

const ALL_THERE =
	'All parts were uploaded, so the file may still appear. Check the Developer Portal before you upload it again.';

/**
 * Has Filestack assemble the parts, and repeats the call while Filestack responds with 202 (still in progress).
 * @throws NodeOperationError if the file is not assembled in time
 */
async function complete(
	item: ItemContext,
	{ fields, baseUrl }: Upload,
	sent: IDataObject,
	{ cancel }: PartSettings,
): Promise<Json> {
	const { functions, itemIndex } = item;
	const end = Date.now() + MERGE_PATIENCE;
	while (Date.now() < end && !cancel?.aborted) {
		const more = { needs: MERGED, doubt: ALL_THERE, mayBeEmpty: true };
		const { body } = await ask(item, baseUrl, 'complete', { ...fields, ...sent }, more);
		if (body !== MERGING) return body;
		await pause(MERGE_PAUSE, cancel);
	}
	throw new NodeOperationError(
		functions.getNode(),
		`Filestack did not finish assembling the file within ${MERGE_PATIENCE / 60_000} minutes`,
		{
			itemIndex,
			description: ALL_THERE,
		},
	);
}

/** Marks a response with status 202. */
const MERGING: Json = {};

const MERGED: Essential<Json> = {
	what: STORED.what,
	read: (body, status) => (status === 202 ? MERGING : STORED.read(body, status)),
};
