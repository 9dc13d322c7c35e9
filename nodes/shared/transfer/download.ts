import type { IBinaryData } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { answerError, connectionError } from '../errors';
import { setbackOf } from '../http';
import { mayRepeat, pause, pauseAfter, retryAfterOf, type Setback } from '../retry';
import { type Service, textOf } from '../service';
import { readAnswer } from './answer';
import { isCodingFault, largestSize, type PlainBody, plainBody } from './contentCoding';
import { dispositionFileName, safeFileName, urlFileName } from './fileName';
import { WRITE_SIZE } from './gather';
import { measured } from './measured';
import { HEAD_SIZE, specificType, UNKNOWN_TYPE, withType } from './mediaType';
import { openUrl, type OpenedStream, type TransferContext } from './open';
import { Progress } from './progress';
import { StallGuard } from './stall';

/** What is known of a file before it is down; the service's own words where it gives them. */
export interface RemoteFile {
	url: string;
	name?: string;
	mimeType?: string;
	/** Bytes. */
	size?: number;
}

export interface DownloadOptions {
	sha256: boolean;
	/** Milliseconds without a byte after which the download is given up. */
	stallTimeout: number;
	cancel?: AbortSignal;
	/** How the file's host words its errors, and what the user can do then. */
	host: Service;
	/** The type of the credential that opens the URL; it goes to the URL's own origin alone. */
	credential?: string;
	/** Asked for the name of a file that comes without one. */
	nameOf?(): Promise<string | undefined>;
	/** Told the headers that the file comes with. */
	onHeaders?(headers: Record<string, unknown>): void;
	/** How many of the last bytes the objection gets to see. */
	tailSize?: number;
	/** Has the last word on a file that has come whole: what it objects to is thrown, and the file is not kept. */
	objection?(file: Omit<Downloaded, 'binary'>, tail: Buffer): NodeOperationError | undefined;
}

export interface Downloaded {
	binary: IBinaryData;
	fileName: string;
	mimeType: string;
	/** Bytes that arrived. */
	size: number;
	/** Hex. */
	sha256?: string;
}

/**
 * Fetches a file into n8n's binary storage as a stream, without credentials unless the options name one. Its length is
 * compared with the announced one: a truncated body is never handed on. Interrupted downloads begin again, a few times.
 * @throws NodeApiError if the host cannot be reached, refuses, stalls, or sends another number of bytes
 */
export async function downloadFile(
	context: TransferContext,
	file: RemoteFile,
	options: DownloadOptions,
): Promise<Downloaded> {
	for (let attempt = 1; ; attempt++) {
		const outcome = await attemptDownload(context, file, options);
		if (outcome.downloaded) return outcome.downloaded;
		const { setback } = outcome;
		const wait =
			!options.cancel?.aborted && mayRepeat(setback, true)
				? pauseAfter(attempt, setback)
				: undefined;
		if (wait === undefined) throw outcome.error;
		await pause(wait, options.cancel);
	}
}

interface Outcome {
	downloaded?: Downloaded;
	error?: Error;
	/** Why it failed, as far as a repeat may help. */
	setback: Setback;
}

async function attemptDownload(
	context: TransferContext,
	file: RemoteFile,
	options: DownloadOptions,
): Promise<Outcome> {
	const node = context.getNode();
	const guard = new StallGuard(options.stallTimeout, options.cancel);
	const download = async () => {
		const response = await openUrl(context, file.url, guard.signal, options.credential);
		if (response.statusCode >= 300) return await refused(context, response, options.host);
		const plain = plainBody(response);
		const problem = problemOf(response, plain);
		if (problem === undefined) {
			return await store(context, { ...response, ...plain }, file, options, guard);
		}
		// Read, or else it would hold the connection.
		await readAnswer(response.body, response.statusCode).catch(() => undefined);
		throw noFile(context, options.host, problem);
	};
	try {
		return await guard.during(download());
	} catch (error) {
		if (error instanceof NodeOperationError) return { error, setback: {} };
		const setback = setbackOf(error);
		const { origin } = new URL(file.url);
		return { error: connectionError(node, options.host.name, origin, setback), setback };
	}
}

