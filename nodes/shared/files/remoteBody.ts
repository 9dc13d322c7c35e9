import { isDecodingError } from '../http/errors';
import {
	cancellableSleep,
	isRetryable,
	MAX_ATTEMPTS,
	OutageRetries,
	retryDelay,
} from '../http/retry';
import { textOf, type TransferContext } from '../http/service';
import { copiesOf, PartWindow, takeFirstPart } from './parallelParts';
import {
	type BodyFailure,
	brokenOff,
	failureOf,
	FileChangedError,
	isSameFile,
	lengthOf,
	rangeOf,
	type RemoteOptions,
	RemoteResponse,
	requestFile,
	toError,
	validatorOf,
} from './remoteResponse';
/**
 * Bytes that are requested again after a break, and at the start of each part, to prove that the file is the same: some
 * hosts send the same ETag for different bytes, for example for compressed and uncompressed ones.
 */
const OVERLAP = 4096;

/**
 * Requests a file. Retries a few times, until a response begins.
 * @throws NodeApiError if the host cannot be reached, stalls or returns an error status; NodeOperationError for an
 * invalid URL or redirect, and for a response without the whole file
 */
export async function openRemote(
	context: TransferContext,
	url: string,
	options: RemoteOptions,
): Promise<RemoteBody> {
	const { cancel } = options;
	for (let attempt = 1; ; attempt++) {
		const opened = await requestFile(context, url, options);
		if (opened instanceof RemoteResponse) return new RemoteBody(context, url, options, opened);
		const mayRetry = !cancel?.aborted && isRetryable(opened, true);
		const wait = mayRetry ? retryDelay(attempt, opened) : undefined;
		if (wait === undefined) throw opened.error;
		await cancellableSleep(wait, cancel);
	}
}

/**
 * A file at a URL, whose response has begun. Reading continues where the connection breaks, with a request for the rest
 * on condition that the file is still the same (`Range` and `If-Range`, RFC 9110, 14.2 and 13.1.5). The URL is requested
 * again from its first redirect, because a presigned URL behind it may have expired.
 */
export class RemoteBody {
	readonly headers: Record<string, unknown>;
	/** The URL after redirects. */
	readonly url: string;
	readonly status: number;
	/** Why the whole file was not read; undefined as long as nothing failed for good. */
	failure?: BodyFailure;
	/** Called before each wait in an outage. */
	onWait?: () => void;
	/** Bytes of the file on the wire; undefined if the host encodes the file, or has not announced them yet. */
	size?: number;
	private readonly validator?: string;
	private readonly retries: OutageRetries;
	private readonly closing = new AbortController();
	private isRangeIgnored = false;
	private restarts = 0;

	constructor(
		private readonly context: TransferContext,
		private readonly requestedUrl: string,
		private readonly options: RemoteOptions,
		private readonly first: RemoteResponse,
	) {
		const { headers, url, statusCode } = first.response;
		this.headers = headers;
		this.url = url;
		this.status = statusCode;
		this.retries = new OutageRetries(options.giveUpAfter ?? 0, () => this.onWait?.());
		// The offsets in a decoded body have nothing to do with ranges.
		if (textOf(headers['content-encoding']) !== undefined) return;
		this.size = lengthOf(headers['content-length']) ?? rangeOf(headers)?.total;
		this.validator = validatorOf(headers);
	}

	/** Ends all requests. */
	close(): void {
		this.closing.abort();
		this.first.close();
	}

	/**
	 * Yields the file from its first byte; only once, because the first response cannot be read again.
	 * @throws an error that is explained in {@link failure}
	 */
	async *read(): AsyncGenerator<Buffer> {
		const { first, size, options } = this;
		const stop = anySignal(options.cancel, this.closing.signal);
		const { threshold, concurrency } = options.ranges ?? { threshold: 0, concurrency: 1 };
		const inParallel = concurrency > 1 && size !== undefined && size >= threshold;
		try {
			if (inParallel && this.acceptsRanges()) yield* this.readInParallel(size, first, stop);
			else yield* this.readRange(0, undefined, stop, first);
		} finally {
			this.close();
		}
	}

	private acceptsRanges(): boolean {
		const { validator, headers } = this;
		return validator !== undefined && /\bbytes\b/i.test(String(headers['accept-ranges'] ?? ''));
	}

	/**
	 * Yields the file in parts that are requested in parallel; at most `concurrency` parts are in memory. Each part begins
	 * with the end of the one before, which proves that they belong together. Continues with one request if the host turns
	 * out to ignore ranges.
	 */
	private async *readInParallel(
		size: number,
		first: RemoteResponse,
		stop: AbortSignal,
	): AsyncGenerator<Buffer> {
		const { partSize, concurrency } = this.options.ranges!;
		const stopParts = new AbortController();
		const signal = anySignal(stop, stopParts.signal);
		const window = new PartWindow(size, partSize, OVERLAP, (from, to) =>
			this.readRange(from, to, signal),
		);
		const whole = this.readRange(0, undefined, stop, first);
		const requestOthers = (end: number) => {
			window.startAt(end);
			window.request(concurrency - 1);
		};
		let at = 0;
		let tail: Buffer = Buffer.alloc(0);
		for await (const chunk of takeFirstPart(whole, size, this.options.ranges!, requestOthers)) {
			at += chunk.length;
			tail = endOf(tail, chunk);
			yield chunk;
		}
		// The response has ended by itself, so this was the whole file.
		if (at !== window.start) return;
		tail = Buffer.from(tail);
		while (at < size) {
			window.request(concurrency);
			const bytes = await window.next().catch((error: unknown) => {
				if (!this.isRangeIgnored) throw toError(error);
			});
			if (bytes === undefined) {
				stopParts.abort();
				this.failure = undefined;
				yield* this.readRange(at, undefined, stop, undefined, tail);
				return;
			}
			const overlap = tail.length;
			if (!bytes.subarray(0, overlap).equals(tail)) throw this.fail(this.changedFailure(), stop);
			at += bytes.length - overlap;
			tail = Buffer.from(endOf(tail, bytes));
			yield* copiesOf(bytes.subarray(overlap));
			window.release();
		}
	}

