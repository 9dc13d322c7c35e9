import { createHash } from 'node:crypto';

import { epochOf } from '../../shared/dates';
import type { Json } from '../../shared/service';
import { actionOf, changeKey, isMoment, type Position, wholeSecond, wholeSeconds } from './feed';

/** The choice of whatever happens to a file. */
export const ANY_ACTION = '*';

/** What is known of the feed. Survives a restart as JSON. */
export interface FollowState {
	/** The next page. Without a cursor it repeats the second that it begins with. */
	position: Position;
	/** The second of the last change that was dealt with, milliseconds since 1970. */
	last: number;
	/** Digests of the changes of that second: others of the same second may follow them. */
	dealtWith: string[];
	/** The second from which on each chosen action counts. */
	since: Record<string, number>;
	/** The service's own time of the last page, milliseconds since 1970. */
	now?: number;
}

/** @param start the second to begin with, milliseconds since 1970 */
export const beginningAt = (start: number): FollowState => ({
	position: { since: wholeSeconds(start) },
	last: start,
	dealtWith: [],
	since: {},
});

/** Where to read on without a cursor. */
export const lastSecond = ({ last }: FollowState): Position => ({ since: wholeSeconds(last) });

/** The second of a change, milliseconds since 1970; one without a usable date belongs to those before it. */
export const secondOf = ({ timestamp }: Json, { last, now = Infinity }: FollowState): number =>
	wholeSecond(isMoment(timestamp, now) ? epochOf(timestamp)! : last);

const digestOf = (change: Json): string =>
	createHash('sha256').update(changeKey(change)).digest('base64url').slice(0, 11);

/** The changes that were not dealt with, from old to new. */
export function unknownIn(changes: Json[], state: FollowState): Json[] {
	const known = new Set(state.dealtWith);
	return changes
		.filter((change) => !known.has(digestOf(change)))
		.sort((a, b) => secondOf(a, state) - secondOf(b, state));
}

/** Remembers that a change was dealt with, as long as its second may be read again. */
export function dealWith(state: FollowState, change: Json): void {
	const second = secondOf(change, state);
	if (second < state.last) return;
	if (second > state.last) state.dealtWith = [];
	state.last = second;
	state.dealtWith.push(digestOf(change));
}

/**
 * Chooses the actions that count; one that was not chosen before counts from now on.
 * @param now the service's own time, milliseconds since 1970
 * @returns those that were not chosen before
 */
export function choose(state: FollowState, actions: string[], now: number): Set<string> {
	const before = state.since;
	const kept = actions.includes(ANY_ACTION) ? before : {};
	const isNew = (action: string) => !(action in before) && !(ANY_ACTION in before);
	const added = actions.filter(isNew);
	state.since = {
		...kept,
		...Object.fromEntries(
			actions.map((action) => [action, before[action] ?? before[ANY_ACTION] ?? now]),
		),
	};
	return new Set(added);
}

/** Whether a change is to be told. Of the second in which an action was chosen, nobody knows what was before that. */
export function counts(state: FollowState, change: Json, added: Set<string>): boolean {
	const own = actionOf(change) ?? '';
	const action = Object.hasOwn(state.since, own) ? own : ANY_ACTION;
	if (!Object.hasOwn(state.since, action)) return false;
	const since = state.since[action];
	const second = secondOf(change, state);
	return second > since || (second === since && !added.has(action));
}
