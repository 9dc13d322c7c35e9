import { type IBinaryData, NodeOperationError } from 'n8n-workflow';

import { connectionError, isDecodingError } from '../http/errors';
import { cancellableSleep, type RequestFailure, retryDelay, toRequestFailure } from '../http/retry';
import { textOf, type TransferContext } from '../http/service';
import { StallGuard } from '../http/stallGuard';
import { maxDecodedSize, undecodable } from './openDownload';
import {
	dispositionFileName,
	HEAD_SIZE,
	safeFileName,
	specificType,
	UNKNOWN_TYPE,
	urlFileName,
	withType,
} from './fileName';
import { openRemote, type RemoteBody } from './remoteBody';
import { incompleteReason, lengthOf, rangeOf, type RemoteOptions, toError } from './remoteResponse';
import { checkMaxSize, maxSizeError } from './settings';
import { countAndHash, explainErrors, ProgressLog, whileGuarded, WRITE_SIZE } from './streams';

/** A file to download, with the metadata from the service where available. */
export interface RemoteFile {
	url: string;
	name?: string;
	mimeType?: string;
	/** Bytes. */
	size?: number;
}

export interface DownloadOptions extends RemoteOptions {
	sha256: boolean;
	/** Bytes; a larger file is not stored. */
	maxSize?: number;
	/** Looks up the file name if the response contains none. */
	nameOf?(): Promise<string | undefined>;
	/** Receives the response headers of the file. */
	onHeaders?(headers: Record<string, unknown>): void;
	/**
	 * Converts the file before it is counted, hashed and stored, for example decrypts it. Ranges and retries work on the
	 * bytes of the host below. An error discards the stored file.
	 */
	transform?(chunks: AsyncIterable<Buffer>, remote: RemoteBody): Promise<TransformedFile>;
	/** Number of trailing bytes passed to `objection`. */
	tailSize?: number;
	/** Validates the complete download; an error that it returns is thrown and the stored file is discarded. */
	objection?(file: Omit<Downloaded, 'binary'>, tail: Buffer): Error | undefined;
}

/** A file after a conversion. Its metadata replaces that of the file at the host. */
export interface TransformedFile {
	chunks: AsyncIterable<Buffer>;
	name?: string;
	mimeType?: string;
	/** Bytes. */
	size?: number;
}

export interface Downloaded {
	binary: IBinaryData;
	fileName: string;
	mimeType: string;
	/** Bytes stored. */
	size: number;
	/** Hex. */
	sha256?: string;
}

/**
 * Streams a file into n8n's binary storage, without credentials unless the options name one. Continues where the
 * connection breaks; if that is impossible, starts over, a few times. Compares the number of bytes with the expected size,
 * so that a truncated body is never output.
 * @throws NodeApiError if the host cannot be reached, returns an error status or stalls; NodeOperationError if the file
 * has the wrong size, is too large, or cannot be stored
 */
export async function downloadFile(
	context: TransferContext,
	file: RemoteFile,
	options: DownloadOptions,
): Promise<Downloaded> {
	for (let attempt = 1; ; attempt++) {
		// The first failure may have come from the ranges, for example of a compressed file.
		const ranges = attempt === 1 ? options.ranges : undefined;
		const url = attempt === 1 ? undefined : await options.renewUrl?.();
		const remote = await openFile(context, url ?? file.url, { ...options, ranges });
		try {
			return await store(context, remote, file, options);
		} catch (error) {
			const { failure } = remote;
			const mayRestart = failure?.canRestart && !options.cancel?.aborted;
			const wait = mayRestart ? retryDelay(attempt, failure) : undefined;
			if (wait === undefined) throw toError(error);
			await cancellableSleep(wait, options.cancel);
		} finally {
			// If the storage fails before it reads the file, nothing else ends the connection.
			remote.close();
		}
	}
}

/**
 * Requests a file, and checks that the response contains the whole file in an encoding that can be decoded.
 * @throws NodeApiError, NodeOperationError
 */
export async function openFile(
	context: TransferContext,
	url: string,
	options: RemoteOptions,
): Promise<RemoteBody> {
	const remote = await openRemote(context, url, options);
	const encoding = undecodable(remote.headers);
	const problem = encoding
		? `the file in an encoding that cannot be decoded (${encoding})`
		: incompleteReason(remote.status, remote.headers);
	if (problem === undefined) return remote;
	remote.close();
	const message = `${options.host.name} sent ${problem}`;
	const description =
		'No file was stored. Check the URL. If it is correct, run the node again later.';
	throw new NodeOperationError(context.getNode(), message, { description });
}

/** How a file at a URL is called and how large it is, from its response and from what the service says about it. */
export async function describeRemote(
	remote: RemoteBody,
	file: RemoteFile,
	nameOf?: DownloadOptions['nameOf'],
) {
	const { headers, url, status } = remote;
	const fileName = safeFileName(
		textOf(file.name) ??
			dispositionFileName(headers['content-disposition']) ??
			(await nameOf?.()) ??
			urlFileName(url) ??
			'file',
	);
	const mimeType = specificType(headers['content-type']) ?? specificType(file.mimeType);
	const announced = lengthOf(headers['content-length']);
	// The HTTP library reports a body shorter than Content-Length as a connection error; if the lengths differ otherwise,
	// the body was compressed.
	const range = announced === undefined ? rangeOf(headers)?.total : undefined;
	const expected = file.size ?? (status === 206 ? range : undefined);
	return { fileName, mimeType, announced, expected };
}