async function store(
	context: TransferContext,
	response: OpenedStream,
	file: RemoteFile,
	options: DownloadOptions,
	guard: StallGuard,
): Promise<Outcome> {
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
	// A body that ends before its Content-Length is a fault of the connection. One of another length came compressed.
	const range = announced === undefined ? rangeOf(headers)?.total : undefined;
	const expected = file.size ?? (response.statusCode === 206 ? range : undefined);
	const most = largestSize(file.size, announced);
	const told = new Progress(context, `Downloading “${fileName}”`, expected ?? announced);
	let objection: NodeOperationError | undefined;
	let arrivedBytes = 0;
	let head: Buffer = Buffer.alloc(0);
	let tail: Buffer = Buffer.alloc(0);
	const { tailSize = 0 } = options;
	const { stream, measure } = measured(response.body, {
		sha256: options.sha256,
		blockSize: WRITE_SIZE,
		progress: (moved, chunk) => {
			guard.progress();
			told.move(moved);
			arrivedBytes += moved;
			if (head.length < HEAD_SIZE) head = Buffer.concat([head, chunk]).subarray(0, HEAD_SIZE);
			if (tailSize > 0) tail = Buffer.concat([tail, chunk]).subarray(-tailSize);
			if (arrivedBytes <= most) return;
			objection = tooLarge(context, fileName, most);
			throw objection;
		},
		// Said before n8n has taken the end of the file: it throws away what it has of a stream that fails.
		objection: (arrived) => {
			// Some of n8n's storages have taken it into memory, and write it only now.
			guard.release();
			objection =
				expected !== undefined && expected !== arrived.size
					? damaged(context, fileName, arrived.size, expected)
					: options.objection?.({ fileName, mimeType: mimeType ?? UNKNOWN_TYPE, ...arrived }, tail);
			return objection;
		},
	});
	return await context.helpers.prepareBinaryData(stream as never, fileName, mimeType).then(
		async (stored) => {
			const binary = mimeType === undefined ? await withType(context, stored, head) : stored;
			const downloaded = { binary, fileName, mimeType: binary.mimeType, ...measure };
			return { downloaded, setback: {} };
		},
		async (error: unknown) => {
			const setback = setbackOf(error);
			const own =
				objection ??
				(isCodingFault(setback.code)
					? undecodable(context, fileName)
					: notKept(context, fileName, setback));
			return own ? { error: own, setback: {} } : await Promise.reject(error as Error);
		},
	);
}

function damaged(context: TransferContext, fileName: string, size: number, expected: number) {
	const message = `“${fileName}” is ${size} bytes instead of the expected ${expected}`;
	const description = 'The file is damaged or incomplete, so it was discarded. Download it again.';
	return new NodeOperationError(context.getNode(), message, { description });
}

/** What the disk of this n8n says no with; its other storages say it without a code. */
const OF_STORAGE = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EIO', 'EFBIG']);

/** That n8n could not store the file, if it was not the connection that failed. */
function notKept(context: TransferContext, fileName: string, { code, reason }: Setback) {
	if (code !== undefined && !OF_STORAGE.has(code)) return undefined;
	return new NodeOperationError(context.getNode(), `n8n could not store the file “${fileName}”`, {
		description: `Reason: ${reason ?? 'unknown'}. Free up storage space, or change where n8n stores binary data (N8N_DEFAULT_BINARY_DATA_MODE).`,
	});
}

/** The host's answer as an error; its own words are read from the first bytes of the body. */
async function refused(
	context: TransferContext,
	response: OpenedStream,
	host: Service,
): Promise<Outcome> {
	const { statusCode: status, headers, body } = response;
	const retryAfter = retryAfterOf(headers);
	const error = answerError(context.getNode(), host, {
		status,
		body: await readAnswer(body, status),
		retryAfter,
	});
	return { error, setback: { status, retryAfter } };
}

/** Why a successful response is not the whole file; undefined if it is. */
function problemOf(
	{ statusCode: status, headers }: OpenedStream,
	{ unknown }: PlainBody,
): string | undefined {
	if (unknown) return `the file in an encoding that cannot be decoded (${unknown})`;
	// 203 is a 200 that a proxy has changed.
	if (status === 200 || status === 203) return undefined;
	if (status !== 206) return `no file (${status})`;
	// Nobody asked for a part; what covers all of the file is the file.
	const { first, last, total } = rangeOf(headers) ?? {};
	const length = lengthOf(headers['content-length']) ?? total;
	const isWhole = first === 0 && last !== undefined && last + 1 === total && length === total;
	return isWhole ? undefined : 'only a part of the file (206)';
}

/** A Content-Range header that says of which bytes of how many the body consists. */
function rangeOf(headers: Record<string, unknown>) {
	const header = String(headers['content-range'] ?? '').trim();
	const numbers = /^bytes (\d+)-(\d+)\/(\d+)$/i.exec(header)?.slice(1).map(Number);
	if (!numbers) return undefined;
	const [first, last, total] = numbers;
	return { first, last, total };
}

function noFile(context: TransferContext, { name }: Service, problem: string) {
	return new NodeOperationError(context.getNode(), `${name} sent ${problem}`, {
		description: 'No file was stored. Check the URL. If it is correct, run the node again later.',
	});
}

/** Bytes of a Content-Length header; undefined where it is none. */
const lengthOf = (header: unknown): number | undefined =>
	/^\d+$/.test(String(header ?? '').trim()) ? Number(header) : undefined;

function tooLarge(context: TransferContext, fileName: string, most: number) {
	return new NodeOperationError(context.getNode(), `“${fileName}” is larger than ${most} bytes`, {
		description:
			'The host announced a much smaller file. n8n did not store the file, because a compressed response could fill the disk. If the file really is that large, ask the sender to send it without compression.',
	});
}

function undecodable(context: TransferContext, fileName: string) {
	return new NodeOperationError(
		context.getNode(),
		`The compressed file “${fileName}” cannot be decoded`,
		{
			description:
				'The host compressed the file, and the compressed data is damaged or incomplete. Run the node again. If it fails every time, ask the sender to send the file without compression.',
		},
	);
}
