import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Bytes that came from outside, kept under a name that did not. */
export interface Blob {
	/** Made by the sandbox; the file's name on disk. */
	id: string;
	/** Bytes. */
	size: number;
}

/** Files on disk. They stream in and out; no file is ever held in memory. */
export class Blobs {
	/** Where they lie, for handing a file to a static file server. */
	readonly folder: string;

	private constructor(folder: string) {
		this.folder = folder;
	}

	static async open(folder: string): Promise<Blobs> {
		await mkdir(folder, { recursive: true });
		return new Blobs(folder);
	}

	/** Stores a stream to its end. When it breaks off, nothing stays behind and the stream's error is thrown. */
	async write(source: Readable): Promise<Blob> {
		const id = randomBytes(16).toString('hex');
		const draft = join(this.folder, `${id}.part`);
		const file = createWriteStream(draft, { mode: 0o600, flags: 'wx' });
		try {
			await pipeline(source, file);
			await rename(draft, join(this.folder, id));
		} catch (error) {
			await rm(draft, { force: true });
			throw error;
		}
		return { id, size: file.bytesWritten };
	}

	async remove(ids: Iterable<string>): Promise<void> {
		await Promise.all([...ids].map((id) => rm(join(this.folder, id), { force: true })));
	}
}
