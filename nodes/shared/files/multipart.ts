import { createHash } from 'node:crypto';

import type {
	IExecuteFunctions,
	IHttpRequestOptions,
	IN8nHttpFullResponse,
	INode,
	JsonObject,
} from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';

import { type Payload, toRequestFailure } from '../http/client';
import { mayHaveSucceeded, withItemIndex } from '../http/errors';
import { readResponseBody } from '../http/responseBody';
import { parseRetryAfter, type RequestFailure } from '../http/retry';
import type { ItemContext } from '../node/operation';
import { triggerMinorGc } from './gcPressure';
import { storageReadError, type FileSource, sizeMismatchError } from './source';
import { type StreamStats, ProgressLog } from './streams';
import type { ByteStream } from '../http/service';

/** One part of a file, held in memory until the service has stored it. */
export interface Part {
	/** Zero-based. */
	index: number;
	/** Position in the file, in bytes. */
	offset: number;
	bytes: Buffer;
}

export interface MultipartOptions {
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
	const hash = options.sha256 ? createHash('sha256') : undefined;
	const total = Math.max(1, Math.ceil(file.size / options.partSize));
	const progressLog = new ProgressLog(functions, `Uploading “${file.fileName}”`, file.size);
	const uploaded = new Set<number>();
	const pending = new Set<Promise<void>>();
	let failure: { error: unknown } | undefined;
	let unknownCount = 0;
	let size = 0;

	const freeBuffers: Buffer[] = [];
	const dispatch = async (part: Part) => {
		try {
			await send(part);
			// Reuse the buffer only after success: a failed request may still be reading from it.
			freeBuffers.push(part.bytes);
			uploaded.add(part.index);
			progressLog.advance(part.bytes.length);
		} catch (error) {
			failure ??= { error };
			if (mayHaveBeenStored(error)) unknownCount += 1;
		}
	};
	const source = await file.open();
	try {
		for await (const part of splitIntoParts(source, options.partSize, freeBuffers)) {
			if (failure || options.cancel?.aborted) break;
			size += part.bytes.length;
			// Stop at a part of the wrong size: the service could take a short part for the last one and complete the file.
			if (part.bytes.length !== Math.min(options.partSize, file.size - part.offset)) break;
			hash?.update(part.bytes);
			const sending: Promise<void> = dispatch(part).finally(() => pending.delete(sending));
			pending.add(sending);
			if (pending.size >= options.concurrency) await Promise.race(pending);
		}
	} catch (error) {
		failure ??= { error: storageReadError(functions.getNode(), file, size, error) };
	}
	await Promise.all(pending);
	if (failure || options.cancel?.aborted) {
		const error = failure ? failure.error : 'The execution was stopped';
		const cause = withItemIndex(functions.getNode(), error, itemIndex);
		const mayBeComplete =
			options.completesItself === true && uploaded.size + unknownCount === total;
		throw incompleteUploadError(functions.getNode(), cause, {
			uploaded: [...uploaded],
			total,
			mayBeComplete,
		});
	}
	if (size !== file.size) {
		throw withItemIndex(
			functions.getNode(),
			sizeMismatchError(functions.getNode(), file, size),
			itemIndex,
		);
	}
	return { size, sha256: hash?.digest('hex'), parts: uploaded.size };
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
	{ uploaded, total, mayBeComplete }: { uploaded: number[]; total: number; mayBeComplete: boolean },
) {
	const { httpCode, failure } = cause as NodeApiError;
	return new NodeApiError(node, {} as JsonObject, {
		message: cause.message,
		httpCode: httpCode ?? undefined,
		description:
			`${String(cause.description ?? '')} ${uploaded.length} of ${total} parts were uploaded${
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
	const hasContentType = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
	try {
		const guard = payload.stallGuard?.();
		const bytes = await payload.open();
		const options: IHttpRequestOptions = {
			method: 'PUT',
			url,
			body: bytes,
			headers: hasContentType ? headers : { ...headers, 'content-type': payload.contentType },
			timeout: guard ? 0 : 60_000,
			abortSignal: guard?.signal,
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
			const body = await readResponseBody(response.body as ByteStream, status);
			return {
				status,
				retryAfter: parseRetryAfter(responseHeaders),
				headers: responseHeaders,
				body,
			};
		};
		return await (guard?.during(put()) ?? put());
	} catch (error) {
		return { ...toRequestFailure(error), headers: {}, body: undefined };
	}
}
