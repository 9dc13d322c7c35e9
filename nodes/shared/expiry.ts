import { epochOf, isReadableDate } from './dates';

/** Which files, or other resources with a lifetime, are selected. */
export type Selection = 'expired' | 'expiring' | 'olderThan';

/** What a service reports of a lifetime, its dates as they came. */
export interface Dated {
	createdAt?: unknown;
	expiresAt?: unknown;
	/** Whether the service itself says that it has expired. */
	saysExpired?: boolean;
	/** Whether it has ended for another reason than its date, such as a limit of downloads; undefined if that is not known. */
	isUsedUp?: boolean;
}

export interface Rule {
	selection: Selection;
	/** Milliseconds: within which it expires, or how old it is. No meaning for `expired`. */
	span: number;
}

/**
 * The present moment according to several clocks, milliseconds since 1970. What has passed must have passed by the
 * earliest, what still lasts must still last by the latest.
 */
export interface Now {
	earliest: number;
	latest: number;
}

export interface Verdict {
	fits: boolean;
	/** A sentence without its full stop. */
	reason: string;
	/** Where it stands among those that fit: the lowest comes first. */
	order: number;
}

/**
 * Whether a lifetime fits a rule, and why. What is in doubt never fits: a date that cannot be read, an expiry before the
 * creation, a moment between two clocks. Both ends belong to a span: what expires at this very moment has expired, what is
 * exactly as old as asked for is old enough.
 */
export function judge({ selection, span }: Rule, dated: Dated, now: Now): Verdict {
	const dates = datesOf(dated);
	return typeof dates === 'string'
		? kept(dates)
		: JUDGES[selection]({ ...dated, ...dates }, now, span);
}

interface Dates {
	created?: number;
	expires?: number;
}

/** The dates of a lifetime; a sentence if they contradict each other or cannot be read. */
function datesOf({ createdAt, expiresAt }: Dated): Dates | string {
	if (!isReadableDate(expiresAt)) return 'Its expiry date cannot be read';
	if (!isReadableDate(createdAt)) return 'Its creation date cannot be read';
	const [created, expires] = [epochOf(createdAt), epochOf(expiresAt)];
	if (created !== undefined && expires !== undefined && expires < created) {
		return `Its expiry date, ${iso(expires)}, is before its creation date, ${iso(created)}`;
	}
	return { created, expires };
}

type Judge = (lifetime: Dated & Dates, now: Now, span: number) => Verdict;

const JUDGES: Readonly<Record<Selection, Judge>> = {
	expired({ expires, saysExpired, isUsedUp }, { earliest, latest }) {
		if (expires !== undefined && expires <= earliest) {
			return fitting(`It expired on ${iso(expires)}`, expires);
		}
		if (expires !== undefined && expires <= latest) {
			return kept(`It expires on ${iso(expires)}, which not every clock has reached`);
		}
		const end = expires === undefined ? NO_EXPIRY : `It expires on ${iso(expires)}`;
		if (!saysExpired) return kept(end);
		// The service knows of more reasons than the date. Where it shows that none of them applies, it contradicts itself.
		return isUsedUp === false
			? kept(`${end}, although the service says that it has expired`)
			: fitting('The service says that it has expired', expires ?? 0);
	},
	expiring({ expires, saysExpired, isUsedUp }, { earliest, latest }, span) {
		if (expires !== undefined && expires <= latest) return kept(`It expired on ${iso(expires)}`);
		if (saysExpired || isUsedUp) return kept('The service says that it has expired');
		if (expires === undefined) return kept(NO_EXPIRY);
		if (expires > earliest + span) return kept(`It expires later, on ${iso(expires)}`);
		return fitting(`It expires soon, on ${iso(expires)}`, expires);
	},
	olderThan({ created }, { earliest }, span) {
		if (created === undefined) return kept('It has no creation date');
		const since = `It was created on ${iso(created)}`;
		return created <= earliest - span
			? fitting(since, created)
			: kept(`${since}, not long enough ago`);
	},
};

const NO_EXPIRY = 'It has no expiry date';

const kept = (reason: string): Verdict => ({ fits: false, reason, order: Infinity });
const fitting = (reason: string, order: number): Verdict => ({ fits: true, reason, order });
const iso = (milliseconds: number) => new Date(milliseconds).toISOString();
