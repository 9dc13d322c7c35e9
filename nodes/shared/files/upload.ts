import { type IDataObject, NodeApiError, NodeOperationError } from 'n8n-workflow';

import { type ApiCall, type ApiResponse, callApi } from '../http/client';
import { mayHaveSucceeded, withItemIndex } from '../http/errors';
import type { ByteStream, Service } from '../http/service';
import {
	bufferUploadTimeout,
	processingTime,
	StallGuard,
	executionSignal,
} from '../http/stallGuard';
import type { ItemContext, OperationResult } from '../node/operation';
import { type OutputShape, toOutput } from '../node/output';
import { optionalText } from '../node/parameters';
import { invalidParameter } from '../node/schema';
import { safeFileName } from './fileName';
import type { MultipartForm } from './multipartForm';
import { type FileSource, readSourceFiles, sizeMismatchError, sourceReadError } from './source';
import { countAndHash, ProgressLog, type StreamStats, whileGuarded } from './streams';

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
 * lost, `findExisting` looks for the file; without a result the error says that the upload may have succeeded.
 * @throws NodeApiError; NodeOperationError if n8n's storage fails or the file size differs from the size that n8n reports
 */
export async function uploadInOneRequest<T>(
	{ functions, itemIndex }: ItemContext,
	service: Service,
	call: Omit<ApiCall<T>, 'payload' | 'body'>,
	file: FileSource,
	options: SingleUploadOptions<T>,
): Promise<Uploaded<T>> {
	const form = options.form ?? rawBody(file);
	let attempt: UploadAttempt | undefined;
	let retries = 0;
	const request: ApiCall<T> = {
		...call,
		retryable: ({ status }) =>
			status === undefined && !attempt?.isComplete && ++retries <= MAX_RETRIES,
		payload: {
			contentType: form.contentType,
			size: form.size,
			open: async () => {
				attempt = new UploadAttempt(functions, file, options, await file.open());
				const { body, stallGuard, close } = attempt;
				return { body: form.wrap(body), stallGuard, close };
			},
		},
	};
	try {
		const response = await callApi(functions, service, request).catch(
			async (error: unknown) => await recoverUpload(error, attempt, file, options.findExisting),
		);
		if (attempt?.fileError) throw attempt.fileError;
		if (!attempt?.isComplete) throw earlyResponseError(functions, service, file, attempt?.stats);
		return { ...response, stats: attempt.stats };
	} catch (error) {
		throw withItemIndex(functions.getNode(), error, itemIndex);
	}
}

/** A request body that is the file itself. */
const rawBody = ({ mimeType, size }: FileSource): MultipartForm => ({
	contentType: mimeType,
	size,
	wrap: (body) => body,
	pieces: (body) => [body],
});

/** One attempt to send a file: it counts and hashes the bytes on their way, and knows why the file ended too early. */
class UploadAttempt {
	readonly body: Buffer | ByteStream;
	/** The bytes that were handed to the connection. */
	readonly stats: StreamStats;
	readonly stallGuard: StallGuard;
	private isSourceRead: boolean;
	private readError: unknown;

	constructor(
		private readonly functions: ItemContext['functions'],
		private readonly file: FileSource,
		{ sha256, stallTimeout }: TransferOptions,
		private readonly source: Buffer | ByteStream,
	) {
		const isBuffer = Buffer.isBuffer(source);
		const timeout = isBuffer ? bufferUploadTimeout(source.length, stallTimeout) : stallTimeout;
		this.stallGuard = new StallGuard(timeout, executionSignal(functions));
		this.isSourceRead = isBuffer;
		if (!isBuffer) source.once('error', (error: unknown) => (this.readError = error));
		// A host has its own stall timeout.
		const isHosted = file.readFailure !== undefined && !isBuffer;
		const log = new ProgressLog(functions, `Uploading “${file.fileName}”`, file.size);
		const { stream, stats } = countAndHash(
			isHosted ? whileGuarded(source, this.stallGuard) : source,
			{
				sha256,
				expectedSize: file.size,
				progress: (bytes) => {
					// Fails the stream if the file is longer than `Content-Length`: Node would cut it there, and the service would
					// store a truncated file as complete. (A buffer is counted while `stats` is not set yet.)
					if (this.stats?.size > file.size) throw this.fileError;
					this.stallGuard.progress();
					log.advance(bytes);
				},
				// Fails the stream if the file is shorter than `Content-Length`: the service would otherwise wait for the missing
				// bytes until it times out.
				validate: () => {
					this.isSourceRead = true;
					this.stallGuard.resume();
					this.stallGuard.extend(processingTime(file.size));
					return this.fileError;
				},
			},
		);
		this.body = stream;
		this.stats = stats;
	}