	/**
	 * Yields the bytes from one position to another or to the end, through breaks of the connection.
	 * @param opened a response that starts at this position; it is requested otherwise
	 * @param before the bytes directly before this position, as far as they are known
	 */
	private async *readRange(
		from: number,
		to: number | undefined,
		stop: AbortSignal,
		opened?: RemoteResponse,
		before: Buffer = Buffer.alloc(0),
	): AsyncGenerator<Buffer> {
		let at = from;
		let tail = before;
		let isFirst = opened !== undefined;
		for (let attempt = 1; ; attempt++) {
			const start = isFirst ? at : at - tail.length;
			const response = isFirst ? opened! : await this.requestRange(start, to, stop);
			const position = at;
			let failure = response instanceof RemoteResponse ? undefined : response;
			try {
				if (response instanceof RemoteResponse) {
					const chunks = response.readFrom(start, to);
					for await (const chunk of isFirst ? chunks : this.afterOverlap(chunks, tail)) {
						at += chunk.length;
						tail = endOf(tail, chunk);
						this.retries.recordSuccess();
						yield chunk;
						if (at === to) return;
					}
					// The end of the first response is that of the file: the HTTP library reports one that is too short.
					if (isFirst && to === undefined) return;
					if (at === (to ?? this.size ?? at)) return;
				}
			} catch (error) {
				failure = this.failureOf(error);
				if (!isFirst && isDecodingError(failure.code ?? '')) failure = this.changedFailure();
			}
			failure ??= this.failureOf(brokenOff());
			isFirst = false;
			if (at > position) attempt = 1;
			const wait = stop.aborted ? undefined : this.waitBeforeResuming(attempt, failure);
			if (wait === undefined) throw this.fail(failure, stop);
			await cancellableSleep(wait, stop);
		}
	}

	/**
	 * Yields the chunks without the bytes that were received before.
	 * @throws FileChangedError if these are different now
	 */
	private async *afterOverlap(
		chunks: AsyncIterable<Buffer>,
		overlap: Buffer,
	): AsyncGenerator<Buffer> {
		let compared = 0;
		for await (const chunk of chunks) {
			const expected = overlap.subarray(compared, compared + chunk.length);
			if (!chunk.subarray(0, expected.length).equals(expected)) {
				throw new FileChangedError(this.context, this.options.host);
			}
			compared += expected.length;
			if (chunk.length > expected.length) yield chunk.subarray(expected.length);
		}
	}

	/** Records the first failure; those of requests that were ended on purpose do not count. */
	private fail(failure: BodyFailure, stop: AbortSignal): Error {
		// Starting over would not help where continuing did not.
		const isChanged = failure.error instanceof FileChangedError;
		const canRestart = isChanged || (this.validator === undefined && failure.canRestart);
		if (!stop.aborted) this.failure ??= { ...failure, canRestart };
		return failure.error;
	}

	private changedFailure(): BodyFailure {
		return this.failureOf(new FileChangedError(this.context, this.options.host));
	}

	private failureOf(error: unknown): BodyFailure {
		return failureOf(this.context, this.url, this.options.host, error);
	}

	/** Returns the milliseconds to wait; undefined if the download cannot continue. */
	private waitBeforeResuming(attempt: number, failure: BodyFailure): number | undefined {
		if (this.validator === undefined || this.failure) return undefined;
		return this.retries.delay(attempt, failure);
	}

	/** Requests the file from a position on, and checks that the response contains the same file. */
	private async requestRange(
		from: number,
		to: number | undefined,
		stop: AbortSignal,
	): Promise<RemoteResponse | BodyFailure> {
		const { context, validator } = this;
		const url = (await this.options.renewUrl?.()) ?? this.requestedUrl;
		const headers = {
			Range: `bytes=${from}-${to === undefined ? '' : to - 1}`,
			'If-Range': validator!,
		};
		const options = { ...this.options, cancel: stop };
		const opened = await requestFile(context, url, options, headers);
		if (!(opened instanceof RemoteResponse)) return opened;
		const { statusCode, headers: received } = opened.response;
		const isSame = isSameFile(received, validator!);
		const range = statusCode === 206 ? rangeOf(received) : undefined;
		if (isSame && range?.first === from && range.total === (this.size ?? range.total)) {
			this.size = range.total;
			return opened;
		}
		// With the same validator, the host ignores ranges, and the bytes up to the position can be skipped.
		if (isSame && statusCode === 200 && validatorOf(received) === validator) {
			this.isRangeIgnored = true;
			if (to === undefined && ++this.restarts < MAX_ATTEMPTS) return opened;
			opened.close();
			return { ...this.failureOf(brokenOff()), code: undefined };
		}
		opened.close();
		return this.changedFailure();
	}
}

const anySignal = (signal: AbortSignal | undefined, other: AbortSignal) =>
	signal ? AbortSignal.any([signal, other]) : other;

/** Returns the last bytes of a file, of which the latest chunk is known. */
const endOf = (before: Buffer, chunk: Buffer): Buffer =>
	chunk.length >= OVERLAP
		? chunk.subarray(-OVERLAP)
		: Buffer.concat([before, chunk]).subarray(-OVERLAP);
