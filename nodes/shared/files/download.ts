import type { IBinaryData } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { TargetRules } from '../http/addresses';
import { connectionError, responseError } from '../http/errors';
import { toRequestFailure } from '../http/client';
import {
	cancellableSleep,
	isRetryable,
	parseRetryAfter,
	type RequestFailure,
	retryDelay,
} from '../http/retry';
import { type Service, textOf, type TransferContext } from '../http/service';
import { readResponseBody } from '../http/responseBody';
import {
	decodeBody,
	type DecodedBody,
	type DownloadStream,
	isDecodingError,
	maxDecodedSize,
	openDownload,
} from './openDownload';
import {
	dispositionFileName,
	HEAD_SIZE,
	safeFileName,
	specificType,
	UNKNOWN_TYPE,
	urlFileName,
	withType,
} from './fileName';
import { countAndHash, ProgressLog, WRITE_SIZE } from './streams';
import { StallGuard } from '../http/stallGuard';

/** A file to download, with the metadata from the service where available. */
export interface RemoteFile {
	url: string;
	name?: string;
	mimeType?: string;
	/** Bytes. */
	size?: number;
}

export interface DownloadOptions extends TargetRules {
	sha256: boolean;
	/** Milliseconds without data after which the download is cancelled. */
	stallTimeout: number;
	cancel?: AbortSignal;
	/** The service that hosts the file: its name and its error format. */
	host: Service;
	/** The credential type for the URL; only sent to the origin of the URL. */
	credential?: string;
	/** Looks up the file name if the response contains none. */
	nameOf?(): Promise<string | undefined>;
	/** Receives the response headers of the file. */
	onHeaders?(headers: Record<string, unknown>): void;
	/** Number of trailing bytes passed to `objection`. */
	tailSize?: number;
	/** Validates the complete download; an error that it returns is thrown and the stored file is discarded. */
	objection?(file: Omit<Downloaded, 'binary'>, tail: Buffer): NodeOperationError | undefined;
}

export interface Downloaded {
	binary: IBinaryData;
	fileName: string;
	mimeType: string;
	/** Bytes received. */
	size: number;
	/** Hex. */
	sha256?: string;
}

/**
 * Streams a file into n8n's binary storage, without credentials unless the options name one. Compares the number of
 * bytes with the expected size, so that a truncated body is never output. Interrupted downloads are retried a few times
 * from the beginning.
 * @throws NodeApiError if the host cannot be reached, returns an error status or stalls; NodeOperationError if the file
 * has the wrong size or cannot be stored
 */
export async function downloadFile(
	context: TransferContext,
	file: RemoteFile,
	options: DownloadOptions,
): Promise<Downloaded> {
	for (let attempt = 1; ; attempt++) {
		const outcome = await attemptDownload(context, file, options);
		if (outcome.downloaded) return outcome.downloaded;
		const { failure } = outcome;
		const wait =
			!options.cancel?.aborted && isRetryable(failure, true)
				? retryDelay(attempt, failure)
				: undefined;
		if (wait === undefined) throw outcome.error;
		await cancellableSleep(wait, options.cancel);
	}
}

const targetRulesOf = ({ trustedUrl, allowedHosts }: TargetRules): TargetRules => ({
	...(trustedUrl !== undefined && { trustedUrl }),
	allowedHosts,
});

interface AttemptResult {
	downloaded?: Downloaded;
	error?: Error;
	/** The failure as far as it decides about a retry. */
	failure: RequestFailure;
}

