import { createHash } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { connectionError, responseError, unexpectedResponseError } from '../../shared/http/errors';
import { readAddressField } from '../../shared/http/credential';
import { type ApiCall, type ApiResponse, callApi } from '../../shared/http/client';
import type { ItemContext } from '../../shared/node/operation';
import { cancellableSleep, isRetryable, retryDelay } from '../../shared/http/retry';
import {
	type ExpectedBody,
	isJsonObject,
	type JsonRecord,
	textOf,
} from '../../shared/http/service';
import type { StreamStats } from '../../shared/files/streams';
import { type Part, putPresigned, uploadMultipart } from '../../shared/files/multipart';
import type { PartSettings } from '../../shared/files/settings';
import type { FileSource } from '../../shared/files/source';
import { partPayload } from '../../shared/files/multipart';
import { parseHttpUrl } from '../../shared/text';
import { filestack, objectStorage } from '../service';
import { policyQuery } from '../signing';
import { STORED } from '../handle';
import { omitUndefined, storeParameters, type StoreTarget } from './storeTarget';

/** Minimum bytes of every part but the last, and maximum number of parts (Amazon S3, multipart limits). */
const MIN_PART_BYTES = 5 * 1024 * 1024;
const MAX_PARTS = 10_000;

/** Milliseconds between two checks whether the file is assembled (filestack-js), and until the node gives up. */
const ASSEMBLY_POLL_INTERVAL = 1000;
const ASSEMBLY_TIMEOUT = 600_000;

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
): Promise<{ data: JsonRecord; stats: StreamStats; parts: number }> {
	const { filename = file.fileName, mimetype = file.mimeType } = target;
	const fileInfo = { filename, mimetype, size: file.size };
	const upload = await start(item, fileInfo, target);
	const etags: string[] = [];
	const minPartSize = Math.max(MIN_PART_BYTES, Math.ceil(file.size / MAX_PARTS));
	const partSize = Math.max(settings.partSize, minPartSize);
	const { parts, ...stats } = await uploadMultipart(
		item,
		file,
		{ ...settings, partName: 'part', partSize },
		async (part) => {
			etags[part.index] = await sendPart(item, upload, part, settings);
		},
	);
	const completion = {
		...fileInfo,
		parts: etags.map((etag, index) => ({ part_number: index + 1, etag })),
		...omitUndefined({ upload_tags: target.tags }),
	};
	return { data: await complete(item, upload, completion, settings), stats, parts };
}

async function start(
	item: ItemContext,
	fileInfo: IDataObject,
	target: StoreTarget,
): Promise<Upload> {
	const { functions } = item;
	const baseUrl = await readAddressField(functions, filestack, 'uploadBaseUrl');
	const store = storeParameters(target) as IDataObject;
	const { body } = await callUploadApi(
		item,
		baseUrl,
		'start',
		{ ...fileInfo, store },
		{ expects: STARTED },
	);
	const { host, ...started } = body;
	// The response contains a bare host name, and filestack-js adds https://. The protocol of the configured URL also
	// supports a test server with http://.
	return { fields: { ...started, store }, baseUrl: `${new URL(baseUrl).protocol}//${host}` };
}

const STARTED: ExpectedBody<Record<'uri' | 'region' | 'upload_id' | 'host', string>> = {
	what: 'the upload details',
	read(body) {
		const response = isJsonObject(body) ? body : {};
		const [uri, region, upload_id] = [response.uri, response.region, response.upload_id].map(
			textOf,
		);
		const host = textOf(response.location_url);
		if (!uri || !region || !upload_id || !host || !HOST.test(host)) return undefined;
		return { uri, region, upload_id, host };
	},
};

const HOST = /^[\w.-]+(:\d+)?$/;

