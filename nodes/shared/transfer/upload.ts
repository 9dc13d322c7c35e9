import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import { mayHaveActed, withItem } from '../errors';
import { type Answer, type ApiCall, callApi, cancelSignalOf, type Payload } from '../http';
import type { ItemContext } from '../operation';
import type { Service } from '../service';
import type { Form } from './form';
import { type Measure, measured } from './measured';
import { Progress } from './progress';
import type { PartSettings } from './settings';
import { brokenOff, type FileSource, wrongLength } from './source';
import { StallGuard } from './stall';

export interface TransferOptions {
	sha256: boolean;
	/** Milliseconds without a byte after which the transfer is given up. */
	stallTimeout: number;
}

export interface WholeOptions<T> extends TransferOptions {
	/** Puts the file into a multipart form; without one the body is the file. */
	form?: Form;
	/**
	 * Looks whether the service has the file although its answer was lost, where it can tell for sure.
	 * @returns what it would have answered, or undefined
	 */
	find?(sent: Measure): Promise<T | undefined>;
}

export interface Uploaded<T> extends Answer<T> {
	/** What was read of the file while it was sent. */
	measure: Measure;
}

/**
 * Sends a file in one request, as a stream with its exact length. It is sent again, once, only if no answer began and a
 * part of it never left: then the service surely has nothing. Else it may have the file; `find` looks, or the error
 * says so.
 * @throws NodeApiError, NodeOperationError if the file is not as long as n8n says
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
	let abandon = () => {};
	let faults = 0;
	let isRead = false;
	let storageFault: unknown;
	const send = async () =>
		await callApi(functions, service, {
			...call,
			repeatable: ({ status }) =>
				status === undefined && measure.size < file.size && ++faults <= MOST_REPEATS,
			payload: {
				contentType: options.form?.contentType ?? file.mimeType,
				size: options.form?.size ?? file.size,
				async open() {
					storageFault = undefined;
					const bytes = await file.open();
					const limit = Buffer.isBuffer(bytes)
						? patience(bytes.length, options.stallTimeout)
						: options.stallTimeout;
					guard = new StallGuard(limit, cancelSignalOf(functions));
					// An answer may come before all is read: without its source the request ends too.
					if (!Buffer.isBuffer(bytes)) {
						abandon = () => void bytes.destroy();
						bytes.once('error', (fault: unknown) => (storageFault = fault));
					}
					const told = new Progress(functions, `Uploading “${file.fileName}”`, file.size);
					const progress = (moved: number) => {
						// Cut off at the announced length, it would pass for a whole file.
						if (measure.size > file.size) throw wrongLength(node, file, measure.size);
						guard.progress();
						told.move(moved);
					};
					isRead = Buffer.isBuffer(bytes);
					// Of a file that ends too soon, the service would wait for the rest.
					const objection = ({ size }: Measure) => {
						isRead = true;
						return size === file.size ? undefined : wrongLength(node, file, size);
					};
					const opened = measured(bytes, {
						...{ ...options, progress, objection },
						expected: file.size,
					});
					measure = opened.measure;
					return options.form ? options.form.around(opened.stream) : opened.stream;
				},
				abandon: () => abandon(),
				guard: () => guard,
			},
		});

	let answer: Answer<T>;
	try {
		answer = await send();
	} catch (error) {
		if (measure.size > file.size || (isRead && measure.size < file.size)) {
			throw withItem(node, wrongLength(node, file, measure.size), itemIndex);
		}
		if (storageFault !== undefined) {
			throw withItem(node, brokenOff(node, file, measure.size, storageFault), itemIndex);
		}
		const isWhole = measure.size >= file.size;
		if (!mayHaveActed(error) || !isWhole) {
			throw withItem(node, isWhole ? error : maybeRefused(error), itemIndex);
		}
		const body = await options.find?.(measure).catch(() => undefined);
		if (body === undefined) throw withItem(node, mayBeThere(error, file), itemIndex);
		answer = { status: 200, body, headers: {}, mayHaveActedBefore: false };
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
	return { ...answer, measure };
}

/**
 * Repeats of a file after faults of the connection. A service that takes no such file may close it each time before its
 * answer is read, and gigabytes would go the way in vain.
 */
const MOST_REPEATS = 1;

/** A service that refuses a file unread may close the connection so soon that its answer is lost. */
function maybeRefused(error: unknown): unknown {
	if (error instanceof NodeApiError && /^(EPIPE|ECONNRESET)$/.test(String(error.context.code))) {
		error.description = `${error.description ?? ''} The service may also have closed the connection because the file is too large for one request, or because it rejected the credential.`;
	}
	return error;
}

function mayBeThere(error: NodeApiError, { fileName }: FileSource): NodeApiError {
	error.description = `${error.description ?? ''} “${fileName}” was sent completely, so the upload may have succeeded. Check before you upload it again.`;
	return error;
}

/** A part as a payload. It counts as moved once it is answered. */
export function partPayload(
	bytes: Buffer,
	contentType: string,
	{ stallTimeout, atOnce, cancel }: Pick<PartSettings, 'stallTimeout' | 'atOnce' | 'cancel'>,
): Payload {
	return {
		contentType,
		size: bytes.length,
		open: () => Promise.resolve(bytes),
		guard: () => new StallGuard(patience(bytes.length * atOnce, stallTimeout), cancel),
	};
}

/** Milliseconds in which a service has put a file together out of its parts. */
const ASSEMBLY = 600_000;

/** The call after the last part: JSON, also an empty object (n8n leaves those out), with time for the answer. */
export function lastCallPayload(body: object, { cancel }: Pick<PartSettings, 'cancel'>): Payload {
	const bytes = Buffer.from(JSON.stringify(body));
	return {
		contentType: 'application/json',
		size: bytes.length,
		open: () => Promise.resolve(bytes),
		guard: () => new StallGuard(ASSEMBLY, cancel),
	};
}

/** Bytes a second of a slow line. */
const SLOW_LINE = 64 * 1024;

/** Milliseconds that bytes out of memory may take: nobody sees how far they are. */
const patience = (bytes: number, stallTimeout: number) =>
	stallTimeout + Math.ceil((bytes / SLOW_LINE) * 1000);
