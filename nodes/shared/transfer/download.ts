import type { IBinaryData } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { answerError, connectionError } from '../errors';
import { setbackOf } from '../http';
import { mayRepeat, pause, pauseAfter, retryAfterOf, type Setback } from '../retry';
import type { Service } from '../service';
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
	/** Has the last word on a file that has come whole: what it objects to is thrown, and the file is not kept. */
	objection?(file: Omit<Downloaded, 'binary'>): NodeOperationError | undefined;
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
		if (response.statusCode !== 200) return await refused(context, response, options.host);
		return await store(context, response, file, options, guard);
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
		file.name ??
			dispositionFileName(headers['content-disposition']) ??
			(await options.nameOf?.()) ??
			urlFileName(response.url) ??
			'file',
	);
	const mimeType =
		mediaType(headers['content-type']) ?? file.mimeType ?? 'application/octet-stream';
	const announced = headers['content-length'];
	const expected = file.size ?? (announced === undefined ? undefined : Number(announced));
	const told = new Progress(context, `Fetching “${fileName}”`, expected);
	let objection: NodeOperationError | undefined;
	const { stream, measure } = measured(response.body, {
		sha256: options.sha256,
		blockSize: WRITE_SIZE,
		progress: (moved) => {
			guard.progress();
			told.move(moved);
		},
		// Said before n8n has taken the end of the file: it throws away what it has of a stream that fails.
		objection: (arrived) => {
			// Some of n8n's storages have taken it into memory, and write it only now.
			guard.release();
			objection =
				expected !== undefined && expected !== arrived.size
					? damaged(context, fileName, arrived.size, expected)
					: options.objection?.({ fileName, mimeType, ...arrived });
			return objection;
		},
	});
	return await context.helpers.prepareBinaryData(stream as never, fileName, mimeType).then(
		(binary) => ({ downloaded: { binary, fileName, mimeType, ...measure }, setback: {} }),
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

/** The media type of a Content-Type header, without its parameters. */
function mediaType(header: unknown): string | undefined {
	return /^[\w.+-]+\/[\w.+-]+/.exec(String(header ?? '').trim())?.[0].toLowerCase();
}
