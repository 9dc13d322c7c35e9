import type { IDataObject, INode } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import {
	type ApiResponse,
	type ApiCall,
	callApi,
	executionSignal,
	type Payload,
} from '../http/client';
import { mayHaveSucceeded, withItemIndex } from '../http/errors';
import type { Service } from '../http/service';
import { StallGuard } from '../http/stallGuard';
import type { ItemContext, OperationResult } from '../node/operation';
import { optionalText } from '../node/parameters';
import { invalidParameter } from '../node/schema';
import { safeFileName } from './fileName';
import type { MultipartForm } from './multipartForm';
import type { PartSettings } from './settings';
import { storageReadError, readFiles, type FileSource, sizeMismatchError } from './source';
import { type StreamStats, countAndHash, ProgressLog } from './streams';

export interface TransferOptions {
	sha256: boolean;
	/** Milliseconds without data after which the transfer is cancelled. */
	stallTimeout: number;
}

export interface SingleUploadOptions<T> extends TransferOptions {
	/** Wraps the file in a multipart form; without it, the body is the file. */
	form?: MultipartForm;
	/**
	 * Looks for the uploaded file after its response was lost, if it can be identified with certainty.
	 * @returns the response body that the upload would have returned, or undefined
	 */
	findExisting?(sent: StreamStats): Promise<T | undefined>;
}

export interface Uploaded<T> extends ApiResponse<T> {
	/** Size and hash of the bytes sent. */
	stats: StreamStats;
}

/**
 * Sends a file in one request, as a stream with its exact length. Retried once, and only if the connection failed
 * before the last byte was sent: then the service cannot have the file. If every byte was sent and the response was
 * lost, `find` looks for the file; without a result the error says that the upload may have succeeded.
 * @throws NodeApiError; NodeOperationError if the file size differs from the size that n8n reports
 */
export async function uploadSingle<T>(
	{ functions, itemIndex }: ItemContext,
	service: Service,
	call: Omit<ApiCall<T>, 'payload' | 'body'>,
	file: FileSource,
	options: SingleUploadOptions<T>,
): Promise<Uploaded<T>> {
	const node = functions.getNode();
	let stats: StreamStats = { size: 0 };
	let guard: StallGuard;
	let closeSource = () => {};
	let failures = 0;
	let isSourceRead = false;
	let storageError: unknown;
	const send = async () =>
		await callApi(functions, service, {
			...call,
			retryable: ({ status }) =>
				status === undefined && stats.size < file.size && ++failures <= MAX_RETRIES,
			payload: {
				contentType: options.form?.contentType ?? file.mimeType,
				size: options.form?.size ?? file.size,
				async open() {
					storageError = undefined;
					const bytes = await file.open();
					const limit = Buffer.isBuffer(bytes)
						? bufferUploadTimeout(bytes.length, options.stallTimeout)
						: options.stallTimeout;
					guard = new StallGuard(limit, executionSignal(functions));
					// The service may respond before it has read the whole body: destroying the source also ends the request.
					if (!Buffer.isBuffer(bytes)) {
						closeSource = () => void bytes.destroy();
						bytes.once('error', (error: unknown) => (storageError = error));
					}
					const progressLog = new ProgressLog(functions, `Uploading “${file.fileName}”`, file.size);
					const progress = (sent: number) => {
						// Fails the stream if the file is longer than `Content-Length`: Node would cut it there, and the service
						// would store a truncated file as complete.
						if (stats.size > file.size) throw sizeMismatchError(node, file, stats.size);
						guard.progress();
						progressLog.advance(sent);
					};
					isSourceRead = Buffer.isBuffer(bytes);
					// Fails the stream if the file is shorter than `Content-Length`: the service would otherwise wait for the
					// missing bytes until it times out.
					const validate = ({ size }: StreamStats) => {
						isSourceRead = true;
						return size === file.size ? undefined : sizeMismatchError(node, file, size);
					};
					const opened = countAndHash(bytes, {
						...{ ...options, progress, validate },
						expectedSize: file.size,
					});
					stats = opened.stats;
					return options.form ? options.form.wrap(opened.stream) : opened.stream;
				},
				close: () => closeSource(),
				stallGuard: () => guard,
			},
		});

	let response: ApiResponse<T>;
	try {
		response = await send();
	} catch (error) {
		if (stats.size > file.size || (isSourceRead && stats.size < file.size)) {
			throw withItemIndex(node, sizeMismatchError(node, file, stats.size), itemIndex);
		}
		if (storageError !== undefined) {
			throw withItemIndex(node, storageReadError(node, file, stats.size, storageError), itemIndex);
		}
		const isWhole = stats.size >= file.size;
		if (!mayHaveSucceeded(error) || !isWhole) {
			throw withItemIndex(node, isWhole ? error : withRejectionHint(error), itemIndex);
		}
		const body = await options.findExisting?.(stats).catch(() => undefined);
		if (body === undefined) throw withItemIndex(node, withCheckFirstHint(error, file), itemIndex);
		response = { status: 200, body, headers: {}, mayHaveSucceededBefore: false };
	}
	if (stats.size > file.size) {
		throw withItemIndex(node, sizeMismatchError(node, file, stats.size), itemIndex);
	}
	if (stats.size < file.size) {
		const message = `${service.name} responded after only ${stats.size} of ${file.size} bytes of “${file.fileName}” had been sent`;
		const description =
			'The file is incomplete even though the service reported success. Check the uploaded file and upload it again.';
		throw new NodeOperationError(node, message, { description, itemIndex });
	}
	return { ...response, stats };
}

