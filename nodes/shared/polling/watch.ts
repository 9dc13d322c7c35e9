import { createHash } from 'node:crypto';

/** Occurrences remembered for one event; beyond them, what is older than the oldest counts as told. */
const MOST_REMEMBERED = 5_000;

/** Something that is the case with a thing of a list. It is met at every reading and told once. */
export interface Occurrence {
	event: string;
	/** What it has in common with itself at the next reading: the thing, and what would make it another occurrence. */
	key: string;
	/** The date that goes with it, unix seconds; undefined where the service tells none. */
	at?: number;
	/** The earliest moment at which it can have come about, unix seconds. */
	began?: number;
}

/** What is known of one event: all that may have to be told, and is told. Survives a restart as JSON. */
export interface Watch {
	/** Occurrences with an earlier date are told, unix seconds. */
	since: number;
	/** When the watch began, unix seconds, until the list has been read once: what was there before is not told. */
	learningSince?: number;
	/** Short digests of keys, with their dates; those without a date have the number of a reading below zero. */
	told: Record<string, number>;
}

/** @param now the service's own time, unix seconds; undefined to tell of everything that is there */
export const beginWatch = (now: number | undefined): Watch =>
	now === undefined ? { since: 0, told: {} } : { since: now, learningSince: now, told: {} };

/**
 * Notes an occurrence.
 * @param reading counts the readings of the list
 * @returns whether it was not known before, and whether it has to be told
 */
export function note(
	watch: Watch,
	{ key, at, began = -Infinity }: Occurrence,
	reading: number,
): { isNew: boolean; isTold: boolean } {
	const digest = createHash('sha256').update(key).digest('base64url').slice(0, 11);
	const isKnown = Object.hasOwn(watch.told, digest) || (at !== undefined && at < watch.since);
	if (at === undefined || !isKnown) watch.told[digest] = at ?? -reading;
	if (isKnown) return { isNew: false, isTold: false };
	// Dates may be to the second: of what has the watch's first second, nobody knows whether it was there before.
	const { learningSince } = watch;
	return { isNew: true, isTold: learningSince === undefined || began > learningSince };
}

/**
 * After the list has been read to its end: what came later than the beginning of the watch has been told, and what has
 * to be remembered no longer can go. Dates that are too many raise `since`; what has no date goes with its thing.
 * @returns false if there is more without a date than can be remembered
 */
export function endReading(watch: Watch, reading: number): boolean {
	delete watch.learningSince;
	const all = Object.entries(watch.told);
	const undated = all.filter(([, at]) => at < 0 && at <= 1 - reading);
	const dated = all.filter(([, at]) => at >= 0).sort(([, a], [, b]) => b - a);
	const oldest = dated[MOST_REMEMBERED - 1]?.[1];
	if (oldest !== undefined) watch.since = oldest;
	const remembered = dated.filter(([, at]) => at >= watch.since);
	watch.told = Object.fromEntries([...remembered, ...undated]);
	return undated.length <= MOST_REMEMBERED;
}
