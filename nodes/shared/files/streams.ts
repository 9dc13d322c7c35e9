import { createHash } from 'node:crypto';

import { type INode, NodeOperationError } from 'n8n-workflow';

import { type ByteStream, countOf, textOf, type TransferContext } from '../http/service';
import type { StallGuard } from '../http/stallGuard';
import { triggerMinorGc } from './gcPressure';

/** Size and hash of the bytes read so far. */
export interface StreamStats {
	/** Bytes. */
	size: number;
	/** Hex SHA-256 of the bytes read so far; undefined if not requested. */
	readonly sha256?: string;
}

/** A stream, or a generator. */
export type Chunks = ByteStream | AsyncIterable<Buffer>;

interface Counted<T> {
	stream: T;
	stats: StreamStats;
}

interface Options {
	sha256: boolean;
	/** Called for each chunk with its size in bytes; an error that it throws fails the stream. */
	progress?: (bytes: number, chunk: Buffer) => void;
	/** Called when the source ends; an error that it returns fails the stream. */
	validate?: (stats: StreamStats) => Error | undefined;
	/**
	 * Expected size in bytes. The last chunk is held back until the source has ended, so that the receiver never sees a
	 * complete body from a source that is too long or fails at the end.
	 */
	expectedSize?: number;
	/** Minimum bytes per chunk of the output; without it, chunks pass as they arrive. */
	blockSize?: number;
	/** Whether the receiver turns each chunk into another one of that size and calls {@link triggerMinorGc} for it. */
	isTransformed?: boolean;
}

/** Counts and hashes chunks as they pass, or a buffer at once. */
export function countAndHash(source: Chunks, options: Options): Counted<ByteStream>;
export function countAndHash(
	source: Buffer | Chunks,
	options: Options,
): Counted<Buffer | ByteStream>;
export function countAndHash(
	source: Buffer | Chunks,
	{ sha256, progress, validate, expectedSize, blockSize, isTransformed }: Options,
): Counted<Buffer | ByteStream> {
	const hash = sha256 ? createHash('sha256') : undefined;
	const stats: StreamStats = {
		size: 0,
		// Computed on access (from a copy of the hash), because a reader that knows the length may never read the stream to
		// its end.
		get sha256() {
			return hash?.copy().digest('hex');
		},
	};
	const count = (chunk: Buffer) => {
		stats.size += chunk.length;
		hash?.update(chunk);
		progress?.(chunk.length, chunk);
	};

	if (Buffer.isBuffer(source)) {
		count(source);
		return { stream: source, stats };
	}
	const pass = async function* (chunks: AsyncIterable<Buffer>) {
		let last: Buffer | undefined;
		for await (const chunk of chunks) {
			for (const piece of splitChunk(chunk)) {
				count(piece);
				if (!isTransformed) triggerMinorGc(piece.length);
				if (stats.size === expectedSize) last = piece;
				else yield piece;
			}
		}
		const failure = validate?.(stats);
		if (failure) throw failure;
		if (last) yield last;
	};
	const transform =
		blockSize === undefined
			? pass
			: (chunks: AsyncIterable<Buffer>) => inBlocks(pass(chunks), blockSize);
	return { stream: pipeThrough(source, transform), stats };
}

/** Maximum bytes per chunk. */
const MAX_CHUNK_BYTES = 1024 * 1024;

/**
 * Splits a large chunk, so that progress is visible: n8n's database storage returns a whole file as one chunk. Yields
 * nothing for an empty chunk.
 */
function* splitChunk(chunk: Buffer): Generator<Buffer> {
	for (let at = 0; at < chunk.length; at += MAX_CHUNK_BYTES) {
		yield chunk.length <= MAX_CHUNK_BYTES ? chunk : chunk.subarray(at, at + MAX_CHUNK_BYTES);
	}
}

/** The static side of a Node stream class, inherited by each of them. */
interface StreamClass {
	from(chunks: AsyncIterable<Buffer>, options: { objectMode: boolean }): ByteStream;
}

/**
 * Pipes chunks through a generator. Not `stream.compose()`: on Node 20 an error in the source is emitted on an inner
 * stream without a listener and crashes the process.
 */
export function pipeThrough(
	source: Chunks,
	pass: (chunks: AsyncIterable<Buffer>) => AsyncIterable<Buffer>,
): ByteStream {
	// The reader receives the error through the iterator. This listener only prevents an uncaught `error` event, which
	// would end the n8n process, when the stream is no longer read.
	if ('on' in source) source.on('error', () => undefined);
	return streamFrom(pass(source as AsyncIterable<Buffer>));
}

/** Turns chunks into a stream, which n8n's helpers require. */
export const streamFrom = (chunks: AsyncIterable<Buffer>): ByteStream =>
	readableClass()
		.from(chunks, { objectMode: false })
		.on('error', () => undefined);

/** Yields the chunks with the guard on only while the receiver takes one, because their host has its own guard. */
export async function* whileGuarded(
	chunks: AsyncIterable<Buffer>,
	guard: StallGuard,
): AsyncGenerator<Buffer> {
	guard.pause();
	for await (const chunk of chunks) {
		guard.resume();
		yield chunk;
		guard.pause();
	}
}

/** Bytes of a buffer per chunk of its stream. */
const CHUNK_SIZE = 256 * 1024;

