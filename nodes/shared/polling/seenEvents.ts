import { createHash } from 'node:crypto';

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

/** Which occurrences of one event have been emitted. Stored as JSON in the static data. */
export interface Watch {
	/** Occurrences with an earlier date count as emitted, in unix seconds. */
	since: number;
	/** The start of the watch in unix seconds, until the first pass is complete: older occurrences are not emitted. */
	learningSince?: number;
	/**
	 * Short digests of keys with their dates; an occurrence without a date has the negative number of the pass in which
	 * it was last seen.
	 */
	told: Record<string, number>;
}

/** @param now the service's own time, unix seconds; undefined to tell of everything that is there */
export const beginWatch = (now: number | undefined): Watch =>
	now === undefined ? { since: 0, told: {} } : { since: now, learningSince: now, told: {} };

/**
 * Records an occurrence.
 * @param reading the number of the pass over the list
 * @returns whether it was not known before, and whether to emit it
 */
export function note(
	watch: Watch,
	{ key, at, began = -Infinity }: Occurrence,
	reading: number,
): { isNew: boolean; shouldEmit: boolean } {
	const digest = createHash('sha256').update(key).digest('base64url').slice(0, 11);
	const isKnown = Object.hasOwn(watch.told, digest) || (at !== undefined && at < watch.since);
	if (at === undefined || !isKnown) watch.told[digest] = at ?? -reading;
	if (isKnown) return { isNew: false, shouldEmit: false };
	// Dates may have a resolution of one second, so an occurrence from the second in which watching began counts as
	// already known.
	const { learningSince } = watch;
	return { isNew: true, shouldEmit: learningSince === undefined || began > learningSince };
}

/**
 * Ends a complete pass over the list: from now on every new occurrence is emitted. Forgets what is no longer needed:
 * too many dates raise `since`, and an occurrence without a date goes with its item.
 * @returns false if there are more occurrences without a date than can be remembered
 */
export function endReading(watch: Watch, reading: number): boolean {
	delete watch.learningSince;
	const all = Object.entries(watch.told);
	const undated = all.filter(([, at]) => at < 0 && at <= 1 - reading);
	const dated = all.filter(([, at]) => at >= 0).sort(([, a], [, b]) => b - a);
	const oldest = dated[MAX_REMEMBERED - 1]?.[1];
	if (oldest !== undefined) watch.since = oldest;
	const remembered = dated.filter(([, at]) => at >= watch.since);
	watch.told = Object.fromEntries([...remembered, ...undated]);
	return undated.length <= MAX_REMEMBERED;
}
