import { createHash } from 'node:crypto';

import { type IDataObject, type INode, NodeApiError, NodeOperationError } from 'n8n-workflow';

import { DAY } from '../../shared/dates';
import {
	connectionError,
	mayHaveSucceededBefore,
	responseError,
	unexpectedResponseError,
} from '../../shared/http/errors';
import { readAddressField } from '../../shared/http/credential';
import { type ApiCall, type ApiResponse, callApi } from '../../shared/http/client';
import type { ItemContext } from '../../shared/node/operation';
import { cancellableSleep, type OutageRetries, retryDelay } from '../../shared/http/retry';
import {
	type ExpectedBody,
	idTextOf,
	isJsonObject,
	type JsonRecord,
	textOf,
} from '../../shared/http/service';
import type { StreamStats } from '../../shared/files/streams';
import { assemblyTimeout, type Part, partPayload, putPresigned } from '../../shared/files/parts';
import { uploadResumably } from '../../shared/files/resumableUpload';
import type { PartSettings } from '../../shared/files/settings';
import type { FileSource } from '../../shared/files/source';
import { parseHttpUrl } from '../../shared/text';
import { filestack, objectStorage } from '../service';
import { CALL_POLICY_MINUTES, policyQuery, renewed } from '../signing';
import { STORED } from '../handle';
import { omitUndefined, storeParameters, type StoreTarget } from './storeFields';

/** Minimum bytes of every part but the last, and maximum number of parts (Amazon S3, multipart limits). */
const MIN_PART_BYTES = 5 * 1024 * 1024;
const MAX_PARTS = 10_000;

/** Milliseconds between two checks whether the file is assembled (filestack-js). */
const ASSEMBLY_POLL_INTERVAL = 1000;

/** How long an unfinished upload is assumed to exist, in milliseconds. Not documented. */
const SESSION_LIFETIME = DAY;

/** What identifies an upload in every further call, and what completing it takes. Stored as JSON. */
interface Session {
	fields: { uri: string; region: string; upload_id: string };
	/** The host for the further calls. */
	baseUrl: string;
	/** The ETags that are not the MD5 of the part, by index; the others are computed again. */
	etags: Record<string, string>;
}

/** One upload, with what its calls need. */
interface Upload {
	item: ItemContext;
	fields: IDataObject;
	baseUrl: string;
	settings: PartSettings;
	retries: OutageRetries;
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
	const store = storeParameters(target) as IDataObject;
	const minPartSize = Math.max(MIN_PART_BYTES, Math.ceil(file.size / MAX_PARTS));
	const partSize = Math.max(settings.partSize, minPartSize);
	const { result, stats, parts } = await uploadResumably(item, file, settings, {
		service: filestack,
		partName: 'part',
		target,
		start: async () => {
			const session = await start(item, { ...fileInfo, store });
			return { session: { ...session }, partSize, expiresAt: Date.now() + SESSION_LIFETIME };
		},
		open(started, retries) {
			const session = started.session as unknown as Session;
			const fields: IDataObject = { ...session.fields, store };
			const upload = { item, fields, baseUrl: session.baseUrl, settings, retries };
			const etags: string[] = [];
			return {
				send: async (part) => {
					const md5 = md5Of(part);
					const etag = await sendPart(upload, part, md5);
					etags[part.index] = etag;
					if (etag !== etagOf(md5)) session.etags[part.index] = etag;
				},
				skip: (part) => {
					etags[part.index] = session.etags[part.index] ?? etagOf(md5Of(part));
				},
				complete: async () =>
					await complete(upload, file, {
						...fileInfo,
						parts: etags.map((etag, index) => ({ part_number: index + 1, etag })),
						...omitUndefined({ upload_tags: target.tags }),
					}),
			};
		},
	});
	return { data: result, stats, parts };
}

const md5Of = ({ bytes }: Part): Buffer => createHash('md5').update(bytes).digest();

/** The ETag that Amazon S3 returns for a part that it does not encrypt with a customer's key: its MD5, in quotes. */
const etagOf = (md5: Buffer): string => `"${md5.toString('hex')}"`;

async function start(item: ItemContext, fields: IDataObject): Promise<Session> {
	const { functions } = item;
	const baseUrl = await readAddressField(functions, filestack, 'uploadBaseUrl');
	const { body } = await callUploadApi(item, baseUrl, 'start', fields, { expects: STARTED });
	const { host, ...started } = body;
	// The response contains a bare host name, and filestack-js adds https://. The protocol of the configured URL also
	// supports a test server with http://.
	return { fields: started, baseUrl: `${new URL(baseUrl).protocol}//${host}`, etags: {} };
}

