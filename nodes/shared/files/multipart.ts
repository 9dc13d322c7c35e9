import { createHash } from 'node:crypto';

import type {
	IExecuteFunctions,
	IHttpRequestOptions,
	IN8nHttpFullResponse,
	INode,
	JsonObject,
} from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';

import { forEachConcurrent } from '../concurrency';
import { EarlyResponseError, type Payload, toRequestFailure } from '../http/client';
import { mayHaveSucceeded, withItemIndex } from '../http/errors';
import { readResponseBody } from '../http/responseBody';
import { parseRetryAfter, type RequestFailure } from '../http/retry';
import type { ByteStream } from '../http/service';
import { bufferUploadTimeout, StallGuard } from '../http/stallGuard';
import type { ItemContext } from '../node/operation';
import { triggerMinorGc } from './gcPressure';
import type { PartSettings } from './settings';
import { type FileSource, SizeMismatchError, sizeMismatchError, sourceReadError } from './source';
import { ProgressLog, streamBuffer, type StreamStats } from './streams';

/** One part of a file, held in memory until the service has stored it. */
export interface Part {
	/** Zero-based. */
	index: number;
	/** Position in the file, in bytes. */
	offset: number;
	bytes: Buffer;
}

export interface MultipartOptions {
	/** The service's word for a part, in errors. */
	partName: 'part' | 'chunk';
	/** Bytes of each part except the last. */
	partSize: number;
	/** Concurrent parts; memory use grows with it. */
	concurrency: number;
	sha256: boolean;
	cancel?: AbortSignal;
	/** Whether the service completes the file by itself once it has every part. */
	completesItself?: boolean;
}

/**
 * Reads a file once and sends it in parts of exactly `partSize` bytes, several at a time. `send` retries a part itself;
 * after a permanent failure no further part starts, and the error lists the uploaded parts.
 * @throws NodeApiError; NodeOperationError if the file size differs from the size that n8n reports
 */
export async function uploadMultipart(
	{ functions, itemIndex }: ItemContext,
	file: FileSource,
	options: MultipartOptions,
	send: (part: Part) => Promise<void>,
): Promise<StreamStats & { parts: number }> {
	const { partSize, partName, concurrency: limit, cancel: signal } = options;
	const node = functions.getNode();
	const hash = options.sha256 ? createHash('sha256') : undefined;
	const log = new ProgressLog(functions, `Uploading “${file.fileName}”`, file.size);
	const uploaded: number[] = [];
	const freeBuffers: Buffer[] = [];

	const parts = readParts(node, file, await file.open(), partSize, freeBuffers);
	const failures = await forEachConcurrent(parts, { limit, signal }, async (part) => {
		hash?.update(part.bytes);
		await send(part);
		uploaded.push(part.index);
		log.advance(part.bytes.length);
		// Reuse the buffer only after success: a failed request may still be reading from it.
		freeBuffers.push(part.bytes);
	});
	if (failures.length === 0 && !signal?.aborted) {
		return { size: file.size, sha256: hash?.digest('hex'), parts: uploaded.length };
	}

	const [{ error } = { error: 'The execution was stopped' }] = failures;
	const cause = withItemIndex(node, error, itemIndex);
	if (cause instanceof SizeMismatchError) throw cause;
	const total = Math.max(1, Math.ceil(file.size / partSize));
	const unknown = failures.filter((failure) => failure.value && mayHaveBeenStored(failure.error));
	const mayBeComplete =
		options.completesItself === true && uploaded.length + unknown.length === total;
	throw incompleteUploadError(node, cause, { partName, uploaded, total, mayBeComplete });
}

/**
 * Reads the parts of a file, as long as the file has the size that n8n reports: a service could take a part that is too
 * short for the last one and complete the file.
 * @throws NodeOperationError if n8n's storage fails, SizeMismatchError if the size differs
 */
