import type { IPollFunctions } from 'n8n-workflow';

import { DAY, startTimes } from '../../shared/dates';
import { FIRST_PAGE, firstOccurrences } from '../../shared/http/paging';
import { type JsonRecord, textOf } from '../../shared/http/service';
import type { OutputItem } from '../../shared/node/output';
import type { Polled } from '../../shared/polling/poll';
import { fetchFilePage } from '../file/getAll';
import {
	advance,
	ANY_ACTION,
	type ChangesState,
	forgetEarlier,
	initialState,
	isSubscribed,
	markProcessed,
	resumeAt,
	subscribe,
	unprocessed,
} from './changesState';
import {
	changeKey,
	type ChangePage,
	fetchChangePage,
	floorToSecond,
	formatSince,
	fullSecond,
	type Position,
} from './feed';
import { changeItems, concernsAccount } from './getAll';

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
	isWanted(item: OutputItem): boolean;
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
	const found: OutputItem[] = [];
	const trigger = `${context.getWorkflow().id}/${context.getNode().id}`;
	const rethrowIfEmpty = (error: unknown) => {
		if (found.length === 0) throw error;
	};
	const state = previous ?? (await startState(context, options));
	let added = previous ? undefined : subscribe(state, options.actions, state.last);
	const seen = new Set<string>();
	for (
		let pages = 0;
		pages < MAX_PAGES_PER_POLL && (pages === 0 || performance.now() < deadline);
		pages++
	) {
		const page = await fetchChangePage(context, options.folderId, state.position).catch(
			rethrowIfEmpty,
		);
		if (!page) break;
		state.now = page.now;
		added ??= subscribe(state, options.actions, floorToSecond(page.now));
		const unseen = firstOccurrences(page.items, changeKey, seen);

		const pending = unprocessed(unseen, state);
		for (let start = 0; start < pending.length; start += CHANGES_PER_GROUP) {
			const group = pending.slice(start, start + CHANGES_PER_GROUP);
			const selected = group.filter((change) => isSubscribed(state, change, added!));
			const isLastTry = failedPollsOf(trigger) + 1 >= MAX_ATTEMPTS;
			const items = await changeItems(context, selected, options.details, isLastTry).catch(
				(error: unknown) => {
					if (!concernsAccount(error)) recordFailedPoll(trigger);
					rethrowIfEmpty(error);
				},
			);
			if (items) {
				failedPolls.delete(trigger);
				const isWanted = (item: OutputItem) =>
					item.added?.error !== undefined || options.isWanted(item);
				for (const item of items.filter(isWanted)) found.push(item);
				for (const change of group) markProcessed(state, change);
			}
			if (!items || found.length >= MAX_ITEMS_PER_POLL || performance.now() >= deadline) {
				state.position = resumeAt(state);
				forgetEarlier(state);
				return { found, state };
			}
		}

		const next = unseen.length > 0 ? page.next : skipFullSecond(context, state, page);
		if (!next) {
			advance(state);
			delete state.existingUntil;
			state.position = resumeAt(state);
			forgetEarlier(state);
			return { found, state };
		}
		state.position = next;
	}
	// The position stays as it is: a service may count a cursor from the `since` that it was returned for.
	forgetEarlier(state);
	return { found, state };
}

/** The poll in which an unreadable file is output with its error, so that it no longer blocks later changes. */
const MAX_ATTEMPTS = 3;

/**
 * How many polls in a row failed to read a file, by workflow and node ID. Kept in memory, because n8n does not save the
 * static data of a poll that fails, and n8n 2.41 may create it again for each poll.
 */
const failedPolls = new Map<string, number>();

/** Triggers whose failed polls are counted. */
const MAX_TRIGGERS = 1_000;

const failedPollsOf = (trigger: string) => failedPolls.get(trigger) ?? 0;

function recordFailedPoll(trigger: string): void {
	const count = failedPollsOf(trigger) + 1;
	failedPolls.delete(trigger); // re-inserted as the newest
	failedPolls.set(trigger, count);
	const [oldest] = failedPolls.keys();
	if (failedPolls.size > MAX_TRIGGERS) failedPolls.delete(oldest);
}

/** Returns the state to start with: from 0 to include existing files, otherwise from the service's clock. */
async function startState(
	context: IPollFunctions,
	{ includeExisting, folderId }: PollChangesOptions,
): Promise<ChangesState> {
	if (includeExisting) return initialState(0);
	const { now } = await fetchChangePage(context, folderId, { since: formatSince(Date.now()) });
	const { from, existingUntil } = startTimes(now);
	return {
		...initialState(floorToSecond(from)),
		existingUntil: floorToSecond(existingUntil),
	};
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
	return resumeAt(state);
}

const DAYS_BACK = 30;

/** The most pages of changes to read. The latest change is on the last page. */
const MAX_PAGES = 20;
/** The most changes whose files are fetched. */
const MAX_CANDIDATES = 10;

/**
 * Finds a sample item for building the workflow: the latest change that would start it, or else the first file of the
 * list, as if it had just been created.
 */
export async function fetchSampleChange(
	context: IPollFunctions,
	options: PollChangesOptions,
): Promise<OutputItem | undefined> {
	const changes = await fetchRecentChanges(context, options);
	const candidates = changes.reverse().slice(0, MAX_CANDIDATES);
	for (const change of [...candidates, ...(await fetchFilesAsChanges(context, options))]) {
		const [item] = await changeItems(context, [change], options.details);
		if (options.isWanted(item)) return item;
	}
	return undefined;
}

async function fetchRecentChanges(
	context: IPollFunctions,
	{ actions, folderId }: PollChangesOptions,
): Promise<JsonRecord[]> {
	let found: JsonRecord[] = [];
	let position: Position | undefined = { since: formatSince(Date.now() - DAYS_BACK * DAY) };
	for (let page = 0; page < MAX_PAGES && position; page++) {
		const { items, next } = await fetchChangePage(context, folderId, position);
		const isSelected = ({ action }: JsonRecord) =>
			actions.includes(ANY_ACTION) || actions.includes(textOf(action) ?? '');
		found = found.concat(items.filter(isSelected));
		position = next;
	}
	return found;
}

async function fetchFilesAsChanges(
	context: IPollFunctions,
	{ actions: [first], folderId }: PollChangesOptions,
): Promise<JsonRecord[]> {
	const { items } = await fetchFilePage(context, { folderId, perPage: MAX_CANDIDATES }, FIRST_PAGE);
	const action = first === ANY_ACTION ? 'created' : first;
	return items.map(({ id, created_at: timestamp }) => ({ id, action, timestamp }));
}
