import { NodeOperationError } from 'n8n-workflow';

import { headerTime } from '../dates';
import type { TargetRules } from '../http/addresses';
import { connectionError, responseError } from '../http/errors';
import { readResponseBody } from '../http/responseBody';
import { isRetryable, parseRetryAfter, type RequestFailure, toRequestFailure } from '../http/retry';
import { type ByteStream, type Service, type ServiceContext, textOf } from '../http/service';
import { StallGuard } from '../http/stallGuard';
import { parseHttpUrl } from '../text';
import { decodeBody, type DownloadStream, openDownload, UnreachableError } from './openDownload';
import type { RangeSettings } from './parallelParts';

export interface RequestOptions extends TargetRules {
	/** The service that hosts the file: its name and its error format. */
	host: Service;
	/** The credential type for the URL; only sent to the origin of the URL. */
	credential?: string;
	/** Milliseconds without data after which a request is cancelled. */
	stallTimeout: number;
	cancel?: AbortSignal;
}

export interface RemoteOptions extends RequestOptions {
	/** Returns the URL for each further request, if it is valid for a limited time. */
	renewUrl?(): Promise<string>;
	/** Milliseconds without new data after which an interrupted download fails; 0 by default. */
	giveUpAfter?: number;
	ranges?: RangeSettings;
}

/** Why a body could not be read to its end. */
export interface BodyFailure extends RequestFailure {
	error: Error;
	/** Whether the file can be read again from its first byte. */
	canRestart: boolean;
}

/** A response with a file, whose body has not been read yet. */
export class RemoteResponse {
	readonly body: ByteStream;

	constructor(
		readonly response: DownloadStream,
		readonly guard: StallGuard,
	) {
		// Prevents an uncaught `error` event, which would end the n8n process, while nothing reads the body.
		this.body = response.body.on('error', () => undefined);
		guard.pause();
		guard.signal.addEventListener('abort', this.close);
	}

	/**
	 * Yields the bytes of the file from one position to another or to the end. A response with the whole file starts before
	 * that position. The stall timeout only runs while this waits for the host.
	 */
	async *readFrom(from: number, to?: number): AsyncGenerator<Buffer> {
		const { guard, response } = this;
		let skip = response.statusCode === 206 ? 0 : from;
		let left = (to ?? Infinity) - from;
		try {
			guard.resume();
			for await (const chunk of decodeBody(response)) {
				guard.pause();
				const bytes = (chunk as Buffer).subarray(skip, skip + left);
				skip = Math.max(0, skip - (chunk as Buffer).length);
				left -= bytes.length;
				if (bytes.length > 0) yield bytes;
				guard.resume();
			}
		} catch (error) {
			throw toError(guard.failure ?? error);
		} finally {
			this.close();
		}
	}

	close = (): void => {
		const { guard, body } = this;
		guard.abort();
		body.destroy(guard.failure);
	};
}

/** Sends one request for a file or, with headers, for a range of it. */
export async function requestFile(
	context: ServiceContext,
	url: string,
	options: RequestOptions,
	headers?: Record<string, string>,
): Promise<RemoteResponse | BodyFailure> {
	const { host, credential, stallTimeout, cancel } = options;
	const guard = new StallGuard(stallTimeout, cancel);
	try {
		const response = await guard.race(
			openDownload(context, url, guard.signal, credential, targetRulesOf(options), headers),
		);
		if (response.statusCode < 300 || (headers && response.statusCode === 416)) {
			return new RemoteResponse(response, guard);
		}
		return await guard.during(readRejection(context, response, host));
	} catch (error) {
		guard.abort();
		return failureOf(context, url, host, error);
	}
}

const targetRulesOf = ({
	trustedUrl,
	allowedHosts,
	trustsAllowedHosts,
}: TargetRules): TargetRules => ({
	...(trustedUrl !== undefined && { trustedUrl }),
	...{ allowedHosts, trustsAllowedHosts },
});

