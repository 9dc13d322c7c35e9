import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Blob } from '../../core/blobs.mts';
import { JsonStore } from '../../core/jsonStore.mts';
import { typeOfName } from '../../core/mediaTypes.mts';
import type { ServiceContext } from '../../core/service.mts';
import { FilesAppError } from './error.mts';
import type { Files, StoredFile } from './files.mts';

/**
 * Lifetime of an upload (Files App docs, Upload Chunks: the example's `expires_at` is one hour after the file's
 * creation).
 */
const LIFETIME_MS = 3_600_000;

/** Maximum number of missing chunks listed in an error. */
const MAX_LISTED_CHUNKS = 20;

export interface ChunkUpload {
	/** `upl_…` */
	id: string;
	createdAt: string;
	expiresAt: string;
	name: string;
	/** Announced size in bytes. */
	totalSize: number;
	/** Announced number of chunks. */
	totalChunks: number;
	/** Bytes per chunk except the last. */
	chunkSize: number;
	folderId?: string;
	encrypted: boolean;
	/** The chunks received so far, by index. */
	chunks: Record<number, Blob>;
}

export type NewUpload = Omit<
	ChunkUpload,
	'id' | 'createdAt' | 'expiresAt' | 'chunks' | 'chunkSize'
>;

/** The chunked uploads. */
export class ChunkUploads {
	readonly #documents: JsonStore<ChunkUpload>;
	readonly #context: ServiceContext;
	readonly #files: Files;

	private constructor(documents: JsonStore<ChunkUpload>, context: ServiceContext, files: Files) {
		this.#documents = documents;
		this.#context = context;
		this.#files = files;
	}

	static async open(context: ServiceContext, files: Files): Promise<ChunkUploads> {
		const folder = join(context.folder, 'uploads');
		const uploads = new ChunkUploads(await JsonStore.open(folder), context, files);
		for (const upload of uploads.all()) uploads.#scheduleExpiry(upload);
		return uploads;
	}

	async start(wanted: NewUpload): Promise<ChunkUpload> {
		const now = this.#context.clock.now();
		const upload = {
			...wanted,
			id: `upl_${randomBytes(8).toString('hex')}`,
			createdAt: now.toISOString(),
			expiresAt: new Date(now.getTime() + LIFETIME_MS).toISOString(),
			chunkSize: this.#context.settings.number('chunkSize'),
			chunks: {},
		};
		await this.#documents.put(upload);
		this.#scheduleExpiry(upload);
		return upload;
	}

	/** @throws {FilesAppError} with 404 if it does not exist or has expired */
	get(id: string): ChunkUpload {
		const upload = this.#documents.get(id);
		const open = upload && this.#context.clock.now() < new Date(upload.expiresAt);
		if (!open) throw new FilesAppError(404, 'Upload session not found or expired');
		return upload;
	}

	/** Stores a chunk; replaces an earlier one with the same index. */
	async addChunk(upload: ChunkUpload, index: number, chunk: Blob): Promise<void> {
		const former = upload.chunks[index];
		upload.chunks[index] = chunk;
		await this.#documents.put(upload);
		if (former) await this.#context.blobs.remove([former.id]);
	}

	/**
	 * Merges the chunks into a file and ends the upload.
	 * @throws {FilesAppError} if chunks are missing or do not match the announcement
	 */
	async complete(upload: ChunkUpload): Promise<StoredFile> {
		const chunks = requireAllChunks(upload);
		// From here on, further chunks and a second complete are rejected.
		await this.#documents.remove(upload.id);
		const ids = chunks.map(({ id }) => id);
		const { id: blob, size } = await this.#context.blobs.join(ids);
		await this.#context.blobs.remove(ids);
		const { name, encrypted, folderId } = upload;
		return await this.#files.add({
			...{ name, encrypted, folderId, blob, size },
			type: typeOfName(name),
		});
	}

	/** Returns all uploads, including expired ones that have not been removed yet. */
	all(): readonly ChunkUpload[] {
		return this.#documents.all();
	}

	#scheduleExpiry({ id, expiresAt }: ChunkUpload): void {
		this.#context.clock.at(new Date(expiresAt), async () => {
			const upload = this.#documents.get(id);
			if (!upload) return;
			await this.#documents.remove(id);
			await this.#context.blobs.remove(Object.values(upload.chunks).map((chunk) => chunk.id));
		});
	}
}

/**
 * Returns the chunks in order.
 * @throws {FilesAppError} if chunks are missing or do not match the announcement
 */
function requireAllChunks({ chunks, totalChunks, totalSize, chunkSize }: ChunkUpload): Blob[] {
	const right = Math.ceil(totalSize / chunkSize);
	if (totalChunks !== right) {
		throw new FilesAppError(
			400,
			`total_chunks is ${totalChunks}, but ${totalSize} bytes in chunks of ${chunkSize} are ${right}`,
		);
	}
	const missing: number[] = [];
	for (let index = 0; index < totalChunks; index += 1) {
		if (!(index in chunks)) missing.push(index);
		if (missing.length === MAX_LISTED_CHUNKS) break;
	}
	if (missing.length > 0) throw new FilesAppError(400, `Missing chunks: ${missing.join(', ')}`);
	const inOrder = Array.from({ length: totalChunks }, (_, index) => chunks[index]);
	const wrong = inOrder.findIndex(
		({ size }, index) =>
			size !== (index < totalChunks - 1 ? chunkSize : totalSize - index * chunkSize),
	);
	if (wrong === -1) return inOrder;
	throw new FilesAppError(
		400,
		`Chunk ${wrong} has ${inOrder[wrong].size} bytes, which does not fit`,
	);
}
