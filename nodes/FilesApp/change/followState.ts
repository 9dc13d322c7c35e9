import { createHash } from 'node:crypto';

import { epochOf } from '../../shared/dates';
import type { Json } from '../../shared/http/service';
import {
	actionOf,
	changeKey,
	isUsableTime,
	type Position,
	floorToSecond,
	formatSince,
} from './feed';

/** The option for any action. */
export const ANY_ACTION = '*';

/** The progress of polling. Stored in the static data as JSON. */
export interface ChangesState {
	/** The next page. Without a cursor, it contains the changes of its first second again. */
	position: Position;
	/** The second of the last processed change, in milliseconds since 1970. */
	last: number;
	/** Hashes of the processed changes of that second, because more changes of the same second may follow. */
	dealtWith: string[];
	/** The second from which each selected action triggers, in milliseconds since 1970. */
	since: Record<string, number>;
	/** The service's clock when it sent the last page, in milliseconds since 1970. */
	now?: number;
}

/** @param start the second to start from, in milliseconds since 1970 */
export const initialState = (start: number): ChangesState => ({
	position: { since: formatSince(start) },
	last: start,
	dealtWith: [],
	since: {},
});

/** The position to continue from without a cursor. */
export const resumeAt = ({ last }: ChangesState): Position => ({ since: formatSince(last) });

/** The second of a change, in milliseconds since 1970; the last processed second for a change without a valid date. */
export const changeSecond = ({ timestamp }: Json, { last, now = Infinity }: ChangesState): number =>
	floorToSecond(isUsableTime(timestamp, now) ? epochOf(timestamp)! : last);

const hashOf = (change: Json): string =>
	createHash('sha256').update(changeKey(change)).digest('base64url').slice(0, 11);

/** The changes that have not been processed, oldest first. */
export function unprocessed(changes: Json[], state: ChangesState): Json[] {
	const processed = new Set(state.dealtWith);
	return changes
		.filter((change) => !processed.has(hashOf(change)))
		.sort((a, b) => changeSecond(a, state) - changeSecond(b, state));
}

/** Marks a change as processed. The mark is kept while a later poll may read its second again. */
export function markProcessed(state: ChangesState, change: Json): void {
	const second = changeSecond(change, state);
	if (second < state.last) return;
	if (second > state.last) state.dealtWith = [];
	state.last = second;
	state.dealtWith.push(hashOf(change));
}

/**
 * Sets the selected actions. An action that was not selected before triggers from now on.
 * @param now the service's clock, in milliseconds since 1970
 * @returns the actions that were not selected before
 */
export function subscribe(state: ChangesState, actions: string[], now: number): Set<string> {
	const before = state.since;
	const kept = actions.includes(ANY_ACTION) ? before : {};
	const isAdded = (action: string) => !(action in before) && !(ANY_ACTION in before);
	const added = actions.filter(isAdded);
	state.since = {
		...kept,
		...Object.fromEntries(
			actions.map((action) => [action, before[action] ?? before[ANY_ACTION] ?? now]),
		),
	};
	return new Set(added);
}

/**
 * Whether a change triggers the workflow. Changes of the second in which an action was selected are ignored, because
 * they may predate the selection.
 * @param added the actions that were selected by this poll
 */
export function isSubscribed(state: ChangesState, change: Json, added: Set<string>): boolean {
	const changeAction = actionOf(change) ?? '';
	const action = Object.hasOwn(state.since, changeAction) ? changeAction : ANY_ACTION;
	if (!Object.hasOwn(state.since, action)) return false;
	const since = state.since[action];
	const second = changeSecond(change, state);
	return second > since || (second === since && !added.has(action));
}
