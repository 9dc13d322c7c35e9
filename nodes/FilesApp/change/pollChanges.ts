import type { IDataObject, IPollFunctions } from 'n8n-workflow';

import type { Polled } from '../../shared/polling/poll';
import {
	changeKey,
	type ChangePage,
	fetchChangePage,
	fullSecond,
	type Position,
	floorToSecond,
	formatSince,
} from './feed';
import {
	initialState,
	subscribe,
	isSubscribed,
	markProcessed,
	type ChangesState,
	resumeAt,
	unprocessed,
} from './followState';
import { changeItems, concernsAccount } from './items';

/** The most pages that one poll reads. */
const MAX_PAGES_PER_POLL = 50;
/** The number of items after which a poll ends, because each one may require a request for its file. */
const MAX_ITEMS_PER_POLL = 500;
/** Changes that are processed together: an error discards all of them until the next poll. */
const CHANGES_PER_GROUP = 20;

export interface PollChangesOptions {
	/** The selected actions, or {@link ANY_ACTION}. */
	actions: string[];
	includeExisting: boolean;
	folderId?: string;
	/** Whether each item contains the details of its file. */
	details: boolean;
	/** The user's filters. */
	isWanted(item: IDataObject): boolean;
}

/**
 * Reads the changes since the last poll. Their timestamps have a resolution of one second (Files App docs, Sync), so
 * the last second is read again, without the changes that were already processed.
 *
 * A failed page or file ends the poll: the items found so far are returned, and the next poll continues from there.
 * @throws the error of the page or the file, if no items were found
 */
export async function pollChanges(
	context: IPollFunctions,
	options: PollChangesOptions,
	previous: ChangesState | undefined,
	deadline: number,
): Promise<Polled<ChangesState>> {
	const found: IDataObject[] = [];
	const trigger = context.getWorkflowStaticData('node');
	const rethrowIfEmpty = (error: unknown) => {
		if (found.length === 0) throw error;
	};
	const state = previous ?? initialState(await fetchStart(context, options));
	let added = previous ? undefined : subscribe(state, options.actions, state.last);
	const seen = new Set<string>();
	for (
		let pages = 0;
		pages < MAX_PAGES_PER_POLL && (pages === 0 || Date.now() < deadline);
		pages++
	) {
		const page = await fetchChangePage(context, options.folderId, state.position).catch(
			rethrowIfEmpty,
		);
		if (!page) break;
		state.now = page.now;
		added ??= subscribe(state, options.actions, floorToSecond(page.now));
		const unseen = page.items.filter((change) => !seen.has(changeKey(change)));
		for (const change of unseen) seen.add(changeKey(change));

		const pending = unprocessed(unseen, state);
		for (let start = 0; start < pending.length; start += CHANGES_PER_GROUP) {
			const group = pending.slice(start, start + CHANGES_PER_GROUP);
			const selected = group.filter((change) => isSubscribed(state, change, added!));
			const isLastTry = failedPollsOf(trigger) + 1 >= MAX_ATTEMPTS;
			const items = await changeItems(context, selected, options.details, isLastTry).catch(
				(error: unknown) => {
					if (!concernsAccount(error)) failedPolls.set(trigger, failedPollsOf(trigger) + 1);
					rethrowIfEmpty(error);
				},
			);
			if (items) {
				failedPolls.delete(trigger);
				const isWanted = (item: IDataObject) => item.error !== undefined || options.isWanted(item);
				for (const item of items.filter(isWanted)) found.push(item);
				for (const change of group) markProcessed(state, change);
			}
			if (!items || found.length >= MAX_ITEMS_PER_POLL || Date.now() >= deadline) {
				state.position = resumeAt(state);
				return { found, state };
			}
		}

		const next = unseen.length > 0 ? page.next : skipFullSecond(context, state, page);
		state.position = next ?? resumeAt(state);
		if (!next) break;
	}
	// If the service ignores the cursor, the next poll continues from `since`: the last change, not older ones.
	state.position = { ...resumeAt(state), cursor: state.position.cursor };
	return { found, state };
}

/** The poll in which an unreadable file is output with its error, so that it no longer blocks later changes. */
const MAX_ATTEMPTS = 3;

/**
 * How many polls in a row failed to read a file, by the trigger's static data. Kept in memory, because n8n does not
 * save the static data of a poll that fails.
 */
const failedPolls = new WeakMap<object, number>();

const failedPollsOf = (trigger: object) => failedPolls.get(trigger) ?? 0;

/** The time to start from: 0 to include existing files, otherwise the service's clock. */
async function fetchStart(
	context: IPollFunctions,
	{ includeExisting, folderId }: PollChangesOptions,
): Promise<number> {
	if (includeExisting) return 0;
	const { now } = await fetchChangePage(context, folderId, { since: formatSince(Date.now()) });
	return floorToSecond(now);
}

/**
 * The next second, if one second fills a whole page of a server that ignores the cursor; logs a warning. Only once that
 * second has passed, because skipping it earlier would also lose its later changes.
 */
function skipFullSecond(
	context: IPollFunctions,
	state: ChangesState,
	page: ChangePage,
): Position | undefined {
	const second = state.last;
	if (fullSecond(page) !== second || second + 1000 > page.now) return undefined;
	context.logger.warn(
		`${context.getNode().name}: Files App does not return all changes at ${formatSince(second)}`,
	);
	state.last = second + 1000;
	state.dealtWith = [];
	return resumeAt(state);
}
