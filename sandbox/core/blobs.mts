import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream, type ReadStream } from 'node:fs';
import { mkdir, rename, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { finished, Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Clock } from './clock.mts';

/** Bytes that came from outside, kept under a name that did not. */
export interface Blob {
	/** Made by the sandbox; the file's name on disk. */
	id: string;
	/** Bytes. */
	size: number;
}

/** A stream had more bytes than it may. */
export class TooLargeError extends Error {}

/** Bytes that are written at once; with Node's usual sizes uploads ran at two thirds of the speed (487 against 717 MiB/s). */
const BLOCK_SIZE = 1024 * 1024;

/** What a static file server is told when it sends a blob: headers are the service's own, and it reads 16 KiB unless told. */
export const SEND_OPTIONS = {
	contentType: false,
	cacheControl: false,
	highWaterMark: BLOCK_SIZE / 4,
};

/** Files on disk. They stream in and out; no file is ever held in memory. */
export class Blobs {
	/** Where they lie, for handing a file to a static file server. */
	readonly folder: string;

	readonly #clock: Clock;

	private constructor(folder: string, clock: Clock) {
		this.folder = folder;
		this.#clock = clock;
	}

	static async open(folder: string, clock: Clock): Promise<Blobs> {
		await mkdir(folder, { recursive: true });
		return new Blobs(folder, clock);
	}

	/**
	 * Stores a stream to its end, of `limit` bytes at most. When it breaks off, nothing stays behind.
	 * @throws TooLarge at the end of the stream, or the stream's error
	 */
	async write(source: Readable, limit = Infinity): Promise<Blob> {
		const id = randomBytes(16).toString('hex');
		const draft = join(this.folder, `${id}.part`);
		const file = createWriteStream(draft, {
			mode: 0o600,
			flags: 'wx',
			highWaterMark: BLOCK_SIZE,
		});
		try {
			await pipeline(source, limitSize(limit), file);
			// A download tells it as Last-Modified: in sandbox time, like every other time.
			const now = this.#clock.now();
			await utimes(draft, now, now);
			await rename(draft, this.path(id));
		} catch (error) {
			// A pipeline that fails at once is over before the file is made: it would be made after its removal.
			await new Promise<void>((resolve) => finished(file, () => resolve()));
			await rm(draft, { force: true });
			throw error;
		}
		return { id, size: file.bytesWritten };
	}

	/** Where its bytes lie. */
	path(id: string): string {
		return join(this.folder, id);
	}

	read(id: string): ReadStream {
		return createReadStream(this.path(id), { highWaterMark: BLOCK_SIZE / 4 });
	}

	/** Puts blobs after each other into one more; they themselves stay. */
	async join(ids: readonly string[]): Promise<Blob> {
		const bytesOf = (id: string) => this.read(id);
		const whole = async function* () {
			for (const id of ids) yield* bytesOf(id) as AsyncIterable<Buffer>;
		};
		return await this.write(Readable.from(whole(), { objectMode: false }));
	}

	async remove(ids: Iterable<string>): Promise<void> {
		await Promise.all([...ids].map((id) => rm(this.path(id), { force: true })));
	}
}

/**
 * Lets no more bytes through than there may be. The others are read all the same: an upload that is given up half-way
 * takes its connection with it, and nobody would hear why.
 */
function limitSize(limit: number): Transform {
	let size = 0;
	return new Transform({
		highWaterMark: BLOCK_SIZE,
		transform(chunk: Buffer, _encoding, done) {
			size += chunk.length;
			triggerMinorGc(chunk.length);
			done(null, size > limit ? undefined : chunk);
		},
		flush(done) {
			done(size > limit ? new TooLargeError(`More than ${limit} bytes`) : null);
		},
	});
}

/** 16 KiB of V8's heap. */
const FILLING: readonly number[] = new Array<number>(2048).fill(0);
const filled: { last?: readonly number[] } = {};

/**
 * Allocates as much in V8's heap as has come from the network, twice. Chunks lie outside of the heap, where V8 frees them
 * when it collects the whole of it; with this it collects the young objects alone, sooner and for a fraction of the time.
 * Otherwise the sandbox would be what a benchmark of uploads measures.
 */
function triggerMinorGc(bytes: number): void {
	for (let left = 2 * bytes; left > 0; left -= 8 * FILLING.length) filled.last = FILLING.slice();
}
