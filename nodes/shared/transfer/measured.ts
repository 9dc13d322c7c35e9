import { createHash } from 'node:crypto';

import type { IExecuteFunctions } from 'n8n-workflow';

import { gathered } from './gather';
import { keepGarbageYoung } from './youngGarbage';

/** A Node stream, named without importing node:stream. */
export type ByteStream = Awaited<ReturnType<IExecuteFunctions['helpers']['getBinaryStream']>>;

/** What has passed. */
export interface Measure {
	/** Bytes. */
	size: number;
	/** Hex SHA-256 of what has passed; undefined if none is wanted. */
	readonly sha256?: string;
}

interface Options {
	sha256: boolean;
	/** Called for each chunk, with the number of its bytes; what it throws is a fault of the stream. */
	progress?: (bytes: number, chunk: Buffer) => void;
	/** Asked at the end of a stream; what it objects to is a fault of the stream, so that nobody takes it for whole. */
	objection?: (measure: Measure) => Error | undefined;
	/**
	 * Bytes that a stream should have. What reaches them is handed on only when nothing else follows: whoever counts would
	 * take the stream for whole.
	 */
	expected?: number;
	/** Bytes that a stream hands on at once, at least; without it, as they come. */
	blockSize?: number;
}

/** The same bytes, counted and hashed while they pass; a buffer stays a buffer. */
export function measured<T extends Buffer | ByteStream>(
	source: T,
	{ sha256, progress, objection, expected, blockSize }: Options,
): { stream: T; measure: Measure } {
	const hash = sha256 ? createHash('sha256') : undefined;
	const measure: Measure = {
		size: 0,
		// Taken when it is asked for: whoever knows the length of a stream may not wait for its end.
		get sha256() {
			return hash?.copy().digest('hex');
		},
	};
	const take = (chunk: Buffer) => {
		measure.size += chunk.length;
		hash?.update(chunk);
		progress?.(chunk.length, chunk);
	};

	if (Buffer.isBuffer(source)) {
		take(source);
		return { stream: source, measure };
	}
	const pass = async function* (chunks: AsyncIterable<Buffer>) {
		let last: Buffer | undefined;
		for await (const chunk of chunks) {
			for (const piece of piecesOf(chunk)) {
				take(piece);
				keepGarbageYoung(piece.length);
				if (measure.size === expected) last = piece;
				else yield piece;
			}
		}
		const fault = objection?.(measure);
		if (fault) throw fault;
		if (last) yield last;
	};
	const inBlocks =
		blockSize === undefined
			? pass
			: (chunks: AsyncIterable<Buffer>) => gathered(pass(chunks), blockSize);
	return { stream: passedThrough(source, inBlocks) as T, measure };
}

/** Bytes that pass at once, at most. */
const LARGEST_PIECE = 1024 * 1024;

/** n8n's database hands out a whole file as one chunk; in pieces it is seen to move. An empty chunk has none. */
function* piecesOf(chunk: Buffer): Generator<Buffer> {
	for (let at = 0; at < chunk.length; at += LARGEST_PIECE) {
		yield chunk.length <= LARGEST_PIECE ? chunk : chunk.subarray(at, at + LARGEST_PIECE);
	}
}

/** What streams of Node can do as a class; every one of them inherits it. */
interface StreamClass {
	from(chunks: AsyncIterable<Buffer>, options: { objectMode: boolean }): ByteStream;
}

/**
 * What comes out of a stream that goes through a generator. Not by `compose`: on Node 20 a source that fails in it ends the
 * process, because a stream inside has nobody who hears of the fault.
 */
export function passedThrough(
	source: ByteStream,
	pass: (chunks: AsyncIterable<Buffer>) => AsyncIterable<Buffer>,
): ByteStream {
	const { from } = source.constructor as unknown as StreamClass;
	// A fault goes to whoever reads on; when nobody does any more, it must not end the process that n8n is.
	const heard = () => undefined;
	const chunks = pass(source.on('error', heard) as AsyncIterable<Buffer>);
	return from(chunks, { objectMode: false }).on('error', heard);
}
