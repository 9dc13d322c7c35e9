import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import { mayHaveActed, withItem } from '../http/errors';
import { type Answer, type ApiCall, callApi, cancelSignalOf, type Payload } from '../http/client';
import type { ItemContext } from '../node/operation';
import type { Service } from '../http/service';
import type { Form } from './multipartForm';
import { type Measure, measured } from './streams';
import { Progress } from '../transfer/progress';
import type { PartSettings } from './settings';
import { brokenOff, type FileSource, wrongLength } from './source';
import { StallGuard } from '../http/stallGuard';

export interface TransferOptions {
	sha256: boolean;
	/** Milliseconds without data after which the transfer is cancelled. */
	stallTimeout: number;
}

export interface WholeOptions<T> extends TransferOptions {
	/** Wraps the file in a multipart form; without it, the body is the file. */
	form?: Form;
	/**
	 * Looks for the uploaded file after its response was lost, if it can be identified with certainty.
	 * @returns the response body that the upload would have returned, or undefined
	 */
	find?(sent: Measure): Promise<T | undefined>;
}

export interface Uploaded<T> extends Answer<T> {
	/** Size and hash of the bytes sent. */
	measure: Measure;
}

/**
 * Sends a file in one request, as a stream with its exact length. Retried once, and only if the connection failed
 * before the last byte was sent: then the service cannot have the file. If every byte was sent and the response was
 * lost, `find` looks for the file; without a result the error says that the upload may have succeeded.
 * @throws NodeApiError; NodeOperationError if the file size differs from the size that n8n reports
 */
export async function uploadWhole<T>(
	{ functions, itemIndex }: ItemContext,
	service: Service,
	call: Omit<ApiCall<T>, 'payload' | 'body'>,
	file: FileSource,
	options: WholeOptions<T>,
): Promise<Uploaded<T>> {
	const node = functions.getNode();
	let measure: Measure = { size: 0 };
	let guard: StallGuard;
	let closeSource = () => {};
	let failures = 0;
	let isSourceRead = false;
	let storageError: unknown;
	const send = async () =>
		await callApi(functions, service, {
			...call,
			repeatable: ({ status }) =>
				status === undefined && measure.size < file.size && ++failures <= MAX_RETRIES,
			payload: {
				contentType: options.form?.contentType ?? file.mimeType,
				size: options.form?.size ?? file.size,
				async open() {
					storageError = undefined;
					const bytes = await file.open();
					const limit = Buffer.isBuffer(bytes)
						? bufferUploadTimeout(bytes.length, options.stallTimeout)
						: options.stallTimeout;
					guard = new StallGuard(limit, cancelSignalOf(functions));
					// The service may respond before it has read the whole body: destroying the source also ends the request.
					if (!Buffer.isBuffer(bytes)) {
						closeSource = () => void bytes.destroy();
						bytes.once('error', (error: unknown) => (storageError = error));
					}
					const progressLog = new Progress(functions, `Uploading “${file.fileName}”`, file.size);
					const progress = (sent: number) => {
						// Fails the stream if the file is longer than `Content-Length`: Node would cut it there, and the service
						// would store a truncated file as complete.
						if (measure.size > file.size) throw wrongLength(node, file, measure.size);
						guard.progress();
						progressLog.advance(sent);
					};
					isSourceRead = Buffer.isBuffer(bytes);
					// Fails the stream if the file is shorter than `Content-Length`: the service would otherwise wait for the
					// missing bytes until it times out.
					const validate = ({ size }: Measure) => {
						isSourceRead = true;
						return size === file.size ? undefined : wrongLength(node, file, size);
					};
					const opened = measured(bytes, {
						...{ ...options, progress, validate },
						expectedSize: file.size,
					});
					measure = opened.measure;
					return options.form ? options.form.around(opened.stream) : opened.stream;
				},
				abandon: () => closeSource(),
				guard: () => guard,
			},
		});

	let response: Answer<T>;
	try {
		response = await send();
	} catch (error) {
		if (measure.size > file.size || (isSourceRead && measure.size < file.size)) {
			throw withItem(node, wrongLength(node, file, measure.size), itemIndex);
		}
		if (storageError !== undefined) {
			throw withItem(node, brokenOff(node, file, measure.size, storageError), itemIndex);
		}
		const isWhole = measure.size >= file.size;
		if (!mayHaveActed(error) || !isWhole) {
			throw withItem(node, isWhole ? error : withRejectionHint(error), itemIndex);
		}
		const body = await options.find?.(measure).catch(() => undefined);
		if (body === undefined) throw withItem(node, withCheckFirstHint(error, file), itemIndex);
		response = { status: 200, body, headers: {}, mayHaveActedBefore: false };
	}
	if (measure.size > file.size) {
		throw withItem(node, wrongLength(node, file, measure.size), itemIndex);
	}
	if (measure.size < file.size) {
		const message = `${service.name} responded after only ${measure.size} of ${file.size} bytes of “${file.fileName}” had been sent`;
		const description =
			'The file is incomplete even though the service reported success. Check the uploaded file and upload it again.';
		throw new NodeOperationError(node, message, { description, itemIndex });
	}
	return { ...response, measure };
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
	{ stallTimeout, atOnce, cancel }: Pick<PartSettings, 'stallTimeout' | 'atOnce' | 'cancel'>,
): Payload {
	return {
		contentType,
		size: bytes.length,
		open: () => Promise.resolve(bytes),
		guard: () => new StallGuard(bufferUploadTimeout(bytes.length * atOnce, stallTimeout), cancel),
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
		guard: () => new StallGuard(ASSEMBLY_TIMEOUT, cancel),
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