/**
 * Retries after connection errors. A service that rejects large files may reset the connection on every attempt, so
 * more retries would only resend gigabytes.
 */
const MAX_RETRIES = 1;

/**
 * Extends the error of a closed connection: a service that rejects a file without reading it may close the connection
 * before its response arrives.
 */
function withRejectionHint(error: unknown): unknown {
	if (error instanceof NodeApiError && /^(EPIPE|ECONNRESET)$/.test(String(error.context.code))) {
		error.description = `${error.description ?? ''} The service may also have closed the connection because the file is too large for one request, or because it rejected the credential.`;
	}
	return error;
}

function withCheckFirstHint(error: NodeApiError, { fileName }: FileSource): NodeApiError {
	error.description = `${error.description ?? ''} “${fileName}” was sent completely, so the upload may have succeeded. Check before you upload it again.`;
	return error;
}

/** The payload of one part. Its bytes count as progress when the service has responded. */
export function partPayload(
	bytes: Buffer,
	contentType: string,
	{
		stallTimeout,
		concurrency,
		cancel,
	}: Pick<PartSettings, 'stallTimeout' | 'concurrency' | 'cancel'>,
): Payload {
	return {
		contentType,
		size: bytes.length,
		open: () => Promise.resolve(bytes),
		stallGuard: () =>
			new StallGuard(bufferUploadTimeout(bytes.length * concurrency, stallTimeout), cancel),
	};
}

/** Milliseconds that a service may take to assemble a file from its parts. */
const ASSEMBLY_TIMEOUT = 600_000;

/**
 * The payload of the call after the last part: JSON, even for an empty object (which n8n would omit), with a long
 * response timeout.
 */
export function lastCallPayload(body: object, { cancel }: Pick<PartSettings, 'cancel'>): Payload {
	const bytes = Buffer.from(JSON.stringify(body));
	return {
		contentType: 'application/json',
		size: bytes.length,
		open: () => Promise.resolve(bytes),
		stallGuard: () => new StallGuard(ASSEMBLY_TIMEOUT, cancel),
	};
}

/** The slowest supported connection, in bytes per second. */
const MIN_UPLOAD_RATE = 64 * 1024;

/**
 * Time limit for sending a buffer, in milliseconds. Node reports no progress for buffers, so the stall timeout cannot
 * be applied to them.
 */
const bufferUploadTimeout = (bytes: number, stallTimeout: number) =>
	stallTimeout + Math.ceil((bytes / MIN_UPLOAD_RATE) * 1000);

/**
 * Uploads the files of an item one after the other and returns an output item for each. If one fails, the error lists
 * those already uploaded.
 * @param idField the output field that identifies the uploaded file
 * @param upload returns the output of one file
 * @param singular options that only make sense for one file, as name and label; File Name is always one of them
 * @param check throws for a file that cannot be uploaded with the current settings; called for every file before the
 * first upload
 */
export async function uploadEach(
	item: ItemContext,
	idField: string,
	upload: (file: FileSource) => Promise<IDataObject>,
	singular: Readonly<Record<string, string>> = {},
	check: (file: FileSource) => void = () => {},
): Promise<OperationResult[]> {
	const named = await readFiles(item, item.parameter('binaryPropertyName'));
	if (named.length > 1)
		rejectSingularOptions(item, { fileName: 'File Name', ...singular }, named.length);
	const name = optionalText(item.option('fileName'));
	const files = named.map((file) => (name ? { ...file, fileName: safeFileName(name) } : file));
	for (const file of files) check(file);
	const uploaded: Array<{ file: FileSource; json: IDataObject }> = [];
	for (const file of files) {
		try {
			uploaded.push({ file, json: await upload(file) });
		} catch (error) {
			const problem = withItemIndex(item.functions.getNode(), error, item.itemIndex);
			const done = uploaded.map((one) => `“${one.file.fileName}” (${String(one.json[idField])})`);
			if (done.length > 0) {
				problem.description = `${problem.description ?? ''} Already uploaded: ${done.join(', ')}.`;
			}
			throw withItemIndex(item.functions.getNode(), problem, item.itemIndex);
		}
	}
	return uploaded.map(({ file, json }) => ({ json: { ...json, binaryPropertyName: file.field } }));
}

/** @throws NodeOperationError if such an option is set for several files */
function rejectSingularOptions(
	item: ItemContext,
	singular: Readonly<Record<string, string>>,
	count: number,
): void {
	const name = Object.keys(singular).find((one) => optionalText(item.option(one)));
	if (name === undefined) return;
	throw invalidParameter(
		item,
		singular[name],
		`cannot be used with ${count} files`,
		'Remove this option, or upload one file at a time.',
	);
}

/**
 * Compares the uploaded file with what the service reports: by SHA-256 if both sides have one, and by size.
 * @param reported values as the service returns them; undefined or null if it returns none
 * @param advice what the user can do about a difference
 * @throws NodeOperationError that names both values
 */
export function compareWithService(
	node: INode,
	fileName: string,
	sent: StreamStats,
	reported: { size?: unknown; sha256?: unknown },
	advice = 'Delete the uploaded file and upload it again.',
): void {
	const pairs = [
		['SHA-256', sent.sha256, reported.sha256],
		['size in bytes', sent.size, reported.size],
	] as const;
	for (const [what, ours, theirs] of pairs) {
		if (ours === undefined || theirs === undefined || theirs === null) continue;
		if (String(ours).toLowerCase() === String(theirs).toLowerCase()) continue;
		throw new NodeOperationError(node, `“${fileName}” was changed or damaged during upload`, {
			description: `The ${what} sent was ${ours}, but the service reports ${String(theirs)}. ${advice}`,
		});
	}
}
