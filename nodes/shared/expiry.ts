import { epochOf, isNoDate } from './dates';

/** The condition for a file, or for any other resource that can expire. */
export type Selection = 'expired' | 'expiring' | 'olderThan';

/** The dates and flags of a resource. Times are in milliseconds since 1970, undefined if the service reports none. */
export interface Dated {
	createdAt?: number;
	expiresAt?: number;
	/** Why a reported date cannot be used: a sentence without a period. */
	unclear?: { createdAt?: string; expiresAt?: string };
	/** Whether the service marks it as expired, by date or downloads; undefined if the service has no such flag. */
	isOver?: boolean;
	/** Whether its download limit has been reached; undefined if the service does not report both numbers. */
	isUsedUp?: boolean;
}

export interface Rule {
	selection: Selection;
	/** Milliseconds until the expiry (`expiring`) or since the creation (`olderThan`); unused for `expired`. */
	span: number;
}

export interface Verdict {
	fits: boolean;
	/** A sentence without a period. */
	reason: string;
	/** The sort key among matches: the lowest is deleted first. */
	order: number;
}

/**
 * Parses the dates of a resource, each of which may appear under several names in a response. The latest creation date
 * is used. An expiry date is used only if all values agree and can be parsed.
 * @param createdAt the reported values in any format; undefined under names that the service does not use
 */
export function datesOf(
	createdAt: readonly unknown[],
	expiresAt: readonly unknown[],
): Pick<Dated, 'createdAt' | 'expiresAt' | 'unclear'> {
	const [latest] = createdAt
		.map(epochOf)
		.filter((at) => at !== undefined)
		.toSorted((a, b) => b - a);
	const reported = expiresAt.filter((value) => value !== undefined);
	const [expires, ...others] = new Set(reported.map(epochOf));
	return {
		createdAt: latest,
		expiresAt: expires,
		unclear: {
			createdAt: unreadable('creation date', createdAt),
			expiresAt:
				unreadable('expiry date', reported) ??
				(others.length > 0 ? 'The service reports different expiry dates for it' : undefined),
		},
	};
}

function unreadable(label: string, values: readonly unknown[]): string | undefined {
	const strange = values.find((value) => epochOf(value) === undefined && !isNoDate(value));
	return strange === undefined ? undefined : `Its ${label} cannot be read${quoted(strange)}`;
}

const quoted = (value: unknown) =>
	typeof value === 'string' || typeof value === 'number' ? `: “${String(value).slice(0, 60)}”` : '';

/**
 * Checks a resource against a rule at each of several times. It matches only if it matches at all of them.
 * @param times milliseconds since 1970, at least one
 */
export function judgeAtAll(rule: Rule, dated: Dated, times: readonly number[]): Verdict {
	const verdicts = times.map((now) => judge(rule, dated, now));
	const [first] = verdicts;
	// Not an agreement if the reasons differ: by one clock the date has passed, by the other only the service's flag is
	// set.
	if (verdicts.every(({ fits, reason }) => fits === first.fits && reason === first.reason)) {
		return first;
	}
	const against = verdicts.find(({ fits }) => !fits) ?? first;
	return kept(`The clocks do not agree on it: ${against.reason}`);
}

/**
 * Checks a resource against a rule. Without the date that the rule needs, or with contradictory dates, it never matches.
 * Limits are inclusive: a resource that expires at `now` has expired, and one that is exactly as old as the limit is old
 * enough.
 * @param now milliseconds since 1970
 */
export function judge({ selection, span }: Rule, dated: Dated, now: number): Verdict {
	const contradiction = contradictionOf(dated);
	if (contradiction) return kept(contradiction);
	return JUDGES[selection](dated, now, span);
}

/** A file cannot expire before it exists; nobody knows which of the dates is wrong. */
function contradictionOf({ createdAt, expiresAt }: Dated): string | undefined {
	if (createdAt === undefined || expiresAt === undefined || expiresAt >= createdAt)
		return undefined;
	return `Its expiry date, ${iso(expiresAt)}, is before its creation date, ${iso(createdAt)}`;
}

const JUDGES: Readonly<Record<Selection, (dated: Dated, now: number, span: number) => Verdict>> = {
	expired(dated, now) {
		const unclear = unclearExpiryOf(dated, now);
		if (unclear) return kept(unclear);
		const over = expiryOf(dated, now);
		if (over) return over;
		const { expiresAt } = dated;
		return kept(expiresAt === undefined ? NO_EXPIRY : `It expires on ${iso(expiresAt)}`);
	},
	expiring(dated, now, span) {
		const unclear = unclearExpiryOf(dated, now);
		if (unclear) return kept(unclear);
		const over = expiryOf(dated, now);
		if (over) return kept(over.reason);
		const { expiresAt } = dated;
		if (expiresAt === undefined) return kept(NO_EXPIRY);
		if (expiresAt > now + span) return kept(`It expires later, on ${iso(expiresAt)}`);
		return fitting(`It expires soon, on ${iso(expiresAt)}`, expiresAt);
	},
	olderThan({ createdAt, unclear }, now, span) {
		if (unclear?.createdAt) return kept(unclear.createdAt);
		if (createdAt === undefined) return kept('It has no creation date');
		const since = `It was created on ${iso(createdAt)}`;
		return createdAt <= now - span
			? fitting(since, createdAt)
			: kept(`${since}, not long enough ago`);
	},
};

const NO_EXPIRY = 'It has no expiry date';

/** Milliseconds by which “now” may be behind: a `Date` header has whole seconds, and two hosts are rarely quite alike. */
const INACCURACY = 60_000;

/** Why the expiry date does not count; the creation date is what it is checked against. */
function unclearExpiryOf({ createdAt, unclear }: Dated, now: number): string | undefined {
	const why = unclear?.expiresAt ?? unclear?.createdAt;
	if (why) return why;
	return createdAt !== undefined && createdAt > now + INACCURACY
		? `Its creation date, ${iso(createdAt)}, is in the future`
		: undefined;
}

/** The verdict on what has expired; undefined on what has not. */
function expiryOf({ expiresAt, isOver, isUsedUp }: Dated, now: number): Verdict | undefined {
	if (expiresAt !== undefined && expiresAt <= now) {
		const since = `It expired on ${iso(expiresAt)}`;
		return isOver === false
			? kept(`${since}, but the service says that it has not expired`)
			: fitting(since, expiresAt);
	}
	if (!isOver) return undefined;
	// Downloads are the only other limit, so a file with downloads left cannot have expired yet.
	return isUsedUp === false
		? kept('The service says that it has expired, but neither its date nor its downloads say so')
		: fitting('The service says that it has expired', expiresAt ?? 0);
}

const kept = (reason: string): Verdict => ({ fits: false, reason, order: Infinity });
const fitting = (reason: string, order: number): Verdict => ({ fits: true, reason, order });
const iso = (milliseconds: number) => new Date(milliseconds).toISOString();