const STARTED: ExpectedBody<Record<'uri' | 'region' | 'upload_id' | 'host', string>> = {
	what: 'the upload details',
	read(body) {
		const response = isJsonObject(body) ? body : {};
		const [uri, region, upload_id] = [response.uri, response.region, response.upload_id].map(
			idTextOf,
		);
		// Documented as a host name; as a URL, it says the same.
		const host = textOf(response.location_url)?.replace(/^https?:\/\/|\/+$/gi, '');
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
	more: Pick<ApiCall<T>, 'expects' | 'unknownResultHint' | 'allowEmpty' | 'retries'>,
): Promise<ApiResponse<T>> {
	return await callApi(functions, filestack, {
		method: 'POST',
		baseUrl,
		path: `/multipart/${call}`,
		// An outage may last longer than a policy is valid.
		qs: renewed(CALL_POLICY_MINUTES, () => policyQuery(['pick', 'store'])),
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
	{ item, fields, baseUrl, settings, retries }: Upload,
	{ index, bytes }: Part,
	digest: Buffer,
): Promise<string> {
	const node = item.functions.getNode();
	const md5 = digest.toString('base64');
	const partInfo = { ...fields, part: index + 1, size: bytes.length, md5 };
	const more = { expects: PART_URL, retries: retries.forPreparation() };
	for (let attempt = 1, expiries = 0; ; attempt++) {
		const { body } = await callUploadApi(item, baseUrl, 'upload', partInfo, more);
		const { url, headers } = body;

		const payload = partPayload([bytes], 'application/octet-stream', settings);
		const put = await putPresigned(item.functions, url, headersOf(headers), payload);
		const { status, retryAfter } = put;
		const etag = textOf(put.headers.etag);
		if (status !== undefined && status < 300 && etag) {
			retries.recordSuccess();
			return etag;
		}

		// The URL has expired, or the clock of the storage differs (filestack-js).
		const isExpired = status === 403 && /RequestTimeTooSkewed|expired/i.test(String(put.body));
		const wait = isExpired ? retryDelay(++expiries, put) : retries.delay(attempt, put);
		const delay = settings.cancel?.aborted ? undefined : wait;
		if (delay === undefined) {
			const { origin } = new URL(url);
			if (status === undefined) throw connectionError(node, objectStorage, origin, put);
			if (status < 300) throw missingEtagError(node, origin);
			throw responseError(node, objectStorage, { status, body: put.body, retryAfter });
		}
		await cancellableSleep(delay, settings.cancel);
	}
}

/** Not with the usual advice to check the credential, because Filestack returns the address of the storage. */
function missingEtagError(node: INode, origin: string): NodeApiError {
	const seen = 'the response has no ETag';
	const error = unexpectedResponseError(node, objectStorage, origin, seen);
	error.description =
		'A proxy between n8n and the storage may have changed the response. Run the node again.';
	return error;
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
	{ item, fields, baseUrl, settings: { cancel }, retries }: Upload,
	{ size }: FileSource,
	completion: IDataObject,
): Promise<JsonRecord> {
	const { functions, itemIndex } = item;
	const timeout = assemblyTimeout(size);
	const deadline = performance.now() + timeout;
	const more = {
		...{ expects: ASSEMBLED, unknownResultHint: MAY_STILL_APPEAR, allowEmpty: true },
		retries,
	};
	while (performance.now() < deadline && !cancel?.aborted) {
		const { body } = await callUploadApi(
			item,
			baseUrl,
			'complete',
			{ ...fields, ...completion },
			more,
		).catch((error: unknown) => {
			throw withClosedHint(error);
		});
		if (body !== ASSEMBLING) return body;
		await cancellableSleep(ASSEMBLY_POLL_INTERVAL, cancel);
	}
	throw new NodeOperationError(
		functions.getNode(),
		`Filestack did not finish assembling the file within ${Math.round(timeout / 60_000)} minutes`,
		{
			itemIndex,
			description: MAY_STILL_APPEAR,
		},
	);
}

/** Extends the error of an upload that no longer exists or is closed: an earlier attempt may have completed it. */
function withClosedHint(error: unknown): unknown {
	if (mayHaveSucceededBefore(error) || !(error instanceof NodeApiError)) return error;
	if (!/^4(04|09|10|12)$/.test(error.httpCode ?? '')) return error;
	return Object.assign(error, { description: `${error.description ?? ''} ${MAY_STILL_APPEAR}` });
}

/** Marks a response with status 202. */
const ASSEMBLING: JsonRecord = {};

const ASSEMBLED: ExpectedBody<JsonRecord> = {
	what: STORED.what,
	read: (body, status) => (status === 202 ? ASSEMBLING : STORED.read(body, status)),
};
