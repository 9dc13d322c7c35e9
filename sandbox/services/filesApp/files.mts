import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { JsonStore } from '../../core/jsonStore.mts';
import { NotFoundError } from '../../core/sandboxError.mts';
import type { ServiceContext } from '../../core/service.mts';
import { isoSeconds } from '../../core/time.mts';
import type { Changes } from './changes.mts';
import { FilesAppError } from './error.mts';

export interface StoredFile {
	/** `file_…` */
	id: string;
	/** Sandbox time, ISO 8601 UTC, like all times here; responses contain seconds only. */
	createdAt: string;
	updatedAt: string;
	name: string;
	/** Bytes. */
	size: number;
	/** The uploader's choice; the sandbox stores the bytes unencrypted. */
	encrypted: boolean;
	/** Media type. */
	type: string;
	folderId?: string;
	/** The ID of the stored bytes. */
	blob: string;
}

export type NewFile = Omit<StoredFile, 'id' | 'createdAt' | 'updatedAt'>;

/** Sort orders (Files App docs, List Files; the directions are not documented). */
const ORDERS: Readonly<Record<string, (a: StoredFile, b: StoredFile) => number>> = {
	name: (a, b) => a.name.localeCompare(b.name),
	size: (a, b) => b.size - a.size,
	created_at: (a, b) => b.createdAt.localeCompare(a.createdAt),
};
export const SORTS = Object.keys(ORDERS);

/** The account's files. */
export class Files {
	readonly #documents: JsonStore<StoredFile>;
	readonly #context: ServiceContext;
	readonly #changes: Changes;

	private constructor(documents: JsonStore<StoredFile>, context: ServiceContext, changes: Changes) {
		this.#documents = documents;
		this.#context = context;
		this.#changes = changes;
	}

	static async open(context: ServiceContext, changes: Changes): Promise<Files> {
		const folder = join(context.folder, 'stored');
		return new Files(await JsonStore.open<StoredFile>(folder), context, changes);
	}

	async add(wanted: NewFile): Promise<StoredFile> {
		const now = this.#context.clock.now().toISOString();
		const id = `file_${randomBytes(8).toString('hex')}`;
		const file = { ...wanted, id, createdAt: now, updatedAt: now };
		await this.#documents.put(file);
		await this.#changes.add(file, 'created');
		return file;
	}

	find(id: string): StoredFile | undefined {
		return this.#documents.get(id);
	}

	/** @throws {FilesAppError} with 404 */
	get(id: string): StoredFile {
		const file = this.find(id);
		if (!file) throw new FilesAppError(404, 'File not found');
		return file;
	}

	/** Returns the files of a folder, or all files, sorted; ties are ordered by ID. */
	list(sort: string, folderId?: string): StoredFile[] {
		return this.#documents
			.all()
			.filter((file) => folderId === undefined || file.folderId === folderId)
			.sort((a, b) => ORDERS[sort](a, b) || a.id.localeCompare(b.id));
	}

	/** Oldest first. */
	all(): readonly StoredFile[] {
		return this.#documents.all();
	}

	async remove(file: StoredFile): Promise<void> {
		await this.#documents.remove(file.id);
		await this.#changes.add(file, 'deleted');
		await this.#context.blobs.remove([file.blob]);
	}

	/**
	 * Simulates a rename in the web app, because the API has no call that modifies a file.
	 * @throws {NotFoundError}
	 */
	async rename(id: string, name: string): Promise<StoredFile> {
		const file = this.find(id);
		if (!file) throw new NotFoundError(`There is no file "${id}".`);
		file.name = name;
		file.updatedAt = this.#context.clock.now().toISOString();
		await this.#documents.put(file);
		await this.#changes.add(file, 'modified');
		return file;
	}
}

/** Files App docs, Upload: the response for a new file. `size` is the reported size, which a fault may change. */
export function createdBody(file: StoredFile, size: number): Record<string, unknown> {
	const { id, name, encrypted } = file;
	return { id, name, size, encrypted, created_at: isoSeconds(new Date(file.createdAt)) };
}
