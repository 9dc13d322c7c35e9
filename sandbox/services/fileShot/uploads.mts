import { join } from 'node:path';
import type { Blob } from '../../core/blobs.mts';
import { JsonStore } from '../../core/jsonStore.mts';
import type { ServiceContext } from '../../core/service.mts';
import { FileShotError } from './error.mts';
import { newId, type Files, type StoredFile } from './files.mts';
import type { FileOptions } from './options.mts';

/** Lifetime of an upload; not documented. */
const LIFETIME_MS = 24 * 3_600_000;

/** Maximum number of missing chunks listed in an error. */
const MAX_LISTED_CHUNKS = 20;

export interface Upload extends FileOptions {
	/** The fileId of the future file. */
	id: string;
	createdAt: string;
	name: string;
	/** Media type. */
	type: string;
	/** Announced size in bytes. */
	size?: number;
	/** Announced number of chunks, sent at the start or with the last one. */
	count?: number;
	/** Bytes per chunk except the last; 0 if the response did not contain a chunk size. */
	chunkSize: number;
	/** The chunks received so far, by index. */
	chunks: Record<number, Blob>;
	/** Whether the file exists. A chunk that is retried after that is still acknowledged. */
	isDone: boolean;
}

export type NewUpload = Omit<Upload, 'id' | 'createdAt' | 'chunkSize' | 'chunks' | 'isDone'>;

/** The chunked uploads. */
export class Uploads {
	readonly #documents: JsonStore<Upload>;
	readonly #context: ServiceContext;
	readonly #files: Files;

	private constructor(documents: JsonStore<Upload>, context: ServiceContext, files: Files) {
		this.#documents = documents;
		this.#context = context;
		this.#files = files;
	}

	static async open(context: ServiceContext, files: Files): Promise<Uploads> {
		const folder = join(context.folder, 'uploads');
		const uploads = new Uploads(await JsonStore.open(folder), context, files);
		for (const upload of uploads.all()) uploads.#scheduleExpiry(upload);
		return uploads;
	}

	async start(wanted: NewUpload): Promise<Upload> {
		const createdAt = this.#context.clock.now().toISOString();
		const chunkSize = this.#context.settings.number('chunkSize');
		const upload = { ...wanted, id: newId(), createdAt, chunkSize, chunks: {}, isDone: false };
		await this.#documents.put(upload);
		this.#scheduleExpiry(upload);
		return upload;
	}

	/** @throws {FileShotError} with 404 if it does not exist or has expired */
	get(id: string): Upload {
		const upload = this.#documents.get(id);
		if (upload && this.#context.clock.now() < expiryOf(upload)) return upload;
		throw new FileShotError(404, 'Upload not found');
	}

	/** Stores a chunk; replaces an earlier one with the same index. */
	async addChunk(upload: Upload, index: number, chunk: Blob): Promise<void> {
		const former = upload.chunks[index];
		upload.chunks[index] = chunk;
		await this.#documents.put(upload);
		if (former) await this.#context.blobs.remove([former.id]);
	}

	/** Whether everything that was announced has arrived. */
	isComplete({ count, size, chunks, isZeroKnowledge }: Upload): boolean {
		const received = Object.values(chunks);
		if (count !== undefined) {
			return Object.keys(chunks).filter((index) => Number(index) < count).length === count;
		}
		// The desktop app announces the size before encryption.
		if (size === undefined || isZeroKnowledge) return false;
		return received.reduce((sum, chunk) => sum + chunk.size, 0) >= size;
	}

	/**
	 * Merges the chunks into a file.
	 * @throws {FileShotError} if chunks are missing or do not match the announcement
	 */
	async complete(upload: Upload): Promise<StoredFile> {
		const chunks = requireAllChunks(upload);
		upload.isDone = true;
		upload.chunks = {};
		const ids = chunks.map(({ id }) => id);
		const { id: blob, size } = await this.#context.blobs.join(ids);
		const { id, name, type } = upload;
		const file = await this.#files.add({ ...optionsOf(upload), name, type, blob, size }, id);
		await this.#documents.put(upload);
		await this.#context.blobs.remove(ids);
		return file;
	}

	/**
	 * Publishes the chunks received so far, up to the first gap, as the file. The client has announced no length, and
	 * the docs have no call that completes an upload.
	 */
	async publishSoFar(upload: Upload): Promise<void> {
		const parts: Blob[] = [];
		for (let index = 0; index in upload.chunks; index += 1) parts.push(upload.chunks[index]);
		if (parts.length === 0) return;
		const size = parts.reduce((sum, part) => sum + part.size, 0);
		const { id, name, type } = upload;
		const ids = parts.map((part) => part.id);
		await this.#files.add({ ...optionsOf(upload), name, type, size, parts: ids }, id);
	}

	/** Forgets the upload of a deleted file, so that a late chunk does not bring the file back. */
	async forget(id: string): Promise<void> {
		await this.#documents.remove(id);
	}

	/** Returns all uploads, including ended ones that have not expired yet. */
	all(): readonly Upload[] {
		return this.#documents.all();
	}

	masked(): readonly unknown[] {
		return this.all().map(({ password, ...upload }) => ({
			...upload,
			...(password !== undefined && { password: '***' }),
		}));
	}

	#scheduleExpiry(upload: Upload): void {
		this.#context.clock.at(expiryOf(upload), async () => {
			await this.#documents.remove(upload.id);
			// The parts belong to the file if it was published.
			if (this.#files.find(upload.id)) return;
			await this.#context.blobs.remove(Object.values(upload.chunks).map(({ id }) => id));
		});
	}
}

const expiryOf = ({ createdAt }: Upload): Date =>
	new Date(new Date(createdAt).getTime() + LIFETIME_MS);

function optionsOf(upload: Upload): FileOptions {
	const { slug, passwordProtected, password, days, price } = upload;
	const { maxDownloads, isZeroKnowledge, originalSize } = upload;
	return {
		...{ slug, passwordProtected, password, days, price },
		...{ maxDownloads, isZeroKnowledge, originalSize },
	};
}

/**
 * Returns the chunks in order.
 * @throws {FileShotError} if chunks are missing or do not match the announcement
 */
function requireAllChunks(upload: Upload): Blob[] {
	const { chunks, count, size, chunkSize, isZeroKnowledge, originalSize } = upload;
	const total = count ?? Math.max(1, ...Object.keys(chunks).map((index) => Number(index) + 1));
	const missing: number[] = [];
	for (let index = 0; index < total && missing.length < MAX_LISTED_CHUNKS; index += 1) {
		if (!(index in chunks)) missing.push(index);
	}
	if (missing.length > 0) throw new FileShotError(400, `Missing chunks: ${missing.join(', ')}`);
	const all = Array.from({ length: total }, (_, index) => chunks[index]);
	const wrong = all.slice(0, -1).findIndex((chunk) => chunkSize > 0 && chunk.size !== chunkSize);
	if (wrong !== -1) {
		throw new FileShotError(
			400,
			`Chunk ${wrong} has ${all[wrong].size} bytes instead of ${chunkSize}`,
		);
	}
	const sum = all.reduce((bytes, chunk) => bytes + chunk.size, 0);
	// The desktop app in Electron announces the size before encryption (fileshot-desktop, main.js).
	const isPlainSize = isZeroKnowledge && size === originalSize;
	if (size === undefined || sum === size || isPlainSize) return all;
	throw new FileShotError(400, `The chunks have ${sum} bytes instead of ${size}`);
}
