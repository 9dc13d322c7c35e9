import { type ByteStream, isJsonObject } from './service';
import { StallGuard, startTimer } from './stallGuard';

const MIB = 1024 * 1024;

/** Maximum bytes of a decoded success. The largest pages of the services are far smaller. */
const MAX_RESPONSE_BYTES = 64 * MIB;

/** Bytes of a decoded error or redirect that are read: more than any message has. */
const MAX_ERROR_BYTES = MIB;

/** Milliseconds for which the body of an error is read. */
const ERROR_BODY_TIMEOUT = 10_000;

/** The error of a success that is larger than a response can be. */
class ResponseTooLargeError extends Error {
	readonly code = 'ERESPONSESIZE';

	constructor() {
		super(`The response is larger than ${MAX_RESPONSE_BYTES / MIB} MiB`);
	}
}

/**
 * Limits the duration of a whole call. The HTTP library's timeout starts again with each byte, so that a response of one
 * byte every few seconds would never end.
 * @param cancel the signal of the user's Stop button
 */
export const responseDeadline = (milliseconds: number, cancel?: AbortSignal): StallGuard =>
	new StallGuard(milliseconds, cancel, () => new SlowResponseError(milliseconds));

/** The error of a response that was not complete in time. */
class SlowResponseError extends Error {
	readonly code = 'ESLOWRESPONSE';

	constructor(milliseconds: number) {
		super(`The response was not complete after ${Math.ceil(milliseconds / 1000)} seconds`);
	}
}

interface ReadOptions {
	/** Ends the read. */
	signal?: AbortSignal;
	/** Whether a broken connection is an error for every status, so that the call is sent again. */
	mustBeComplete?: boolean;
}

/**
 * Reads a streamed response body as JSON, or as text if it is not JSON. Of an error response that is endless, very large
 * or broken, returns the part that arrived, because its status already counts. The stream is destroyed in any case,
 * because n8n's HTTP library does not release the connection of a response that is not read to its end.
 * @throws the connection error if a success breaks off, and ResponseTooLargeError if it has more than 64 MiB when decoded
 */
export async function readResponseBody(
	body: unknown,
	status: number,
	{ signal, mustBeComplete = status < 300 }: ReadOptions = {},
): Promise<unknown> {
	if (!isByteStream(body)) return parseBody(body);
	const isSuccess = status < 300;
	let left = isSuccess ? MAX_RESPONSE_BYTES : MAX_ERROR_BYTES;
	let isTimeUp = false;
	const chunks: Buffer[] = [];
	// With events, because reading small bodies with an iterator takes twice as long.
	const read = new Promise<void>((resolve, reject) => {
		const fail = (error?: Error | null) => reject(error ?? new Error('The response was cut off'));
		body.on('data', (chunk: Buffer) => {
			left -= chunk.length;
			if (left < 0 && isSuccess) fail(new ResponseTooLargeError());
			else chunks.push(chunk);
			if (left < 0) resolve();
		});
		body.on('end', resolve);
		// Stays after the end: a stream without this listener would end the process when it is destroyed.
		body.on('error', fail);
		body.on('close', fail);
		if (body.destroyed) fail(body.errored);
	});
	const destroy = () => void body.destroy(new Error('The response is no longer needed'));
	const timeUp = () => {
		isTimeUp = true;
		destroy();
	};
	signal?.addEventListener('abort', destroy);
	if (signal?.aborted) destroy();
	const stopTimer = isSuccess ? undefined : startTimer(ERROR_BODY_TIMEOUT, timeUp);
	try {
		await read.catch(async (error: Error) => {
			if (mustBeComplete && !isTimeUp) await Promise.reject(error);
		});
	} finally {
		stopTimer?.();
		signal?.removeEventListener('abort', destroy);
		if (!body.readableEnded) body.destroy();
	}
	return parseBody(Buffer.concat(chunks).toString());
}

/** n8n returns a parsed body, and not a stream, when it simulates a service to evaluate a workflow. */
const isByteStream = (body: unknown): body is ByteStream =>
	isJsonObject(body) && Symbol.asyncIterator in body;

/**
 * Parses JSON regardless of the content type and after a byte order mark, which some proxies and frameworks add;
 * returns any other text unchanged.
 */
export function parseBody(body: unknown): unknown {
	if (typeof body !== 'string') return body;
	const text = body.replace(/^\uFEFF+/, '');
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}
