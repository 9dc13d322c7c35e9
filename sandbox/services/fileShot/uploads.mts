import { join } from 'node:path';
import type { Blob } from '../../core/blobs.mts';
import { JsonStore } from '../../core/jsonStore.mts';
import type { ServiceContext } from '../../core/service.mts';
import { FileShotError } from './error.mts';
import { newId, type Files, type StoredFile } from './files.mts';
import type { FileOptions } from './options.mts';

/** How long an upload stays open; not documented. */
const LIFETIME_MS = 24 * 3_600_000;

/** How many missing chunks an error names. */
const MAX_LISTED_CHUNKS = 20;

export interface Upload extends FileOptions {
	/** The fileId of the file to be. */
	id: string;
	createdAt: string;
	name: string;
	/** Media type. */
	type: string;
	/** Bytes that were announced. */
	size?: number;
	/** Chunks that were announced, at the beginning or with the last one. */
	count?: number;
	/** Bytes of each chunk but the last; 0 when none was told. */
	chunkSize: number;
	/** What has arrived, by index. */
	chunks: Record<number, Blob>;
	/** Whether its file is there. A chunk that is sent again after that is thanked for all the same. */
	isDone: boolean;
}

export type NewUpload = Omit<Upload, 'id' | 'createdAt' | 'chunkSize' | 'chunks' | 'isDone'>;

/** Files that come in pieces. */
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

	/** @throws Refused with 404 when there is none, or none any more */
	get(id: string): Upload {
		const upload = this.#documents.get(id);
		if (upload && this.#context.clock.now() < expiryOf(upload)) return upload;
		throw new FileShotError(404, 'Upload not found');
	}

	/** Keeps a chunk; one that comes again takes the place of the former. */
	async addChunk(upload: Upload, index: number, chunk: Blob): Promise<void> {
		const former = upload.chunks[index];
		upload.chunks[index] = chunk;
		await this.#documents.put(upload);
		if (former) await this.#context.blobs.remove([former.id]);
	}

	/** Whether all that was announced is there. */
	isComplete({ count, size, chunks, isZeroKnowledge }: Upload): boolean {
		const held = Object.values(chunks);
		if (count !== undefined) {
			return Object.keys(chunks).filter((index) => Number(index) < count).length === count;
		}
		// The desktop app announces the size before it encrypts.
		if (size === undefined || isZeroKnowledge) return false;
		return held.reduce((sum, chunk) => sum + chunk.size, 0) >= size;
	}

	/**
	 * Makes the file of the chunks.
	 * @throws Refused when chunks are missing or are not those that were announced
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
	 * Nobody has said how long the file is, and the docs have no call that ends an upload: what has come without a gap
	 * is the file so far.
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

	/** Its file was deleted: no chunk brings it back. */
	async forget(id: string): Promise<void> {
		await this.#documents.remove(id);
	}

	/** Those that still take chunks, and ended ones that wait for being forgotten. */
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
			// The parts of a file that has grown are its own.
			if (this.#files.find(upload.id)) return;
			await this.#context.blobs.remove(Object.values(upload.chunks).map(({ id }) => id));
		});
	}
}

const expiryOf = ({ createdAt }: Upload): Date =>
	new Date(new Date(createdAt).getTime() + LIFETIME_MS);

function optionsOf(upload: Upload): FileOptions {
	const { slug, passwordProtected, password, days, price, maxDownloads, isZeroKnowledge } = upload;
	return { slug, passwordProtected, password, days, price, maxDownloads, isZeroKnowledge };
}

/** Chunks in their order, if they are all there and are what was announced. */
function requireAllChunks({ chunks, count, size, chunkSize, isZeroKnowledge }: Upload): Blob[] {
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
	if (size === undefined || isZeroKnowledge || sum === size) return all;
	throw new FileShotError(400, `The chunks have ${sum} bytes instead of ${size}`);
}
