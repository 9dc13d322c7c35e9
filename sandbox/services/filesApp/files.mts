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
	/** Sandbox time, ISO 8601 UTC, as all times here; answers tell it to the second. */
	createdAt: string;
	updatedAt: string;
	name: string;
	/** Bytes. */
	size: number;
	/** What the uploader wished; on disk they lie as they came. */
	encrypted: boolean;
	/** Media type. */
	type: string;
	folderId?: string;
	/** The stored bytes. */
	blob: string;
}

export type NewFile = Omit<StoredFile, 'id' | 'createdAt' | 'updatedAt'>;

/** By which a list can be sorted (Files App docs, List Files; the directions are not documented). */
const ORDERS: Readonly<Record<string, (a: StoredFile, b: StoredFile) => number>> = {
	name: (a, b) => a.name.localeCompare(b.name),
	size: (a, b) => b.size - a.size,
	created_at: (a, b) => b.createdAt.localeCompare(a.createdAt),
};
export const SORTS = Object.keys(ORDERS);

/** The files of the account. */
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

	/** @throws Refused with 404 */
	get(id: string): StoredFile {
		const file = this.find(id);
		if (!file) throw new FilesAppError(404, 'File not found');
		return file;
	}

	/** Those of a folder, or all: sorted, equal ones in a steady order. */
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
	 * What somebody does in the web app: the API has no call that modifies a file.
	 * @throws NotFound
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

/** Files App docs, Upload: what creating a file answers. `size` is what is told, which a fault may change. */
export function createdBody(file: StoredFile, size: number): Record<string, unknown> {
	const { id, name, encrypted } = file;
	return { id, name, size, encrypted, created_at: isoSeconds(new Date(file.createdAt)) };
}