async function attemptDownload(
	context: TransferContext,
	file: RemoteFile,
	options: DownloadOptions,
): Promise<AttemptResult> {
	const node = context.getNode();
	const guard = new StallGuard(options.stallTimeout, options.cancel);
	const download = async () => {
		const response = await openDownload(
			context,
			file.url,
			guard.signal,
			options.credential,
			targetRulesOf(options),
		);
		if (response.statusCode >= 300) return await rejectedResponse(context, response, options.host);
		const plain = decodeBody(response);
		const problem = incompleteReason(response, plain);
		if (problem === undefined) {
			return await store(context, { ...response, ...plain }, file, options, guard);
		}
		// Drain the body, or it would keep the connection open.
		await readResponseBody(response.body, response.statusCode).catch(() => undefined);
		throw noFileError(context, options.host, problem);
	};
	try {
		return await guard.during(download());
	} catch (error) {
		if (error instanceof NodeOperationError) return { error, failure: {} };
		const failure = toRequestFailure(error);
		const { origin } = new URL(file.url);
		return { error: connectionError(node, options.host.name, origin, failure), failure };
	}
}

async function store(
	context: TransferContext,
	response: DownloadStream,
	file: RemoteFile,
	options: DownloadOptions,
	guard: StallGuard,
): Promise<AttemptResult> {
	const { headers } = response;
	options.onHeaders?.(headers);
	const fileName = safeFileName(
		textOf(file.name) ??
			dispositionFileName(headers['content-disposition']) ??
			(await options.nameOf?.()) ??
			urlFileName(response.url) ??
			'file',
	);
	const mimeType = specificType(headers['content-type']) ?? specificType(file.mimeType);
	const announced = lengthOf(headers['content-length']);
	// The HTTP library reports a body shorter than Content-Length as a connection error; if the lengths differ otherwise,
	// the body was compressed.
	const range = announced === undefined ? rangeOf(headers)?.total : undefined;
	const expected = file.size ?? (response.statusCode === 206 ? range : undefined);
	const maxSize = maxDecodedSize(file.size, announced);
	const progressLog = new ProgressLog(context, `Downloading “${fileName}”`, expected ?? announced);
	let ownError: NodeOperationError | undefined;
	let receivedBytes = 0;
	let head: Buffer = Buffer.alloc(0);
	let tail: Buffer = Buffer.alloc(0);
	const { tailSize = 0 } = options;
	const { stream, stats } = countAndHash(response.body, {
		sha256: options.sha256,
		blockSize: WRITE_SIZE,
		progress: (moved, chunk) => {
			guard.progress();
			progressLog.advance(moved);
			receivedBytes += moved;
			if (head.length < HEAD_SIZE) head = Buffer.concat([head, chunk]).subarray(0, HEAD_SIZE);
			if (tailSize > 0) tail = Buffer.concat([tail, chunk]).subarray(-tailSize);
			if (receivedBytes <= maxSize) return;
			ownError = tooLargeError(context, fileName, maxSize);
			throw ownError;
		},
		// Fail before the stream ends: n8n deletes a stored file when its stream fails.
		validate: (received) => {
			// Some storage backends buffer in memory and write when the stream ends, so the stall timeout must not run here.
			guard.release();
			ownError =
				expected !== undefined && expected !== received.size
					? wrongSizeError(context, fileName, received.size, expected)
					: options.objection?.(
							{ fileName, mimeType: mimeType ?? UNKNOWN_TYPE, ...received },
							tail,
						);
			return ownError;
		},
	});
	return await context.helpers.prepareBinaryData(stream as never, fileName, mimeType).then(
		async (stored) => {
			const binary = mimeType === undefined ? await withType(context, stored, head) : stored;
			const downloaded = { binary, fileName, mimeType: binary.mimeType, ...stats };
			return { downloaded, failure: {} };
		},
		async (error: unknown) => {
			const failure = toRequestFailure(error);
			const reported =
				ownError ??
				(isDecodingError(failure.code)
					? decodingError(context, fileName)
					: storageError(context, fileName, failure));
			return reported ? { error: reported, failure: {} } : await Promise.reject(error as Error);
		},
	);
}

