import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import type { Blob } from '../../core/blobs.mts';
import { JsonStore } from '../../core/jsonStore.mts';
import type { ServiceContext } from '../../core/service.mts';
import { randomLetters } from './randomIds.mts';
import { storageKey, type StoreOptions } from './storeOptions.mts';

/** The file of a handle. */
export interface StoredFile {
	/** The handle. */
	id: string;
	createdAt: string;
	filename: string;
	mimetype: string;
	/** Bytes. */
	size: number;
	/** Milliseconds since 1970 with a fraction, as in metadata. */
	uploaded: number;
	/** The ID of its object in storage. */
	object: string;
	/** The ID of the stored bytes. */
	blob: string;
	/** The storage provider. */
	location: string;
	container: string;
	key: string;
	/** Set if the file was stored from a URL. */
	sourceUrl?: string;
}

/** An object in the storage behind Filestack; it may outlive its handle (`skip_storage`). */
export interface StoredObject {
	id: string;
	createdAt: string;
	location: string;
	container: string;
	key: string;
	access: 'public' | 'private';
	size: number;
	blob: string;
}

/** Received bytes with their metadata. */
export interface ReceivedFile {
	blob: Blob;
	filename?: string;
	mimetype?: string;
	sourceUrl?: string;
}

/** Removes the optional extension from a handle: `<handle>+jpg` (filestack-js, retrieve). */
export function extractHandle(segment: string): string {
	return segment.split('+', 1)[0];
}

/** The handle, name and key of a new file. Chosen before its bytes are stored, because a policy may restrict them. */
export interface StorageLocation {
	handle: string;
	filename: string;
	key: string;
}

/** The app's files by handle, and their objects in storage. */
export class Files {
	readonly #files: JsonStore<StoredFile>;
	readonly #objects: JsonStore<StoredObject>;
	readonly #context: ServiceContext;

	private constructor(
		files: JsonStore<StoredFile>,
		objects: JsonStore<StoredObject>,
		context: ServiceContext,
	) {
		this.#files = files;
		this.#objects = objects;
		this.#context = context;
	}

	static async open(context: ServiceContext): Promise<Files> {
		const files = await JsonStore.open<StoredFile>(join(context.folder, 'handles'));
		const objects = await JsonStore.open<StoredObject>(join(context.folder, 'objects'));
		return new Files(files, objects, context);
	}

	get(handle: string): StoredFile | undefined {
		return this.#files.get(handle);
	}

	all(): readonly StoredFile[] {
		return this.#files.all();
	}

	objects(): readonly StoredObject[] {
		return this.#objects.all();
	}

	/** Returns the file's URL (Filestack docs, Store, Response). */
	url({ id }: StoredFile): string {
		return `${this.#context.origins.cdn}/${id}`;
	}

	/** Chooses the handle, name and key. A raw upload without a name is named after its handle; not documented. */
	place(options: StoreOptions, filename?: string): StorageLocation {
		const handle = randomLetters(20);
		const name = options.filename ?? filename ?? handle;
		return { handle, filename: name, key: storageKey(options.path, name) };
	}

	async store(
		place: StorageLocation,
		options: StoreOptions,
		arrived: ReceivedFile,
	): Promise<StoredFile> {
		const { location, container, access } = options;
		const createdAt = this.#context.clock.now().toISOString();
		const { id: blob, size } = arrived.blob;
		const { key, filename } = place;
		const object = {
			id: randomLetters(20),
			createdAt,
			location,
			container,
			key,
			access,
			size,
			blob,
		};
		const file: StoredFile = {
			...{ id: place.handle, createdAt, filename, size, blob, location, container, key },
			// Filestack docs, Store, mimetype: text/plain is the default.
			mimetype: options.mimetype ?? arrived.mimetype ?? 'text/plain',
			uploaded: this.#uploaded(),
			object: object.id,
			...(arrived.sourceUrl !== undefined && { sourceUrl: arrived.sourceUrl }),
		};
		await this.#objects.put(object);
		await this.#files.put(file);
		return file;
	}

	/** Replaces the bytes of a file and keeps its handle, name and key. */
	async overwrite(file: StoredFile, { blob, mimetype, sourceUrl }: ReceivedFile): Promise<void> {
		const old = file.blob;
		file.blob = blob.id;
		file.size = blob.size;
		file.mimetype = mimetype ?? file.mimetype;
		file.uploaded = this.#uploaded();
		file.sourceUrl = sourceUrl;
		const object = this.#objects.get(file.object);
		if (object) await this.#objects.put({ ...object, blob: blob.id, size: blob.size });
		await this.#files.put(file);
		await this.#context.blobs.remove([old]);
	}

	/** Removes the handle and, unless the storage is skipped, the object. */
	async remove(file: StoredFile, { skipStorage }: { skipStorage: boolean }): Promise<void> {
		await this.#files.remove(file.id);
		if (skipStorage) return;
		await this.#objects.remove(file.object);
		await this.#context.blobs.remove([file.blob]);
	}

	/** Filestack docs, Metadata, Response: always has a fraction of a millisecond. */
	#uploaded(): number {
		return this.#context.clock.now().getTime() + randomInt(1, 1000) / 1000;
	}
}
