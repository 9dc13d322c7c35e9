import { createHash } from 'node:crypto';

import type { IExecuteFunctions } from 'n8n-workflow';

import { gathered } from '../transfer/gather';
import { keepGarbageYoung } from '../transfer/youngGarbage';

/** A Node stream, named without importing node:stream. */
export type ByteStream = Awaited<ReturnType<IExecuteFunctions['helpers']['getBinaryStream']>>;

/** Size and hash of the bytes read so far. */
export interface Measure {
	/** Bytes. */
	size: number;
	/** Hex SHA-256 of the bytes read so far; undefined if not requested. */
	readonly sha256?: string;
}

interface Options {
	sha256: boolean;
	/** Called for each chunk with its size in bytes; an error that it throws fails the stream. */
	progress?: (bytes: number, chunk: Buffer) => void;
	/** Called when the source ends; an error that it returns fails the stream. */
	validate?: (measure: Measure) => Error | undefined;
	/**
	 * Expected size in bytes. The last chunk is held back until the source has ended, so that the receiver never sees a
	 * complete body from a source that is too long or fails at the end.
	 */
	expectedSize?: number;
	/** Minimum bytes per chunk of the output; without it, chunks pass as they arrive. */
	blockSize?: number;
}

/** Counts and hashes a stream as it passes, or a buffer at once. */
export function measured<T extends Buffer | ByteStream>(
	source: T,
	{ sha256, progress, validate, expectedSize, blockSize }: Options,
): { stream: T; measure: Measure } {
	const hash = sha256 ? createHash('sha256') : undefined;
	const measure: Measure = {
		size: 0,
		// Computed on access (from a copy of the hash), because a reader that knows the length may never read the stream to
		// its end.
		get sha256() {
			return hash?.copy().digest('hex');
		},
	};
	const count = (chunk: Buffer) => {
		measure.size += chunk.length;
		hash?.update(chunk);
		progress?.(chunk.length, chunk);
	};

	if (Buffer.isBuffer(source)) {
		count(source);
		return { stream: source, measure };
	}
	const pass = async function* (chunks: AsyncIterable<Buffer>) {
		let last: Buffer | undefined;
		for await (const chunk of chunks) {
			for (const piece of splitChunk(chunk)) {
				count(piece);
				keepGarbageYoung(piece.length);
				if (measure.size === expectedSize) last = piece;
				else yield piece;
			}
		}
		const failure = validate?.(measure);
		if (failure) throw failure;
		if (last) yield last;
	};
	const inBlocks =
		blockSize === undefined
			? pass
			: (chunks: AsyncIterable<Buffer>) => gathered(pass(chunks), blockSize);
	return { stream: passedThrough(source, inBlocks) as T, measure };
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
 * Pipes a stream through a generator. Not `stream.compose()`: on Node 20 an error in the source is emitted on an inner
 * stream without a listener and crashes the process.
 */
export function passedThrough(
	source: ByteStream,
	pass: (chunks: AsyncIterable<Buffer>) => AsyncIterable<Buffer>,
): ByteStream {
	const { from } = source.constructor as unknown as StreamClass;
	// The reader receives the error through the iterator. This listener only prevents an uncaught `error` event, which
	// would end the n8n process, when the stream is no longer read.
	const ignoreError = () => undefined;
	const chunks = pass(source.on('error', ignoreError) as AsyncIterable<Buffer>);
	return from(chunks, { objectMode: false }).on('error', ignoreError);
}
