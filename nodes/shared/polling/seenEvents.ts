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
export interface SeenEvents {
	/** Occurrences with an earlier date count as emitted, in unix seconds. */
	notBefore: number;
	/** The start of the watch in unix seconds, until the first pass is complete: older occurrences are not emitted. */
	baselineSince?: number;
	/**
	 * Short digests of keys with their dates; an occurrence without a date has the negative number of the pass in which
	 * it was last seen.
	 */
	seen: Record<string, number>;
}

/** @param now the service's own time, unix seconds; undefined to emit everything that exists already */
export const newSeenEvents = (now: number | undefined): SeenEvents =>
	now === undefined ? { notBefore: 0, seen: {} } : { notBefore: now, baselineSince: now, seen: {} };

/**
 * Records an occurrence.
 * @param reading the number of the pass over the list
 * @returns whether it was not known before, and whether to emit it
 */
export function markSeen(
	watch: SeenEvents,
	{ key, at, began = -Infinity }: Occurrence,
	reading: number,
): { isNew: boolean; shouldEmit: boolean } {
	const digest = createHash('sha256').update(key).digest('base64url').slice(0, 11);
	const isKnown = Object.hasOwn(watch.seen, digest) || (at !== undefined && at < watch.notBefore);
	if (at === undefined || !isKnown) watch.seen[digest] = at ?? -reading;
	if (isKnown) return { isNew: false, shouldEmit: false };
	// Dates may have a resolution of one second, so an occurrence from the second in which watching began counts as
	// already known.
	const { baselineSince } = watch;
	return { isNew: true, shouldEmit: baselineSince === undefined || began > baselineSince };
}

/**
 * Ends a complete pass over the list: from now on every new occurrence is emitted. Forgets what is no longer needed:
 * too many dates raise `since`, and an occurrence without a date goes with its item.
 * @returns false if there are more occurrences without a date than can be remembered
 */
export function prune(watch: SeenEvents, reading: number): boolean {
	delete watch.baselineSince;
	const all = Object.entries(watch.seen);
	const undated = all.filter(([, at]) => at < 0 && at <= 1 - reading);
	const dated = all.filter(([, at]) => at >= 0).sort(([, a], [, b]) => b - a);
	const oldest = dated[MAX_REMEMBERED - 1]?.[1];
	if (oldest !== undefined) watch.notBefore = oldest;
	const remembered = dated.filter(([, at]) => at >= watch.notBefore);
	watch.seen = Object.fromEntries([...remembered, ...undated]);
	return undated.length <= MAX_REMEMBERED;
}
