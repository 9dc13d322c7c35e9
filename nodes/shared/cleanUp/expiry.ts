import { epochOf, isNoDate } from '../dates';

/** The condition for a file, or for any other resource that can expire. */
export type ExpiryCondition = 'expired' | 'expiring' | 'olderThan';

/** The dates and flags of a resource. Times are in milliseconds since 1970, undefined if the service reports none. */
export interface ExpiryInfo {
	createdAt?: number;
	expiresAt?: number;
	/** Why a reported date cannot be used: a sentence without a period. */
	unclear?: { createdAt?: string; expiresAt?: string };
	/** Whether the service marks it as expired, by date or downloads; undefined if the service has no such flag. */
	isOver?: boolean;
	/** Whether its download limit has been reached; undefined if the service does not report both numbers. */
	isUsedUp?: boolean;
}

export interface ExpiryRule {
	selection: ExpiryCondition;
	/** Milliseconds until the expiry (`expiring`) or since the creation (`olderThan`); unused for `expired`. */
	span: number;
}

export interface ExpiryMatch {
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
export function readExpiryDates(
	createdAt: readonly unknown[],
	expiresAt: readonly unknown[],
): Pick<ExpiryInfo, 'createdAt' | 'expiresAt' | 'unclear'> {
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
			createdAt: describeUnreadable('creation date', createdAt),
			expiresAt:
				describeUnreadable('expiry date', reported) ??
				(others.length > 0 ? 'The service reports different expiry dates' : undefined),
		},
	};
}

function describeUnreadable(label: string, values: readonly unknown[]): string | undefined {
	const invalid = values.find((value) => epochOf(value) === undefined && !isNoDate(value));
	return invalid === undefined ? undefined : `Its ${label} cannot be read${quoted(invalid)}`;
}

const quoted = (value: unknown) =>
	typeof value === 'string' || typeof value === 'number' ? `: “${String(value).slice(0, 60)}”` : '';

/**
 * Checks a resource against a rule at each of several times. It matches only if it matches at all of them.
 * @param times milliseconds since 1970, at least one
 */
export function matchExpiryAtAll(
	rule: ExpiryRule,
	dated: ExpiryInfo,
	times: readonly number[],
): ExpiryMatch {
	const verdicts = times.map((now) => matchExpiry(rule, dated, now));
	const [first] = verdicts;
	// Not an agreement if the reasons differ: by one clock the date has passed, by the other only the service's flag is
	// set.
	if (verdicts.every(({ fits, reason }) => fits === first.fits && reason === first.reason)) {
		return first;
	}
	const disagreeing = verdicts.find(({ fits }) => !fits) ?? first;
	return noMatch(`The clocks disagree: ${disagreeing.reason}`);
}

/**
 * Checks a resource against a rule. Without the date that the rule needs, or with contradictory dates, it never matches.
 * Limits are inclusive: a resource that expires at `now` has expired, and one that is exactly as old as the limit is old
 * enough.
 * @param now milliseconds since 1970
 */
export function matchExpiry(
	{ selection, span }: ExpiryRule,
	dated: ExpiryInfo,
	now: number,
): ExpiryMatch {
	const contradiction = describeContradiction(dated);
	if (contradiction) return noMatch(contradiction);
	return MATCHERS[selection](dated, now, span);
}

/** Describes an expiry before the creation: one of the dates must be wrong, so neither is used. */
function describeContradiction({ createdAt, expiresAt }: ExpiryInfo): string | undefined {
	if (createdAt === undefined || expiresAt === undefined || expiresAt >= createdAt)
		return undefined;
	return `Its expiry date, ${iso(expiresAt)}, is before its creation date, ${iso(createdAt)}`;
}

const MATCHERS: Readonly<
	Record<ExpiryCondition, (dated: ExpiryInfo, now: number, span: number) => ExpiryMatch>
> = {
	expired(dated, now) {
		const unclear = unclearExpiry(dated, now);
		if (unclear) return noMatch(unclear);
		const expired = matchExpired(dated, now);
		if (expired) return expired;
		const { expiresAt } = dated;
		return noMatch(expiresAt === undefined ? NO_EXPIRY : `Expires on ${iso(expiresAt)}`);
	},
	expiring(dated, now, span) {
		const unclear = unclearExpiry(dated, now);
		if (unclear) return noMatch(unclear);
		const expired = matchExpired(dated, now);
		if (expired) return noMatch(expired.reason);
		const { expiresAt } = dated;
		if (expiresAt === undefined) return noMatch(NO_EXPIRY);
		if (expiresAt > now + span) return noMatch(`Does not expire until ${iso(expiresAt)}`);
		return match(`Expires soon, on ${iso(expiresAt)}`, expiresAt);
	},
	olderThan({ createdAt, unclear }, now, span) {
		if (unclear?.createdAt) return noMatch(unclear.createdAt);
		if (createdAt === undefined) return noMatch('No creation date available');
		const since = `Created on ${iso(createdAt)}`;
		return createdAt <= now - span
			? match(since, createdAt)
			: noMatch(`${since}, which is more recent than the limit`);
	},
};

const NO_EXPIRY = 'No expiry date';

/** Milliseconds by which `now` may be slow: a `Date` header has whole seconds, and clocks differ slightly. */
const CLOCK_TOLERANCE = 60_000;

/** Explains why the expiry date cannot be used; an invalid creation date leaves it unchecked. */
function unclearExpiry({ createdAt, unclear }: ExpiryInfo, now: number): string | undefined {
	const why = unclear?.expiresAt ?? unclear?.createdAt;
	if (why) return why;
	return createdAt !== undefined && createdAt > now + CLOCK_TOLERANCE
		? `Its creation date, ${iso(createdAt)}, is in the future`
		: undefined;
}

/** Returns the verdict on a resource that has expired; undefined if it has not. */
function matchExpired(
	{ expiresAt, isOver, isUsedUp }: ExpiryInfo,
	now: number,
): ExpiryMatch | undefined {
	if (expiresAt !== undefined && expiresAt <= now) {
		const since = `Expired on ${iso(expiresAt)}`;
		return isOver === false
			? noMatch(`${since}, but not marked as expired by the service`)
			: match(since, expiresAt);
	}
	if (!isOver) return undefined;
	// Downloads are the only other limit, so a file with downloads left cannot have expired yet.
	return isUsedUp === false
		? noMatch(
				'Marked as expired by the service, but neither its expiry date nor its download limit has been reached',
			)
		: match('Marked as expired by the service', expiresAt ?? 0);
}

const noMatch = (reason: string): ExpiryMatch => ({ fits: false, reason, order: Infinity });
const match = (reason: string, order: number): ExpiryMatch => ({ fits: true, reason, order });
const iso = (milliseconds: number) => new Date(milliseconds).toISOString();
