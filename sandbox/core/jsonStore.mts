import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, SandboxError } from './sandboxError.mts';

let writes = 0;

/**
 * Writes JSON so that a reader, or a restart after a crash, finds the old or the new text and never half of it.
 * The file is readable by its owner alone: sessions hold callback keys.
 */
export async function writeJson(path: string, value: unknown): Promise<void> {
	const draft = `${path}.${process.pid}.${(writes += 1)}.tmp`;
	await writeFile(draft, JSON.stringify(value, null, '\t'), { mode: 0o600 });
	await rename(draft, path);
}

/** Reads a JSON file; `undefined` when there is none. */
export async function readJson(path: string): Promise<unknown> {
	try {
		return JSON.parse(await readFile(path, 'utf8'));
	} catch (error) {
		if (codeOf(error) === 'ENOENT') return undefined;
		if (error instanceof SyntaxError) {
			throw new SandboxError(`${path} is not valid JSON; move it away and start again.`);
		}
		throw error;
	}
}

/** Documents must carry an id that the sandbox made itself: it becomes a file name. */
const SAFE_ID = /^[A-Za-z0-9_-]{1,100}$/;

/** A folder of JSON documents, one file each, held in memory and written through. Order: as they were created. */
export class JsonStore<T extends { id: string; createdAt: string }> {
	readonly #folder: string;
	readonly #items = new Map<string, T>();
	/** Writes of one document follow each other, so that the last state is the one on disk. */
	readonly #queues = new Map<string, Promise<void>>();

	private constructor(folder: string) {
		this.#folder = folder;
	}

	/** Opens the folder, makes it if need be, and reads what an earlier run has left. */
	static async open<T extends { id: string; createdAt: string }>(
		folder: string,
	): Promise<JsonStore<T>> {
		await mkdir(folder, { recursive: true });
		const documents = new JsonStore<T>(folder);
		const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
		const found = await Promise.all(names.map((name) => readJson(join(folder, name))));
		const inOrder = (found as T[]).sort((a, b) => a.createdAt.localeCompare(b.createdAt));
		for (const document of inOrder) documents.#items.set(document.id, document);
		return documents;
	}

	get(id: string): T | undefined {
		return this.#items.get(id);
	}

	/** All of them, oldest first. */
	all(): T[] {
		return [...this.#items.values()];
	}

	/** Keeps the document; resolves when it is on disk. */
	async put(document: T): Promise<void> {
		if (!SAFE_ID.test(document.id)) throw new Error('A document id must be made by the sandbox');
		this.#items.set(document.id, document);
		await this.#enqueue(document.id, () => writeJson(this.#path(document.id), document));
	}

	async remove(id: string): Promise<void> {
		if (!this.#items.delete(id)) return;
		await this.#enqueue(id, () => rm(this.#path(id), { force: true }));
	}

	#path(id: string): string {
		return join(this.#folder, `${id}.json`);
	}

	#enqueue(id: string, write: () => Promise<void>): Promise<void> {
		const turn = (this.#queues.get(id) ?? Promise.resolve()).catch(() => undefined).then(write);
		this.#queues.set(id, turn);
		return turn.finally(() => {
			if (this.#queues.get(id) === turn) this.#queues.delete(id);
		});
	}
}
