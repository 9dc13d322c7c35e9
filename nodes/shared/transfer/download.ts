import type { IBinaryData } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { answerError, connectionError } from '../errors';
import { setbackOf } from '../http';
import { mayRepeat, pause, pauseAfter, retryAfterOf, type Setback } from '../retry';
import { type Service, textOf } from '../service';
import { readAnswer } from './answer';
import { dispositionFileName, safeFileName, urlFileName } from './fileName';
import { WRITE_SIZE } from './gather';
import { measured } from './measured';
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
		const problem = problemOf(response);
		if (problem === undefined) return await store(context, response, file, options, guard);
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
	// n8n's HTTP library decodes a compressed body, although none was asked for; its length is another one then.
	const isDecoded = !('rawHeaders' in response.body);
	const expected = file.size ?? (isDecoded ? undefined : announced);
	const most = isDecoded ? (file.size ?? largestDecoded(announced)) : Infinity;
	const told = new Progress(context, `Fetching “${fileName}”`, expected);
	let objection: NodeOperationError | undefined;
	let arrivedBytes = 0;
	let tail: Buffer = Buffer.alloc(0);
	const { tailSize = 0 } = options;
	const { stream, measure } = measured(response.body, {
		sha256: options.sha256,
		blockSize: WRITE_SIZE,
		progress: (moved, chunk) => {
			guard.progress();
			told.move(moved);
			arrivedBytes += moved;
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
		(stored) => {
			const binary = mimeType === undefined ? withoutGuess(stored) : stored;
			const downloaded = { binary, fileName, mimeType: binary.mimeType, ...measure };
			return { downloaded, setback: {} };
		},
		async (error: unknown) => {
			const own = objection ?? notKept(context, fileName, setbackOf(error));
			return own ? { error: own, setback: {} } : await Promise.reject(error as Error);
		},
	);
}

function damaged(context: TransferContext, fileName: string, size: number, expected: number) {
	const message = `The file “${fileName}” has ${size} bytes instead of the announced ${expected}`;
	const description = 'It is damaged or cut off and was not handed on. Have it delivered again.';
	return new NodeOperationError(context.getNode(), message, { description });
}

/** What the disk of this n8n says no with; its other storages say it without a code. */
const OF_STORAGE = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EIO', 'EFBIG']);

/** That n8n could not store the file, if it was not the connection that failed. */
function notKept(context: TransferContext, fileName: string, { code, reason }: Setback) {
	if (code !== undefined && !OF_STORAGE.has(code)) return undefined;
	return new NodeOperationError(context.getNode(), `n8n could not store the file “${fileName}”`, {
		description: `Its binary storage says: ${reason ?? 'no reason'}. Make room there, or let n8n keep binary data in another mode (N8N_DEFAULT_BINARY_DATA_MODE).`,
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
function problemOf({ statusCode: status, headers }: OpenedStream): string | undefined {
	const encoding = String(headers['content-encoding'] ?? 'identity').trim();
	if (!/^(identity)?$/i.test(encoding)) {
		return `the file in an encoding that cannot be decoded (${encoding.slice(0, 40)})`;
	}
	// 203 is a 200 that a proxy has changed.
	if (status === 200 || status === 203) return undefined;
	if (status !== 206) return `no file (${status})`;
	// Nobody asked for a part; what covers all of the file is the file.
	const [, first, last, total] =
		/^bytes (\d+)-(\d+)\/(\d+)$/i.exec(String(headers['content-range'] ?? '').trim()) ?? [];
	const isWhole = Number(first) === 0 && Number(last) + 1 === Number(total);
	return isWhole ? undefined : 'only a part of the file (206)';
}

function noFile(context: TransferContext, { name }: Service, problem: string) {
	return new NodeOperationError(context.getNode(), `${name} sent ${problem}`, {
		description: 'Nothing was stored. Check the link; if it is right, run the node again later.',
	});
}

/** Bytes of a Content-Length header; undefined where it is none. */
const lengthOf = (header: unknown): number | undefined =>
	/^\d+$/.test(String(header ?? '').trim()) ? Number(header) : undefined;

const MIB = 1024 * 1024;

/**
 * Bytes that a compressed body may become when nothing tells how large the file is. Text shrinks to a tenth or so; what
 * grows a hundred times was made to fill a disk.
 */
const largestDecoded = (length: number | undefined): number =>
	length === undefined ? 1024 * MIB : Math.max(100 * MIB, 100 * length);

function tooLarge(context: TransferContext, fileName: string, most: number) {
	return new NodeOperationError(
		context.getNode(),
		`The compressed file “${fileName}” becomes larger than ${most} bytes when it is decoded`,
		{
			description:
				'That is more than was announced, or more than is plausible, so it was not stored. Ask the sender for the file without compression.',
		},
	);
}

/** What n8n stores where nothing tells the type. */
const UNKNOWN_TYPE = 'application/octet-stream';

/** Types by which a host says that it does not know the type, or that a browser shall save the file. */
const UNSPECIFIC =
	/^(?:(?:application|binary|content)\/(?:(?:x-)?octet-stream|(?:x-|force-)?download|(?:x-)?unknown|binary)|unknown\/unknown)$/;

/** The media type of a Content-Type header, without its parameters; undefined where it says nothing of the file. */
function specificType(header: unknown): string | undefined {
	const type = /^[\w.+-]+\/[\w.+-]+/.exec(String(header ?? '').trim())?.[0].toLowerCase();
	return type === undefined || UNSPECIFIC.test(type) ? undefined : type;
}

/** Extensions of plain text, for which n8n's guess is right. */
const TEXT_FILE = /\.(txt|text|log|conf|def|list|ini)$/i;

/** n8n takes a stream for plain text where the name does not tell its type. */
function withoutGuess(binary: IBinaryData): IBinaryData {
	const isGuess = binary.mimeType === 'text/plain' && !TEXT_FILE.test(binary.fileName ?? '');
	if (!isGuess) return binary;
	const { fileType, fileExtension, ...rest } = binary;
	void [fileType, fileExtension];
	return { ...rest, mimeType: UNKNOWN_TYPE };
}
