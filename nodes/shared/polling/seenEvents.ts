import { createHash } from 'node:crypto';

import type { StartTimes } from '../dates';
import { isJsonObject, isRecordOf } from '../http/service';

/**
 * Maximum number of remembered occurrences per event; beyond that, everything older than the oldest counts as emitted.
 */
const MAX_REMEMBERED = 5_000;

/** A state of a list item that triggers an event. It is seen on every pass and emitted once. */
export interface Occurrence {
	event: string;
	/**
	 * Identifies the occurrence across polls: the ID of the item, plus the value whose change makes it a new occurrence.
	 */
	key: string;
	/** The date of the occurrence, in unix seconds; undefined if the service returns none. */
	at?: number;
	/** The earliest time at which it can have started, in unix seconds. */
	began?: number;
}

/** Which occurrences of one event are known. Stored as JSON in the static data. */
export interface SeenEvents {
	/** Occurrences with an earlier date are known, whether they are recorded or not, in unix seconds. */
	notBefore: number;
	/** The start of the trigger in unix seconds, until the first pass is complete: older occurrences are not emitted. */
	baselineSince?: number;
	/** The dates of occurrences in unix seconds, by a short digest of their key. */
	dates: Record<string, number>;
	/** For occurrences without a date: the number of the pass in which they were last seen, by the same digest. */
	lastPass: Record<string, number>;
}

/** Whether a value from n8n's database has this format. */
export const isSeenEvents = (value: unknown): value is SeenEvents =>
	isJsonObject(value) &&
	Number.isFinite(value.notBefore) &&
	(value.baselineSince === undefined || Number.isFinite(value.baselineSince)) &&
	isRecordOf(Number.isFinite, value.dates) &&
	isRecordOf(Number.isFinite, value.lastPass);

/** The format of version 0.1.0 of the package. */
export interface SeenEventsVersion1 {
	since: number;
	learningSince?: number;
	/** Dates of occurrences; the negated number of the pass for those without a date. */
	told: Record<string, number>;
}

export function upgradeSeenEvents(version1: SeenEventsVersion1): SeenEvents {
	const { since: notBefore, learningSince: baselineSince, told } = version1;
	const entries = Object.entries(told);
	const passes = entries.filter(([, at]) => at < 0).map(([digest, at]) => [digest, -at] as const);
	return {
		notBefore,
		baselineSince,
		dates: Object.fromEntries(entries.filter(([, at]) => at >= 0)),
		lastPass: Object.fromEntries(passes),
	};
}

/**
 * - `known`: seen before
 * - `baseline`: seen for the first time, but it existed before the trigger was started
 * - `new`: to be emitted
 */
export type Novelty = 'known' | 'baseline' | 'new';

/** @param start undefined to emit everything that already exists */
export function newSeenEvents(start: StartTimes | undefined): SeenEvents {
	const seconds = (milliseconds: number) => Math.floor(milliseconds / 1000);
	return {
		notBefore: start ? seconds(start.from) : 0,
		baselineSince: start && seconds(start.existingUntil),
		dates: {},
		lastPass: {},
	};
}

/**
 * Records an occurrence.
 * @param pass the number of the pass over the list
 */
export function markSeen(
	{ notBefore, baselineSince, dates, lastPass }: SeenEvents,
	{ key, at, began = -Infinity }: Occurrence,
	pass: number,
): Novelty {
	const digest = createHash('sha256').update(key).digest('base64url').slice(0, 11);
	const isRecorded = Object.hasOwn(dates, digest) || Object.hasOwn(lastPass, digest);
	const isTooOld = at !== undefined && at < notBefore;
	if (at === undefined) lastPass[digest] = pass;
	// Those of the first pass are recorded although they are old: the service may return them without their dates later.
	else if (!isTooOld || baselineSince !== undefined) dates[digest] = at;
	if (isRecorded || isTooOld) return 'known';
	// Dates may have a resolution of one second, so an occurrence from the second in which the trigger was started counts
	// as older.
	return baselineSince === undefined || began > baselineSince ? 'new' : 'baseline';
}

/**
 * Ends a complete pass over the list: from now on every new occurrence is emitted. Forgets what is no longer needed: too
 * many dates raise `notBefore`, and an occurrence without a date goes with its item, one pass later.
 * @returns false if there are more occurrences without a date than can be remembered
 */
export function prune(seen: SeenEvents, pass: number): boolean {
	delete seen.baselineSince;
	limitDates(seen);
	const present = Object.entries(seen.lastPass).filter(([, last]) => last >= pass - 1);
	seen.lastPass = Object.fromEntries(present);
	return present.length <= MAX_REMEMBERED;
}

/** Forgets the oldest of too many dates; what is older than the others counts as known. */
export function limitDates(seen: SeenEvents): void {
	const byDate = Object.entries(seen.dates).sort(([, a], [, b]) => b - a);
	const oldest = byDate[MAX_REMEMBERED - 1]?.[1];
	if (oldest === undefined) return;
	seen.notBefore = Math.max(seen.notBefore, oldest);
	seen.dates = Object.fromEntries(byDate.filter(([, at]) => at >= oldest));
}
