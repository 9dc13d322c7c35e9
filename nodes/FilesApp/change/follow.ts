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

/** Pages that one poll reads at most. */
const PAGES_A_POLL = 50;
/** Changes that one poll tells of: each may take a request for its file. */
const CHANGES_A_POLL = 500;
/** Changes that are told, or fail, together. */
const CHANGES_AT_ONCE = 20;

export interface Following {
	/** The chosen actions, or that any counts. */
	actions: string[];
	includeExisting: boolean;
	folderId?: string;
	/** Whether each change comes with its file. */
	details: boolean;
	/** The user's filters. */
	isWanted(item: IDataObject): boolean;
}

/**
 * Reads the feed on from where the last poll has left it. The feed tells its times to the second (Files App docs,
 * Sync), so the last second is read again and what is known of it left out.
 *
 * A page or a file that fails ends the poll: what came before it is told, and the next poll goes on from there.
 * @throws what failed, if there is nothing to tell
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
	// Whoever takes no cursor goes by the time: that of the last change, so that nothing is sent again.
	state.position = { ...lastSecond(state), cursor: state.position.cursor };
	return { found, state };
}

/** Polls after which a file that cannot be read goes on with its error, so that the changes after it are not kept back. */
const MOST_TRIES = 3;

/**
 * How many polls in a row could not read a file, by the trigger's static data. In memory: n8n does not save what a poll
 * has found out that ends with an error.
 */
const setbacks = new WeakMap<object, number>();

const setbacksOf = (trigger: object) => setbacks.get(trigger) ?? 0;

/** Since ever, or from now on by the service's clock. */
async function startOf(
	context: IPollFunctions,
	{ includeExisting, folderId }: Following,
): Promise<number> {
	if (includeExisting) return 0;
	const { now } = await changePage(context, folderId, { since: wholeSeconds(Date.now()) });
	return wholeSecond(now);
}

/**
 * Where a server that takes no cursor has more changes in one second than on one page: the next second. Not before that
 * one is over: of a server that only says that there is more, what comes later in it would be missed.
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