/** Converts an error response of the host, including its message from the body. */
async function readRejection(
	context: ServiceContext,
	{ statusCode: status, headers, body }: DownloadStream,
	host: Service,
): Promise<BodyFailure> {
	const retryAfter = parseRetryAfter(headers);
	const response = { status, body: await readResponseBody(body, status), retryAfter };
	const error = responseError(context.getNode(), host, response);
	return { error, status, retryAfter, canRestart: false };
}

export function failureOf(
	context: ServiceContext,
	url: string,
	host: Service,
	error: unknown,
): BodyFailure {
	if (error instanceof NodeOperationError) {
		return { error, canRestart: error instanceof FileChangedError };
	}
	const failure = toRequestFailure(error);
	const { origin } = parseHttpUrl(error instanceof UnreachableError ? error.url : url)!;
	return {
		...failure,
		error: connectionError(context.getNode(), host, origin, failure),
		canRestart: isRetryable(failure, true),
	};
}

/** A response does not continue the file that was downloaded so far. */
export class FileChangedError extends NodeOperationError {
	constructor(context: ServiceContext, { name }: Service) {
		super(context.getNode(), `${name} changed the file during the transfer`, {
			description:
				'The file was not transferred. Run the node again when the file no longer changes.',
		});
	}
}

/** A body that ended before its announced size, although the connection did not report an error. */
export const brokenOff = () =>
	Object.assign(new Error('The response was cut off'), { code: 'ERR_BAD_RESPONSE' });

export const toError = (error: unknown) => error as Error;

/** The bytes of a file that a response contains (RFC 9110, 14.4). */
interface ContentRange {
	first: number;
	last: number;
	/** Size of the whole file in bytes. */
	total: number;
}

/** Parses a Content-Range header. */
export function rangeOf(headers: Record<string, unknown>): ContentRange | undefined {
	const header = String(headers['content-range'] ?? '').trim();
	const numbers = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/i.exec(header)?.slice(1).map(Number);
	if (!numbers) return undefined;
	const [first, last, total] = numbers;
	return { first, last, total };
}

/** Parses a Content-Length header, in bytes; undefined if it is missing or invalid. */
export const lengthOf = (header: unknown): number | undefined =>
	/^\d{1,15}$/.test(String(header ?? '').trim()) ? Number(header) : undefined;

/** Why a successful response to a request without a range does not contain the whole file; undefined if it does. */
export function incompleteReason(status: number, headers: Record<string, unknown>) {
	// A 203 is a 200 modified by a proxy.
	if (status === 200 || status === 203) return undefined;
	if (status !== 206) return `no file (${status})`;
	const { first, last, total } = rangeOf(headers) ?? {};
	const length = lengthOf(headers['content-length']) ?? total;
	const isWhole = first === 0 && last !== undefined && last + 1 === total && length === total;
	return isWhole ? undefined : 'only a part of the file (206)';
}

/** Milliseconds by which a file must be older than the response, for its date to identify its content (RFC 9110, 8.8.2.2). */
const MIN_AGE = 1000;

/**
 * Returns what identifies the content of a file in `If-Range`: its ETag or its modification date. Undefined if two
 * responses cannot be proved to contain the same bytes: for a weak ETag, and for a file modified at the time of the
 * response, which may change again within the same second.
 */
export function validatorOf(headers: Record<string, unknown>): string | undefined {
	const etag = textOf(headers.etag)?.trim();
	if (etag !== undefined) return /^"[^"]*"$/.test(etag) ? etag : undefined;
	const modified = textOf(headers['last-modified'])?.trim();
	const [changed, sent] = [headerTime(modified), headerTime(headers.date)];
	const isOld = changed !== undefined && sent !== undefined && sent - changed >= MIN_AGE;
	return isOld ? modified : undefined;
}

/** Whether a response to a range request contains the same file as the response with this validator. */
export function isSameFile(headers: Record<string, unknown>, validator: string): boolean {
	const etag = textOf(headers.etag)?.trim();
	if (validator.startsWith('"')) return etag === undefined || etag === validator;
	const modified = textOf(headers['last-modified'])?.trim();
	return modified === undefined || modified === validator;
}