async function* readParts(
	node: INode,
	file: FileSource,
	source: Buffer | ByteStream,
	partSize: number,
	freeBuffers: Buffer[],
): AsyncGenerator<Part> {
	let read = 0;
	try {
		for await (const part of splitIntoParts(source, partSize, freeBuffers)) {
			read += part.bytes.length;
			if (part.bytes.length !== Math.min(partSize, file.size - part.offset)) break;
			yield part;
		}
	} catch (error) {
		throw sourceReadError(node, file, read, error);
	}
	if (read !== file.size) throw sizeMismatchError(node, file, read);
}

/**
 * Splits a stream into parts of one size; the last may be shorter, and an empty file is one empty part.
 * @param freeBuffers buffers that are no longer in use, to be filled again: without them a fast transfer allocates far
 * more than its concurrent parts before the garbage collector runs
 */
export async function* splitIntoParts(
	source: Buffer | ByteStream,
	partSize: number,
	freeBuffers: Buffer[] = [],
): AsyncGenerator<Part> {
	let index = 0;
	let filled = 0;
	let bytes: Buffer = Buffer.allocUnsafe(partSize);
	const takePart = (): Part => ({
		index,
		offset: index++ * partSize,
		bytes: bytes.subarray(0, filled),
	});

	for await (const chunk of Buffer.isBuffer(source)
		? [source]
		: (source as AsyncIterable<Buffer>)) {
		if (chunk !== source) triggerMinorGc(chunk.length);
		for (let copied = 0; copied < chunk.length; ) {
			const count = chunk.copy(bytes, filled, copied);
			copied += count;
			filled += count;
			if (filled < partSize) continue;
			yield takePart();
			// The previous buffer is still being sent, so continue in another one.
			bytes = freeBuffers.pop() ?? Buffer.allocUnsafe(partSize);
			filled = 0;
		}
	}
	if (filled > 0 || index === 0) yield takePart();
}

/**
 * Whether a failed part may have been stored: an earlier attempt may have stored it although its response was lost.
 * Only a 4xx other than 429 rules that out.
 */
const mayHaveBeenStored = (error: unknown): boolean =>
	!(error instanceof NodeApiError) || error.httpCode === '429' || mayHaveSucceeded(error);

const UNKNOWN_RESULT_HINT =
	'a response was lost, so the upload may have succeeded. Check before you upload it again.';

/** Adds to the error of a part which parts were uploaded. */
function incompleteUploadError(
	node: INode,
	cause: Error & { description?: unknown },
	{
		partName,
		uploaded,
		total,
		mayBeComplete,
	}: { partName: string; uploaded: number[]; total: number; mayBeComplete: boolean },
) {
	const { httpCode, failure } = cause as NodeApiError;
	return new NodeApiError(node, {} as JsonObject, {
		message: cause.message,
		httpCode: httpCode ?? undefined,
		description:
			`${String(cause.description ?? '')} ${uploaded.length} of ${total} ${partName}s were uploaded${
				uploaded.length > 0 ? ` (${formatRanges(uploaded)})` : ''
			}; ${mayBeComplete ? UNKNOWN_RESULT_HINT : 'the upload is incomplete.'}`.trim(),
		failure,
	});
}

/** Formats indices as one-based numbers with runs shortened: 1–3, 5. */
export function formatRanges(indices: number[]): string {
	const sorted = [...indices].sort((a, b) => a - b);
	const runs: Array<[number, number]> = [];
	for (const index of sorted) {
		const last = runs.at(-1);
		if (last && index === last[1] + 1) last[1] = index;
		else runs.push([index, index]);
	}
	return runs
		.map(([from, to]) => (from === to ? `${from + 1}` : `${from + 1}–${to + 1}`))
		.join(', ');
}

type SendSettings = Pick<PartSettings, 'stallTimeout' | 'concurrency' | 'cancel'>;

/** The uploads to services that respond before they have read a part. */
const earlyResponders = new WeakSet<SendSettings>();

