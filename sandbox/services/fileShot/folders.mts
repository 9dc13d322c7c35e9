import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { JsonStore } from '../../core/jsonStore.mts';
import type { ServiceContext } from '../../core/service.mts';

export interface Folder {
	/** The folderId. */
	id: string;
	createdAt: string;
	name: string;
	parentId?: string;
}

/** The account's folders; only the desktop app uses them. */
export class Folders {
	readonly #documents: JsonStore<Folder>;
	readonly #context: ServiceContext;

	private constructor(documents: JsonStore<Folder>, context: ServiceContext) {
		this.#documents = documents;
		this.#context = context;
	}

	static async open(context: ServiceContext): Promise<Folders> {
		return new Folders(await JsonStore.open<Folder>(join(context.folder, 'folders')), context);
	}

	async create(name: string, parentId?: string): Promise<Folder> {
		const createdAt = this.#context.clock.now().toISOString();
		const folder = { id: randomBytes(8).toString('hex'), createdAt, name, parentId };
		await this.#documents.put(folder);
		return folder;
	}

	get(id: string): Folder | undefined {
		return this.#documents.get(id);
	}

	/** Oldest first. */
	all(): readonly Folder[] {
		return this.#documents.all();
	}

	async remove({ id }: Folder): Promise<void> {
		await this.#documents.remove(id);
	}
}