async function store(
	context: TransferContext,
	remote: RemoteBody,
	file: RemoteFile,
	options: DownloadOptions,
): Promise<Downloaded> {
	options.onHeaders?.(remote.headers);
	const converted = await convert(remote, options.transform);
	const name = converted.name ?? file.name;
	const described = await describeRemote(remote, { ...file, name }, options.nameOf);
	const { fileName, announced } = described;
	const mimeType = specificType(converted.mimeType) ?? described.mimeType;
	const expected = converted.size ?? described.expected;
	const { maxSize = Infinity, tailSize = 0 } = options;
	checkMaxSize(context, fileName, expected ?? remote.size, maxSize);
	const limit = Math.min(maxSize, expected ?? maxDecodedSize(announced));
	const tooLarge = () => {
		if (limit === maxSize) return maxSizeError(context, fileName, maxSize);
		return expected === undefined
			? tooLargeError(context, fileName, limit)
			: wrongSizeError(context, fileName, undefined, expected);
	};

	const progressLog = new ProgressLog(context, `Downloading “${fileName}”`, expected ?? announced);
	remote.onWait = () => progressLog.waiting();
	let ownError: Error | undefined;
	let receivedBytes = 0;
	let head: Buffer = Buffer.alloc(0);
	let tail: Buffer = Buffer.alloc(0);
	const guard = new StallGuard(options.stallTimeout, options.cancel);
	const source = explainErrors(converted.chunks, (error) => {
		if (error instanceof NodeOperationError && !remote.failure) ownError ??= error;
		return toError(error);
	});
	const { stream, stats } = countAndHash(whileGuarded(source, guard), {
		sha256: options.sha256,
		blockSize: WRITE_SIZE,
		progress: (moved, chunk) => {
			progressLog.advance(moved);
			receivedBytes += moved;
			if (head.length < HEAD_SIZE) head = Buffer.concat([head, chunk]).subarray(0, HEAD_SIZE);
			if (tailSize > 0) tail = Buffer.concat([tail, chunk]).subarray(-tailSize);
			if (receivedBytes <= limit) return;
			ownError = tooLarge();
			throw ownError;
		},
		// Fail before the stream ends: n8n deletes a stored file when its stream fails.
		validate: (received) => {
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
	try {
		const storing = context.helpers.prepareBinaryData(stream as never, fileName, mimeType);
		const stored = await guard.during(storing);
		const binary = mimeType === undefined ? await withType(context, stored, head) : stored;
		return { binary, fileName, mimeType: binary.mimeType, ...stats };
	} catch (error) {
		stream.destroy();
		if (ownError) throw toError(ownError);
		const failure = remote.failure ?? stoppedFailure(context, remote, options);
		if (isDecodingError(failure?.code ?? '')) throw decodingError(context, fileName);
		// Whatever else fails is the storage: an error of the host is recorded.
		throw toError(failure?.error ?? storageError(context, fileName, toRequestFailure(error)));
	}
}

/** Returns the file after its conversion, which may have to read its beginning, or the file itself. */
async function convert(
	remote: RemoteBody,
	transform: DownloadOptions['transform'],
): Promise<TransformedFile> {
	const chunks = remote.read();
	try {
		return (await transform?.(chunks, remote)) ?? { chunks };
	} catch (error) {
		throw toError(remote.failure?.error ?? error);
	}
}

/** The failure of a download that the user stops while the storage is busy. */
function stoppedFailure(
	context: TransferContext,
	{ url }: RemoteBody,
	{ cancel, host }: DownloadOptions,
) {
	if (!cancel?.aborted) return undefined;
	const code = 'ERR_CANCELED';
	return {
		code,
		error: connectionError(context.getNode(), host, new URL(url).origin, { code }),
	};
}

/** @param size undefined if the download was ended when it became too long */
function wrongSizeError(
	context: TransferContext,
	fileName: string,
	size: number | undefined,
	expected: number,
) {
	const message =
		size === undefined
			? `“${fileName}” is larger than the expected ${expected} bytes`
			: `“${fileName}” is ${size} bytes instead of the expected ${expected}`;
	const description = 'The file is damaged or incomplete, so it was discarded. Download it again.';
	return new NodeOperationError(context.getNode(), message, { description });
}

function storageError(context: TransferContext, fileName: string, { reason }: RequestFailure) {
	return new NodeOperationError(context.getNode(), `n8n could not store the file “${fileName}”`, {
		description: `Reason: ${reason ?? 'unknown'}. Check the free space and the permissions of n8n’s binary data storage, or change where n8n stores binary data (N8N_DEFAULT_BINARY_DATA_MODE).`,
	});
}

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
