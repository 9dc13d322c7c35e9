import type { IDataObject, IPollFunctions } from 'n8n-workflow';

import type { Polled } from '../../shared/polling/poll';
import {
	changeKey,
	type ChangePage,
	changePage,
	fullSecond,
	type Position,
	wholeSecond,
	wholeSeconds,
} from './feed';
import {
	beginningAt,
	choose,
	counts,
	dealWith,
	type FollowState,
	lastSecond,
	unknownIn,
} from './followState';
import { changeItems, isOfTheAccount } from './items';

/** The most pages that one poll reads. */
const PAGES_A_POLL = 50;
/** The number of items after which a poll ends, because each one may require a request for its file. */
const CHANGES_A_POLL = 500;
/** Changes that are processed as a unit: an error discards all of them until the next poll. */
const CHANGES_AT_ONCE = 20;

export interface Following {
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
export async function follow(
	context: IPollFunctions,
	following: Following,
	previous: FollowState | undefined,
	deadline: number,
): Promise<Polled<FollowState>> {
	const found: IDataObject[] = [];
	const trigger = context.getWorkflowStaticData('node');
	const unlessFound = (error: unknown) => {
		if (found.length === 0) throw error;
	};
	const state = previous ?? beginningAt(await startOf(context, following));
	let added = previous ? undefined : choose(state, following.actions, state.last);
	const met = new Set<string>();
	for (let pages = 0; pages < PAGES_A_POLL && (pages === 0 || Date.now() < deadline); pages++) {
		const page = await changePage(context, following.folderId, state.position).catch(unlessFound);
		if (!page) break;
		state.now = page.now;
		added ??= choose(state, following.actions, wholeSecond(page.now));
		const unmet = page.items.filter((change) => !met.has(changeKey(change)));
		for (const change of unmet) met.add(changeKey(change));

		const unknown = unknownIn(unmet, state);
		for (let start = 0; start < unknown.length; start += CHANGES_AT_ONCE) {
			const together = unknown.slice(start, start + CHANGES_AT_ONCE);
			const told = together.filter((change) => counts(state, change, added!));
			const isLastTry = setbacksOf(trigger) + 1 >= MOST_TRIES;
			const items = await changeItems(context, told, following.details, isLastTry).catch(
				(error: unknown) => {
					if (!isOfTheAccount(error)) setbacks.set(trigger, setbacksOf(trigger) + 1);
					unlessFound(error);
				},
			);
			if (items) {
				setbacks.delete(trigger);
				const isWanted = (item: IDataObject) =>
					item.error !== undefined || following.isWanted(item);
				for (const item of items.filter(isWanted)) found.push(item);
				for (const change of together) dealWith(state, change);
			}
			if (!items || found.length >= CHANGES_A_POLL || Date.now() >= deadline) {
				state.position = lastSecond(state);
				return { found, state };
			}
		}

		const next = unmet.length > 0 ? page.next : pastFullSecond(context, state, page);
		state.position = next ?? lastSecond(state);
		if (!next) break;
	}
	// A service that ignores the cursor continues from `since`, so set it to the last change to avoid reading older
	// ones.
	state.position = { ...lastSecond(state), cursor: state.position.cursor };
	return { found, state };
}

/**
 * The attempt, one per poll, at which an unreadable file is output with its error instead of blocking later changes.
 */
const MOST_TRIES = 3;

/**
 * How many polls in a row failed to read a file, by the trigger's static data. Kept in memory, because n8n does not
 * save the static data of a poll that fails.
 */
const setbacks = new WeakMap<object, number>();

const setbacksOf = (trigger: object) => setbacks.get(trigger) ?? 0;

/** The time to start from: 0 to include existing files, otherwise the service's clock. */
async function startOf(
	context: IPollFunctions,
	{ includeExisting, folderId }: Following,
): Promise<number> {
	if (includeExisting) return 0;
	const { now } = await changePage(context, folderId, { since: wholeSeconds(Date.now()) });
	return wholeSecond(now);
}

/**
 * The next second, if one second fills a whole page of a server that ignores the cursor; logs a warning. Only once that
 * second has passed, because skipping it earlier would also lose its later changes.
 */
function pastFullSecond(
	context: IPollFunctions,
	state: FollowState,
	page: ChangePage,
): Position | undefined {
	const second = state.last;
	if (fullSecond(page) !== second || second + 1000 > page.now) return undefined;
	context.logger.warn(
		`${context.getNode().name}: Files App does not return all changes at ${wholeSeconds(second)}`,
	);
	state.last = second + 1000;
	state.dealtWith = [];
	return lastSecond(state);
}