/** Calls the upload API, which takes the credentials in the body: the credential fills in the empty `apikey`. */
async function callUploadApi<T>(
	{ functions }: ItemContext,
	baseUrl: string,
	call: 'start' | 'upload' | 'complete',
	fields: IDataObject,
	more: Pick<ApiCall<T>, 'expects' | 'unknownResultHint' | 'allowEmpty'>,
): Promise<ApiResponse<T>> {
	return await callApi(functions, filestack, {
		method: 'POST',
		baseUrl,
		path: `/multipart/${call}`,
		qs: policyQuery(['pick', 'store']),
		body: { apikey: '', ...fields },
		// Safe to retry: an upload only becomes a file when it is completed, and completing it twice has no further effect.
		retryable: true,
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
	const partInfo = { ...fields, part: index + 1, size: bytes.length, md5 };
	for (let attempt = 1; ; attempt++) {
		const { body } = await callUploadApi(item, baseUrl, 'upload', partInfo, { expects: PART_URL });
		const { url, headers } = body;

		const payload = partPayload(bytes, 'application/octet-stream', settings);
		const put = await putPresigned(item.functions, url, headersOf(headers), payload);
		const { status, retryAfter } = put;
		const etag = textOf(put.headers.etag);
		if (status !== undefined && status < 300 && etag) return etag;

		// The URL has expired, or the clock of the storage differs (filestack-js).
		const isExpired = status === 403 && /RequestTimeTooSkewed|expired/i.test(String(put.body));
		const canRetry = isExpired || isRetryable(put, true);
		const delay = canRetry && !settings.cancel?.aborted ? retryDelay(attempt, put) : undefined;
		if (delay === undefined) {
			const { origin } = new URL(url);
			if (status === undefined) throw connectionError(node, objectStorage.name, origin, put);
			if (status < 300)
				throw unexpectedResponseError(node, objectStorage, origin, 'the response has no ETag');
			throw responseError(node, objectStorage, { status, body: put.body, retryAfter });
		}
		await cancellableSleep(delay, settings.cancel);
	}
}

const PART_URL: ExpectedBody<{ url: string; headers: unknown }> = {
	what: 'the upload URL of the part',
	read(body) {
		const response = isJsonObject(body) ? body : {};
		const { headers } = response;
		const url = textOf(response.url);
		return url && parseHttpUrl(url) ? { url, headers } : undefined;
	},
};

const headersOf = (headers: unknown): Record<string, string> =>
	isJsonObject(headers)
		? Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
		: {};

const MAY_STILL_APPEAR =
	'All parts were uploaded, so the file may still appear. Check the Developer Portal before you upload it again.';

/**
 * Has Filestack assemble the parts, and repeats the call while Filestack responds with 202 (still in progress).
 * @throws NodeOperationError if the file is not assembled in time
 */
async function complete(
	item: ItemContext,
	{ fields, baseUrl }: Upload,
	completion: IDataObject,
	{ cancel }: PartSettings,
): Promise<JsonRecord> {
	const { functions, itemIndex } = item;
	const deadline = performance.now() + ASSEMBLY_TIMEOUT;
	while (performance.now() < deadline && !cancel?.aborted) {
		const more = { expects: ASSEMBLED, unknownResultHint: MAY_STILL_APPEAR, allowEmpty: true };
		const { body } = await callUploadApi(
			item,
			baseUrl,
			'complete',
			{ ...fields, ...completion },
			more,
		);
		if (body !== ASSEMBLING) return body;
		await cancellableSleep(ASSEMBLY_POLL_INTERVAL, cancel);
	}
	throw new NodeOperationError(
		functions.getNode(),
		`Filestack did not finish assembling the file within ${ASSEMBLY_TIMEOUT / 60_000} minutes`,
		{
			itemIndex,
			description: MAY_STILL_APPEAR,
		},
	);
}

/** Marks a response with status 202. */
const ASSEMBLING: JsonRecord = {};

const ASSEMBLED: ExpectedBody<JsonRecord> = {
	what: STORED.what,
	read: (body, status) => (status === 202 ? ASSEMBLING : STORED.read(body, status)),
};