function wrongSizeError(
	context: TransferContext,
	fileName: string,
	size: number,
	expected: number,
) {
	const message = `“${fileName}” is ${size} bytes instead of the expected ${expected}`;
	const description = 'The file is damaged or incomplete, so it was discarded. Download it again.';
	return new NodeOperationError(context.getNode(), message, { description });
}

/** Error codes of n8n's file system storage; its other storage backends report errors without a code. */
const STORAGE_ERROR_CODES = new Set([
	'ENOSPC',
	'EDQUOT',
	'EROFS',
	'EACCES',
	'EPERM',
	'EIO',
	'EFBIG',
]);

/** An error for a failure of the storage; undefined if the connection failed. */
function storageError(
	context: TransferContext,
	fileName: string,
	{ code, reason }: RequestFailure,
) {
	if (code !== undefined && !STORAGE_ERROR_CODES.has(code)) return undefined;
	return new NodeOperationError(context.getNode(), `n8n could not store the file “${fileName}”`, {
		description: `Reason: ${reason ?? 'unknown'}. Free up storage space, or change where n8n stores binary data (N8N_DEFAULT_BINARY_DATA_MODE).`,
	});
}

/** Converts an error response of the host, including its message from the body. */
async function rejectedResponse(
	context: TransferContext,
	response: DownloadStream,
	host: Service,
): Promise<AttemptResult> {
	const { statusCode: status, headers, body } = response;
	const retryAfter = parseRetryAfter(headers);
	const error = responseError(context.getNode(), host, {
		status,
		body: await readResponseBody(body, status),
		retryAfter,
	});
	return { error, failure: { status, retryAfter } };
}

/** Why a successful response does not contain the whole file; undefined if it does. */
function incompleteReason(
	{ statusCode: status, headers }: DownloadStream,
	{ unknown }: DecodedBody,
): string | undefined {
	if (unknown) return `the file in an encoding that cannot be decoded (${unknown})`;
	// A 203 is a 200 modified by a proxy.
	if (status === 200 || status === 203) return undefined;
	if (status !== 206) return `no file (${status})`;
	// The request asked for no range, so a 206 is only accepted if its range covers the whole file.
	const { first, last, total } = rangeOf(headers) ?? {};
	const length = lengthOf(headers['content-length']) ?? total;
	const isWhole = first === 0 && last !== undefined && last + 1 === total && length === total;
	return isWhole ? undefined : 'only a part of the file (206)';
}

/** Parses a Content-Range header: the first and last byte, and the total size. */
function rangeOf(headers: Record<string, unknown>) {
	const header = String(headers['content-range'] ?? '').trim();
	const numbers = /^bytes (\d+)-(\d+)\/(\d+)$/i.exec(header)?.slice(1).map(Number);
	if (!numbers) return undefined;
	const [first, last, total] = numbers;
	return { first, last, total };
}

function noFileError(context: TransferContext, { name }: Service, problem: string) {
	return new NodeOperationError(context.getNode(), `${name} sent ${problem}`, {
		description: 'No file was stored. Check the URL. If it is correct, run the node again later.',
	});
}

/** Parses a Content-Length header, in bytes; undefined if it is missing or invalid. */
const lengthOf = (header: unknown): number | undefined =>
	/^\d+$/.test(String(header ?? '').trim()) ? Number(header) : undefined;

function tooLargeError(context: TransferContext, fileName: string, maxSize: number) {
	return new NodeOperationError(
		context.getNode(),
		`“${fileName}” is larger than ${maxSize} bytes`,
		{
			description:
				'The host announced a much smaller file. n8n did not store the file, because a compressed response could fill the disk. If the file really is that large, ask the sender to send it without compression.',
		},
	);
}

function decodingError(context: TransferContext, fileName: string) {
	return new NodeOperationError(
		context.getNode(),
		`The compressed file “${fileName}” cannot be decoded`,
		{
			description:
				'The host compressed the file, and the compressed data is damaged or incomplete. Run the node again. If it fails every time, ask the sender to send the file without compression.',
		},
	);
}