	/** Whether every byte of the file was handed to the connection. */
	get isComplete(): boolean {
		return this.stats.size === this.file.size;
	}

	/** What is wrong with the file itself: its storage or host failed, or the size is not the reported one. */
	get fileError(): Error | undefined {
		const { file, readError } = this;
		const node = this.functions.getNode();
		const { size } = this.stats;
		if (size > file.size || (this.isSourceRead && size < file.size)) {
			return sizeMismatchError(node, file, size);
		}
		return readError === undefined ? undefined : sourceReadError(node, file, size, readError);
	}

	/** The service may respond before it has read the whole body: destroying the source also ends the request. */
	close = (): void => {
		if (!Buffer.isBuffer(this.source)) this.source.destroy();
	};
}

/** Returns the response that `findExisting` reconstructs, or throws what the failed call means for the file. */
async function recoverUpload<T>(
	error: unknown,
	attempt: UploadAttempt | undefined,
	file: FileSource,
	findExisting: SingleUploadOptions<T>['findExisting'],
): Promise<ApiResponse<T>> {
	if (attempt?.fileError) throw attempt.fileError;
	if (!attempt?.isComplete) throw withRejectionHint(error);
	if (!mayHaveSucceeded(error)) throw error;
	const body = await findExisting?.(attempt.stats).catch(() => undefined);
	if (body === undefined) throw withCheckFirstHint(error, file);
	return { status: 200, body, headers: {}, mayHaveSucceededBefore: false };
}

function earlyResponseError(
	functions: ItemContext['functions'],
	service: Service,
	{ fileName, size }: FileSource,
	sent: StreamStats = { size: 0 },
) {
	return new NodeOperationError(
		functions.getNode(),
		`${service.name} responded after only ${sent.size} of ${size} bytes of “${fileName}” had been sent`,
		{
			description:
				'The file is incomplete even though the service reported success. Check the uploaded file and upload it again.',
		},
	);
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

/**
 * Uploads the files of an item one after the other and returns an output item for each. If one fails, the error lists
 * those already uploaded.
 * @param output the shape of the output of a file, and the field that identifies the uploaded file
 * @param upload returns the output of one file
 * @param singular options that only make sense for one file, as name and label; File Name is always one of them
 * @param check throws for a file that cannot be uploaded with the current settings; called for every file before the
 * first upload
 */
export async function uploadEach(
	item: ItemContext,
	service: Service,
	{ shape, idField }: { shape: OutputShape; idField: string },
	upload: (file: FileSource) => Promise<OperationResult>,
	singular: Readonly<Record<string, string>> = {},
	check: (file: FileSource) => void = () => {},
): Promise<OperationResult[]> {
	const named = await readSourceFiles(item, service);
	if (named.length > 1)
		rejectSingularOptions(item, { fileName: 'File Name', ...singular }, named.length);
	const name = optionalText(item.option('fileName'));
	const files = named.map((file) => (name ? { ...file, fileName: safeFileName(name) } : file));
	for (const file of files) check(file);
	const uploaded: Array<{ file: FileSource; result: OperationResult }> = [];
	for (const file of files) {
		try {
			uploaded.push({ file, result: await upload(file) });
		} catch (error) {
			const problem = withItemIndex(item.functions.getNode(), error, item.itemIndex);
			const done = uploaded.map(
				({ file: { fileName }, result }) =>
					`“${fileName}” (${String(toOutput(shape, result)[idField])})`,
			);
			if (done.length > 0) {
				problem.description = `${problem.description ?? ''} Already uploaded: ${done.join(', ')}.`;
			}
			throw withItemIndex(item.functions.getNode(), problem, item.itemIndex);
		}
	}
	return uploaded.map(({ file, result }) => ({
		...result,
		added: { ...result.added, ...inputFieldOf(file) },
	}));
}

/** The input field of a file, for the output. */
export const inputFieldOf = ({ field }: FileSource): IDataObject =>
	field === undefined ? {} : { binaryPropertyName: field };

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
