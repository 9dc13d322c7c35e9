import type {
	IExecuteFunctions,
	IHttpRequestOptions,
	IN8nHttpFullResponse,
	INode,
} from 'n8n-workflow';

import type { Payload } from '../http/client';
import { readResponseBody, responseDeadline } from '../http/responseBody';
import { parseRetryAfter, type RequestFailure, toRequestFailure } from '../http/retry';
import type { ByteStream } from '../http/service';
import { bufferUploadTimeout, processingTime, StallGuard } from '../http/stallGuard';
import { triggerMinorGc } from './gcPressure';
import type { PartSettings } from './settings';
import { type FileSource, sizeMismatchError, sourceReadError } from './source';
import { streamBuffers } from './streams';

/** One part of a file, held in memory until the service has stored it. */
export interface Part {
	/** Zero-based. */
	index: number;
	/** Position in the file, in bytes. */
	offset: number;
	bytes: Buffer;
}

/**
 * Reads the parts of a file, as long as the file has the size that n8n reports: a service could take a part that is too
 * short for the last one and complete the file.
 * @throws NodeOperationError if n8n's storage fails, SizeMismatchError if the size differs
 */
export async function* readParts(
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
		for (let copied = 0; copied < chunk.length;) {
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

/** The statuses of a repeated part, or of a repeated completion, that the service already has. */
export const ALREADY_STORED = [409, 412] as const;

type SendSettings = Pick<PartSettings, 'stallTimeout' | 'concurrency' | 'cancel'>;

/** The uploads to services that respond before they have read a part. */
const earlyResponders = new WeakSet<SendSettings>();

/**
 * The payload of one part, whose buffer is free again when the call has returned. A stream shows whether the service
 * responded before it had everything; a buffer would still be read then, and filled with the next part in the meantime it
 * would put the wrong bytes into the request. Node does not finish a stream after an early response, so such a service
 * gets copies that are not used again.
 * @param pieces the body, for example the part within a form. Copying them into one buffer per part would make n8n need
 * more memory the larger the file is, because V8 frees such buffers late.
 * @param settings the same object for all parts of an upload
 */
export function partPayload(
	pieces: readonly Buffer[],
	contentType: string,
	settings: SendSettings,
): Payload {
	const { stallTimeout, concurrency, cancel } = settings;
	const size = pieces.reduce((sum, { length }) => sum + length, 0);
	const open = () => {
		const timeout = bufferUploadTimeout(size * concurrency, stallTimeout);
		const stallGuard = new StallGuard(timeout, cancel);
		if (earlyResponders.has(settings)) return { body: Buffer.concat(pieces), stallGuard };
		let sent = 0;
		const body = streamBuffers(pieces, (count) => {
			sent += count;
			stallGuard.progress();
		});
		const assertSent = () => {
			if (sent === size) return;
			earlyResponders.add(settings);
			throw new EarlyResponseError();
		};
		return { body, stallGuard, assertSent, close: () => void body.destroy() };
	};
	return { contentType, size, open: () => Promise.resolve(open()) };
}

/** The service reported success before it could have the whole body. */
class EarlyResponseError extends Error {
	readonly code = 'EEARLY';

	constructor() {
		super('The service responded before it had received everything');
	}
}

/** Milliseconds that a service may take to assemble a file of this many bytes from its parts. */
export const assemblyTimeout = (size: number): number => 600_000 + processingTime(size);

/**
 * The payload of the call after the last part: JSON, even for an empty object (which n8n would omit), with a long
 * response timeout.
 * @param size bytes of the file
 */
export const lastCallPayload = (
	body: object,
	{ cancel }: Pick<PartSettings, 'cancel'>,
	size: number,
): Payload =>
	bufferPayload(
		Buffer.from(JSON.stringify(body)),
		'application/json',
		assemblyTimeout(size),
		cancel,
	);

const bufferPayload = (
	body: Buffer,
	contentType: string,
	timeout: number,
	cancel: AbortSignal | undefined,
): Payload => ({
	contentType,
	size: body.length,
	open: () => Promise.resolve({ body, stallGuard: responseDeadline(timeout, cancel) }),
});

/** The result of a PUT: the response of the host, or the connection error. */
interface PutResult extends RequestFailure {
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
