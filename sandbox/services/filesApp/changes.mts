import { join } from 'node:path';
import { JsonStore } from '../../core/jsonStore.mts';
import type { ServiceContext } from '../../core/service.mts';
import { isoSeconds } from '../../core/time.mts';
import { FilesAppError } from './error.mts';

/** Files App docs, Sync: shows the first two and does not mention deletions. */
export type Action = 'created' | 'modified' | 'deleted';

interface Change {
	/** `chg_` and the position. */
	id: string;
	createdAt: string;
	position: number;
	fileId: string;
	folderId?: string;
	action: Action;
}

/** A sync response. */
export interface ChangesPage {
	changes: { id: string; action: Action; timestamp: string }[];
	cursor: string;
	has_more: boolean;
}

/** All changes of files, in order. */
export class Changes {
	readonly #documents: JsonStore<Change>;
	readonly #context: ServiceContext;
	#count: number;

	private constructor(documents: JsonStore<Change>, context: ServiceContext) {
		this.#documents = documents;
		this.#context = context;
		this.#count = Math.max(0, ...documents.all().map(({ position: place }) => place));
	}

	static async open(context: ServiceContext): Promise<Changes> {
		const folder = join(context.folder, 'changes');
		return new Changes(await JsonStore.open<Change>(folder), context);
	}

	async add(file: { id: string; folderId?: string }, action: Action): Promise<void> {
		const place = (this.#count += 1);
		const createdAt = this.#context.clock.now().toISOString();
		const { id: fileId, folderId } = file;
		await this.#documents.put({
			id: `chg_${place}`,
			createdAt,
			position: place,
			fileId,
			folderId,
			action,
		});
	}

	/**
	 * Returns a page of changes: those after the cursor or, without one, those since `since` (inclusive, with the
	 * seconds resolution of timestamps).
	 * @throws {FilesAppError} for an invalid cursor
	 */
	page({
		since,
		cursor,
		folderId,
	}: {
		since: Date;
		cursor?: string;
		folderId?: string;
	}): ChangesPage {
		const after = cursor === undefined ? undefined : positionOf(cursor);
		const wanted = this.all().filter(
			(change) =>
				(folderId === undefined || change.folderId === folderId) &&
				(after === undefined ? timestamp(change) >= since.getTime() : change.position > after),
		);
		const page = wanted.slice(0, this.#context.settings.number('syncPageSize'));
		return {
			changes: page.map((change) => ({
				id: change.fileId,
				action: change.action,
				timestamp: isoSeconds(new Date(change.createdAt)),
			})),
			cursor: cursorAt(page.at(-1)?.position ?? after ?? this.#count),
			has_more: page.length < wanted.length,
		};
	}

	/** Oldest first. */
	all(): Change[] {
		return this.#documents.all().sort((a, b) => a.position - b.position);
	}
}

const timestamp = (change: Change): number =>
	Math.floor(new Date(change.createdAt).getTime() / 1000) * 1000;

const cursorAt = (place: number): string => `cur_${place.toString(36)}`;

function positionOf(cursor: string): number {
	const digits = /^cur_([0-9a-z]{1,10})$/.exec(cursor)?.[1];
	if (digits === undefined) throw new FilesAppError(400, 'cursor is not valid');
	return parseInt(digits, 36);
}
