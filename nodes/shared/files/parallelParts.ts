import { triggerMinorGc } from './gcPressure';

/** How a large file is downloaded in parallel. */
export interface RangeSettings {
	/** Files of at least this many bytes. */
	threshold: number;
	/** Bytes. */
	partSize: number;
	/** Concurrent requests; up to this many parts are in memory. */
	concurrency: number;
	/** Whether to stay with one request if it is fast enough. */
	isAdaptive?: boolean;
}

/** Bytes after which the speed of a request is known. */
const TRIAL_SIZE = 4 * 1024 * 1024;

/** Milliseconds after which a request is slow, however little it has transferred. */
const TRIAL_MS = 200;

/** Bytes per millisecond, about what a gigabit line carries. */
const FAST_RATE = (100 * 1024 * 1024) / 1000;

/**
 * Yields the first part of a file, or the whole file if its request is so fast that parallel ones no longer help: copying
 * their parts into order costs more than they save. A whole file is not cut at its size, because that is the size of the
 * compressed form if the host has compressed it.
 * @param whole the whole file, from a request that is already open; ended after the part
 * @param requestOthers called with the end of the first part as soon as further requests help
 */
export async function* takeFirstPart(
	whole: AsyncIterable<Buffer>,
	size: number,
	{ partSize, isAdaptive }: RangeSettings,
	requestOthers: (end: number) => void,
): AsyncGenerator<Buffer> {
	const startedAt = performance.now();
	let at = 0;
	/** Undefined until it is known whether further requests help. */
	let end: number | undefined;
	const endAt = (position: number) => {
		end = Math.min(position, size);
		requestOthers(end);
	};
	if (!isAdaptive) endAt(partSize);
	for await (const chunk of whole) {
		const piece = end === undefined || end >= size ? chunk : chunk.subarray(0, end - at);
		at += piece.length;
		yield piece;
		if (end === undefined) {
			const isFast = isFastEnough(at, performance.now() - startedAt);
			if (isFast === true) end = size;
			if (isFast === false) endAt(Math.max(partSize, at));
		}
		// The last part ends with its response, so that the connection can be used again.
		if (end !== undefined && at >= end && at < size) return;
	}
}

/**
 * Returns undefined if it is too early to know.
 * @param elapsed milliseconds
 */
function isFastEnough(bytes: number, elapsed: number): boolean | undefined {
	if (bytes < TRIAL_SIZE && elapsed < TRIAL_MS) return undefined;
	return bytes / elapsed >= FAST_RATE;
}

/** The parts of a file that are requested in parallel and read in order. Each begins with the end of the one before. */
export class PartWindow {
	/** Where the first part begins, without its overlap; undefined until it is known. */
	start?: number;
	private readonly parts: Array<Promise<Buffer>> = [];
	/** The buffers of the parts, in the same order. They are used again, so that memory does not grow with the file. */
	private readonly buffers: Buffer[] = [];
	private readonly freeBuffers: Buffer[] = [];
	private requested = 0;

	/**
	 * @param size of the file, bytes
	 * @param overlap bytes that a part has in common with the one before
	 * @param read yields the bytes between two positions
	 */
	constructor(
		private readonly size: number,
		private readonly partSize: number,
		private readonly overlap: number,
		private readonly read: (from: number, to: number) => AsyncIterable<Buffer>,
	) {}

	/** Sets where the first part begins, without its overlap. */
	startAt(position: number): void {
		this.start = this.requested = position;
	}

	/** Requests the next parts, up to this many at the same time. */
	request(limit: number): void {
		const { parts, buffers, freeBuffers, size, partSize, overlap } = this;
		while (parts.length < limit && this.requested < size) {
			const from = this.requested - overlap;
			this.requested = Math.min(this.requested + partSize, size);
			const buffer = freeBuffers.pop() ?? Buffer.allocUnsafe(partSize + overlap);
			buffers.push(buffer);
			const part = collect(this.read(from, this.requested), buffer);
			// It is awaited later; another part may fail first.
			part.catch(() => undefined);
			parts.push(part);
		}
	}

	/** Returns the next part, which is valid until {@link release}. */
	async next(): Promise<Buffer> {
		return await this.parts.shift()!;
	}

	/** Makes the buffer of the part that was returned last available again. */
	release(): void {
		this.freeBuffers.push(this.buffers.shift()!);
	}
}

/** Reads the chunks of a part into a buffer, and returns what it fills. */
async function collect(chunks: AsyncIterable<Buffer>, buffer: Buffer): Promise<Buffer> {
	let at = 0;
	for await (const chunk of chunks) {
		at += chunk.copy(buffer, at);
		triggerMinorGc(chunk.length);
	}
	return buffer.subarray(0, at);
}

/** Bytes per chunk of a part. */
const CHUNK_SIZE = 512 * 1024;

/** Yields copies of a part, whose buffer is filled again while the receiver may still write the last ones. */
export function* copiesOf(part: Buffer): Generator<Buffer> {
	for (let at = 0; at < part.length; at += CHUNK_SIZE) {
		yield Buffer.from(part.subarray(at, at + CHUNK_SIZE));
	}
}
