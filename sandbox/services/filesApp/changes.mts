import { join } from 'node:path';
import { JsonStore } from '../../core/jsonStore.mts';
import type { ServiceContext } from '../../core/service.mts';
import { isoSeconds } from '../../core/time.mts';
import { FilesAppError } from './error.mts';

/** Files App docs, Sync, shows the first two; of a deletion it says nothing. */
export type Action = 'created' | 'modified' | 'deleted';

interface Change {
	/** `chg_` and its place in the order. */
	id: string;
	createdAt: string;
	position: number;
	fileId: string;
	folderId?: string;
	action: Action;
}

/** What a sync answer tells. */
export interface ChangesPage {
	changes: { id: string; action: Action; timestamp: string }[];
	cursor: string;
	has_more: boolean;
}

/** All that has ever happened to the files, in its order. */
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
	 * A page of changes: those after the cursor or, without one, from `since` on. It is inclusive to the second, in
	 * which the timestamps are told.
	 * @throws Refused for a cursor that is none
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
