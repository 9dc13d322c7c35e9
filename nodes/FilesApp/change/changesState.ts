import { createHash } from 'node:crypto';

import { epochOf } from '../../shared/dates';
import { isJsonObject, isRecordOf, type JsonRecord, textOf } from '../../shared/http/service';
import {
	actionOf,
	changeKey,
	floorToSecond,
	formatSince,
	isUsableTime,
	type Position,
} from './feed';

/** The option for any action. */
export const ANY_ACTION = '*';

/** The progress of polling. Stored in the static data as JSON. */
export interface ChangesState {
	/** The next page. Without a cursor, it contains the changes of its first second again. */
	position: Position;
	/**
	 * The second of the last processed change, in milliseconds since 1970. A change that is ahead of the service's clock does
	 * not count until the clock reaches it, because later changes may have earlier times.
	 */
	last: number;
	/**
	 * The seconds of the processed changes that the service may return again, by the hash of the change: those of the second
	 * `last`, later ones, and those without a usable date (null).
	 */
	processed: Record<string, number | null>;
	/** The second from which each selected action triggers, in milliseconds since 1970. */
	since: Record<string, number>;
	/**
	 * The second up to which changes existed before the start, in milliseconds since 1970, until the changes have been read
	 * to their end for the first time.
	 */
	existingUntil?: number;
	/** The service's clock when it sent the last page, in milliseconds since 1970. */
	now?: number;
}

/** Whether a value is such a state, because n8n's database may contain anything. */
export const isChangesState = (value: unknown): value is ChangesState =>
	isJsonObject(value) &&
	isJsonObject(value.position) &&
	textOf(value.position.since) !== undefined &&
	isTime(value.last) &&
	isRecordOf((second) => second === null || isTime(second), value.processed) &&
	isRecordOf(isTime, value.since) &&
	[value.now, value.existingUntil].every((time) => time === undefined || isTime(time));

/** Whether a number is a time in milliseconds since 1970 that a date can have. */
const isTime = (value: unknown) =>
	typeof value === 'number' && !Number.isNaN(new Date(value).getTime());

/** @param start the second to start from, in milliseconds since 1970 */
export const initialState = (start: number): ChangesState => ({
	position: { since: formatSince(start) },
	last: start,
	processed: {},
	since: {},
});

interface ChangesStateVersion1 extends Omit<ChangesState, 'processed'> {
	/** Hashes of the processed changes of the second `last`. */
	dealtWith: string[];
}

/** Converts the state that version 0.1.0 of the package stored. */
export function upgradeChangesState(version1: unknown): ChangesState {
	const { dealtWith, ...more } = version1 as ChangesStateVersion1;
	return { ...more, processed: Object.fromEntries(dealtWith.map((hash) => [hash, more.last])) };
}

/** The position to continue from without a cursor. */
export const resumeAt = ({ last }: ChangesState): Position => ({ since: formatSince(last) });

/** The second of a change, in milliseconds since 1970; the last processed second for a change without a valid date. */
const changeSecond = ({ timestamp }: JsonRecord, { last, now = Infinity }: ChangesState): number =>
	floorToSecond(isUsableTime(timestamp, now) ? epochOf(timestamp)! : last);

const hashOf = (change: JsonRecord): string =>
	createHash('sha256').update(changeKey(change)).digest('base64url').slice(0, 11);

/** The changes that have not been processed, oldest first. */
export const unprocessed = (changes: JsonRecord[], state: ChangesState): JsonRecord[] =>
	changes
		.filter((change) => !Object.hasOwn(state.processed, hashOf(change)))
		.sort((a, b) => changeSecond(a, state) - changeSecond(b, state));

/** Marks a change as processed, and moves `last` to it unless it is ahead of the service's clock. */
export function markProcessed(state: ChangesState, change: JsonRecord): void {
	const { now = Infinity } = state;
	const second = isUsableTime(change.timestamp, now) ? changeSecond(change, state) : null;
	state.processed[hashOf(change)] = second;
	if (second !== null && second <= now) state.last = Math.max(state.last, second);
}

/** Moves `last` to the latest change that the service's clock has reached, when all earlier ones have been read. */
export function advance(state: ChangesState): void {
	const { processed, now = Infinity } = state;
	for (const second of Object.values(processed)) {
		if (second !== null && second <= now) state.last = Math.max(state.last, second);
	}
}

/** The most changes without a usable date that are remembered: a service may return them with every poll. */
const MAX_UNDATED = 1_000;

/** Forgets the processed changes that the service does not return again at the position. */
export function forgetEarlier(state: ChangesState): void {
	const entries = Object.entries(state.processed);
	const oldest = Math.min(state.last, floorToSecond(epochOf(state.position.since) ?? 0));
	const undated = entries.filter(([, second]) => second === null).slice(-MAX_UNDATED);
	const dated = entries.filter(([, second]) => second !== null && second >= oldest);
	state.processed = Object.fromEntries([...undated, ...dated]);
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
export function isSubscribed(state: ChangesState, change: JsonRecord, added: Set<string>): boolean {
	const changeAction = actionOf(change) ?? '';
	const action = Object.hasOwn(state.since, changeAction) ? changeAction : ANY_ACTION;
	if (!Object.hasOwn(state.since, action)) return false;
	const since = state.since[action];
	const second = changeSecond(change, state);
	if (second <= (state.existingUntil ?? -Infinity)) return false;
	return second > since || (second === since && !added.has(action));
}
