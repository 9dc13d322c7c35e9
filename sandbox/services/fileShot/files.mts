import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { JsonStore } from '../../core/jsonStore.mts';
import type { ServiceContext } from '../../core/service.mts';
import { FileShotError } from './error.mts';
import type { FileOptions } from './options.mts';

export interface StoredFile extends FileOptions {
	/** The fileId. */
	id: string;
	/** Sandbox time, ISO 8601 UTC, like all times here. */
	createdAt: string;
	name: string;
	/** Size of the stored bytes; for an encrypted file, of its ciphertext. */
	size: number;
	/** Media type. */
	type: string;
	expiresAt: string;
	downloads: number;
	folderId?: string;
	/** The ID of the stored bytes; if absent, they are in {@link StoredFile.parts}. */
	blob?: string;
	/** The parts of a file that may still grow, because its upload has no known end. */
	parts?: string[];
}

export type NewFile = Pick<StoredFile, 'name' | 'size' | 'type' | 'blob' | 'parts'> & FileOptions;

const DAY_MS = 86_400_000;

/** The account's files. */
export class Files {
	readonly #documents: JsonStore<StoredFile>;
	readonly #context: ServiceContext;
	/** Files whose parts are being merged. */
	readonly #mergesInProgress = new Map<string, Promise<string>>();

	private constructor(documents: JsonStore<StoredFile>, context: ServiceContext) {
		this.#documents = documents;
		this.#context = context;
	}

	static async open(context: ServiceContext): Promise<Files> {
		return new Files(await JsonStore.open<StoredFile>(join(context.folder, 'stored')), context);
	}

	/** Stores a file, by default under a new ID. */
	async add(wanted: NewFile, id = newId()): Promise<StoredFile> {
		const former = this.#documents.get(id);
		const now = this.#context.clock.now();
		const expiresAt = new Date(now.getTime() + wanted.days * DAY_MS).toISOString();
		const since = former && { createdAt: former.createdAt, expiresAt: former.expiresAt };
		const createdAt = now.toISOString();
		const file = { createdAt, expiresAt, downloads: 0, ...since, ...wanted, id };
		await this.#documents.put(file);
		// The file has grown, so the blob merged from its earlier parts is outdated.
		if (former?.blob !== undefined) await this.#context.blobs.remove([former.blob]);
		return file;
	}

	/** @throws {FileShotError} with 404 if it does not exist, has expired or has reached its download limit */
	get(id: string): StoredFile {
		const file = this.#documents.get(id);
		if (!file || this.isExpired(file)) throw new FileShotError(404);
		return file;
	}

	/** Returns a file by ID, including expired ones. */
	find(id: string): StoredFile | undefined {
		return this.#documents.get(id);
	}

	/** Returns a file by the last segment of a link: the slug or the ID. */
	byLink(slugOrId: string): StoredFile | undefined {
		return this.bySlug(slugOrId) ?? this.find(slugOrId);
	}

	bySlug(slug: string): StoredFile | undefined {
		return this.#documents.all().find((file) => file.slug === slug && !this.isExpired(file));
	}

	isExpired({ expiresAt, downloads, maxDownloads }: StoredFile): boolean {
		const used = maxDownloads !== undefined && downloads >= maxDownloads;
		return used || this.#context.clock.now() >= new Date(expiresAt);
	}

	/** Newest first. */
	all(): StoredFile[] {
		return this.#documents.all().reverse();
	}

	async countDownload(file: StoredFile): Promise<void> {
		file.downloads += 1;
		await this.#documents.put(file);
	}

	/** Moves files into a folder, or out of all folders. */
	async move(files: readonly StoredFile[], folderId: string | undefined): Promise<void> {
		for (const file of files) {
			file.folderId = folderId;
			await this.#documents.put(file);
		}
	}

	/** Returns the ID of the file's bytes, after merging its parts if necessary. */
	async blobOf(file: StoredFile): Promise<string> {
		if (file.blob !== undefined) return file.blob;
		const joining = this.#mergesInProgress.get(file.id) ?? this.#mergeParts(file);
		this.#mergesInProgress.set(file.id, joining);
		return await joining.finally(() => this.#mergesInProgress.delete(file.id));
	}

	async #mergeParts(file: StoredFile): Promise<string> {
		const { id } = await this.#context.blobs.join(file.parts ?? []);
		file.blob = id;
		await this.#documents.put(file);
		return id;
	}

	async remove({ id, blob, parts = [] }: StoredFile): Promise<void> {
		await this.#documents.remove(id);
		await this.#context.blobs.remove(blob === undefined ? parts : [blob, ...parts]);
	}

	/** Returns the link to the file's page (FileShot docs, Upload File). */
	url({ id, slug }: Pick<StoredFile, 'id' | 'slug'>): string {
		return `${this.#context.origins.share}/f/${slug ?? id}`;
	}

	/** Returns all files for tests and the portal, newest first, with masked passwords. */
	masked(): readonly unknown[] {
		return this.all().map(({ password, ...file }) => ({
			...file,
			...(password !== undefined && { password: '***' }),
			url: this.url(file),
		}));
	}
}

export function newId(): string {
	return randomBytes(12).toString('hex');
}