/**
 * Streams buffers one after the other. When `progress` has received their whole size, nothing reads from them any longer:
 * the connection holds at most the last two chunks of each, and these are copies.
 * @param progress called for each chunk with its size in bytes
 */
export function streamBuffers(
	buffers: readonly Buffer[],
	progress: (bytes: number) => void,
): ByteStream {
	const chunks = async function* () {
		for (const bytes of buffers) {
			for (let at = 0; at < bytes.length; at += CHUNK_SIZE) {
				const chunk = bytes.subarray(at, at + CHUNK_SIZE);
				progress(chunk.length);
				const isCopied = at + 2 * CHUNK_SIZE >= bytes.length;
				yield await Promise.resolve(isCopied ? Buffer.from(chunk) : chunk);
			}
		}
	};
	return streamFrom(chunks());
}

/** Finds Node's class Readable, which a hash inherits from: this package may not import node:stream. */
function readableClass(): StreamClass {
	let found: object = createHash('sha256').constructor;
	while ((found as { name: string }).name !== 'Readable')
		found = Object.getPrototypeOf(found) as object;
	return found as StreamClass;
}

/** Bytes per write to n8n's storage. 256 KiB is 4 % slower; 64 KiB and 1 MiB are a third slower. */
export const WRITE_SIZE = 512 * 1024;

/**
 * Regroups chunks into blocks of at least `blockSize` bytes, except the last. n8n's storage awaits each write, so the
 * 64 KiB chunks that Node reads from a connection would slow it down.
 */
export async function* inBlocks(
	chunks: AsyncIterable<Buffer>,
	blockSize: number,
): AsyncGenerator<Buffer> {
	let pending: Buffer[] = [];
	let size = 0;
	const takeBlock = () => {
		const block = pending.length === 1 ? pending[0] : Buffer.concat(pending, size);
		// The incoming chunks were already counted by `triggerMinorGc`; count only the copy made here.
		if (pending.length > 1) triggerMinorGc(size / 3);
		pending = [];
		size = 0;
		return block;
	};
	for await (const chunk of chunks) {
		pending.push(chunk);
		size += chunk.length;
		if (size >= blockSize) yield takeBlock();
	}
	if (size > 0) yield takeBlock();
}

/** Minimum milliseconds between two progress log lines; shorter transfers log nothing. */
const LOG_INTERVAL_MS = 10_000;

const MIB = 1024 * 1024;

/**
 * Logs the progress of a long transfer: in the n8n log and, in a manual execution, in the browser console. The editor
 * shows no progress of a running node, because n8n displays execution hints only after the node has finished.
 */
export class ProgressLog {
	private lastLoggedAt = performance.now();
	private transferred = 0;

	/** @param total bytes of the file, if known */
	constructor(
		private readonly context: TransferContext,
		private readonly what: string,
		private readonly total?: number,
	) {}

	advance(bytes: number): void {
		this.transferred += bytes;
		this.write(() => {
			const { transferred, total } = this;
			const share = total
				? ` of ${mebibytes(total)} MiB (${Math.floor((transferred / total) * 100)} %)`
				: ' MiB';
			return `${mebibytes(transferred)}${share}`;
		});
	}

	/**
	 * Logs that the transfer waits in an outage.
	 * @param done what has been transferred, for example “3 of 8 parts done”; the size by default
	 */
	waiting(done = `${mebibytes(this.transferred)} MiB done`): void {
		this.write(() => `waiting for the connection, ${done}`);
	}

	private write(state: () => string): void {
		const now = performance.now();
		if (now - this.lastLoggedAt < LOG_INTERVAL_MS) return;
		this.lastLoggedAt = now;
		const { context, what } = this;
		const line = `${what}: ${state()}`;
		context.logger.info(line);
		if ('sendMessageToUI' in context) context.sendMessageToUI(line);
	}
}

const mebibytes = (bytes: number) => Math.floor(bytes / MIB);

/**
 * Compares the uploaded file with what the service reports: by SHA-256 if both sides have one, and by size.
 * @param reported values as the service returns them; a size that is not a number of bytes is ignored
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
		['SHA-256', sent.sha256?.toLowerCase(), sha256In(reported.sha256)],
		['size in bytes', sent.size, countOf(reported.size)],
	] as const;
	for (const [what, ours, theirs] of pairs) {
		if (ours === undefined || theirs === undefined || ours === theirs) continue;
		throw new NodeOperationError(node, `“${fileName}” was changed or damaged during upload`, {
			description: `The ${what} sent was ${ours}, but the service reports ${theirs}. ${advice}`,
		});
	}
}

/** Returns a reported SHA-256 in lower-case hex: services also use base64, or a prefix (“sha256:”). */
function sha256In(reported: unknown): string | undefined {
	const text = textOf(reported)?.replace(/^\s*sha-?256[:=]|\s/gi, '');
	if (text?.length !== 43 && text?.length !== 44) return text?.toLowerCase();
	return Buffer.from(text, 'base64').toString('hex');
}

/** Yields the chunks, and throws what `explain` returns for an error of their source. */
export async function* explainErrors(
	chunks: AsyncIterable<Buffer>,
	explain: (error: unknown) => Error,
): AsyncGenerator<Buffer> {
	try {
		yield* chunks;
	} catch (error) {
		throw explain(error);
	}
}