/**
 * The payload of one part, whose buffer is free again when the call has returned. A stream shows whether the service
 * responded before it had everything; a buffer would still be read then, and filled with the next part in the meantime it
 * would put the wrong bytes into the request. Node does not finish a stream after an early response, so such a service
 * gets copies that are not used again.
 * @param settings the same object for all parts of an upload
 */
export function partPayload(bytes: Buffer, contentType: string, settings: SendSettings): Payload {
	const { stallTimeout, concurrency, cancel } = settings;
	const open = () => {
		const timeout = bufferUploadTimeout(bytes.length * concurrency, stallTimeout);
		const stallGuard = new StallGuard(timeout, cancel);
		if (earlyResponders.has(settings)) return { body: Buffer.from(bytes), stallGuard };
		let sent = 0;
		const body = streamBuffer(bytes, (count) => {
			sent += count;
			stallGuard.progress();
		});
		const assertSent = () => {
			if (sent === bytes.length) return;
			earlyResponders.add(settings);
			throw new EarlyResponseError();
		};
		return { body, stallGuard, assertSent, close: () => void body.destroy() };
	};
	return { contentType, size: bytes.length, open: () => Promise.resolve(open()) };
}

/** Milliseconds that a service may take to assemble a file from its parts. */
const ASSEMBLY_TIMEOUT = 600_000;

/**
 * The payload of the call after the last part: JSON, even for an empty object (which n8n would omit), with a long
 * response timeout.
 */
export const lastCallPayload = (body: object, { cancel }: Pick<PartSettings, 'cancel'>): Payload =>
	bufferPayload(Buffer.from(JSON.stringify(body)), 'application/json', ASSEMBLY_TIMEOUT, cancel);

const bufferPayload = (
	body: Buffer,
	contentType: string,
	timeout: number,
	cancel: AbortSignal | undefined,
): Payload => ({
	contentType,
	size: body.length,
	open: () => Promise.resolve({ body, stallGuard: new StallGuard(timeout, cancel) }),
});

/** The result of a PUT: the response of the host, or the connection error. */
export interface PutResult extends RequestFailure {
	headers: Record<string, unknown>;
	body: unknown;
}

/**
 * Sends one PUT request to a presigned URL, for example for a part: without credentials and without following
 * redirects.
 * @param headers the headers that the signature requires
 */
export async function putPresigned(
	{ helpers }: IExecuteFunctions,
	url: string,
	headers: Record<string, string>,
	payload: Payload,
): Promise<PutResult> {
	const names = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
	const { body, stallGuard, assertSent, close } = await payload.open();
	const options: IHttpRequestOptions = {
		method: 'PUT',
		url,
		body,
		headers: {
			...(!names.has('content-type') && { 'content-type': payload.contentType }),
			// The storage rejects a stream without its length.
			...(!names.has('content-length') && { 'content-length': payload.size }),
			...headers,
		},
		timeout: stallGuard ? 0 : 60_000,
		abortSignal: stallGuard?.signal,
		returnFullResponse: true,
		disableFollowRedirect: true,
		ignoreHttpStatusErrors: true,
		// Streamed, because the status of a rejection must count even if the host closes the connection before the end of
		// the body.
		encoding: 'stream',
	};
	const put = async () => {
		const response = (await helpers.httpRequest(options)) as IN8nHttpFullResponse;
		const { statusCode: status, headers: responseHeaders } = response;
		if (status < 300) assertSent?.();
		const responseBody = await readResponseBody(response.body as ByteStream, status);
		const retryAfter = parseRetryAfter(responseHeaders);
		return { status, retryAfter, headers: responseHeaders, body: responseBody };
	};
	try {
		return await (stallGuard?.during(put()) ?? put());
	} catch (error) {
		return { ...toRequestFailure(error), headers: {}, body: undefined };
	} finally {
		close?.();
	}
}
