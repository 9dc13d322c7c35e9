/** What is asked of a file, or of whatever a service lets expire. */
export type Selection = 'expired' | 'expiring' | 'olderThan';

/** What the answer depends on; all times in milliseconds since 1970, undefined where the service tells none. */
export interface Dated {
	createdAt?: number;
	expiresAt?: number;
	/** Whether the service itself says that it has expired, whatever its date: it may count downloads too. */
	isOver?: boolean;
}

export interface Rule {
	selection: Selection;
	/** Milliseconds: within which it expires, or how old it is. No meaning for `expired`. */
	span: number;
}

export interface Verdict {
	fits: boolean;
	/** A sentence without its full stop. */
	reason: string;
	/** Where it stands among those that fit: the lowest comes first. */
	order: number;
}

/**
 * Whether something fits a rule, and why. What has no date for a rule never fits it. Both ends belong to a span: what
 * expires at this very moment has expired, what is exactly as old as asked for is old enough.
 * @param now the service's own time, milliseconds since 1970
 */
export function judge({ selection, span }: Rule, dated: Dated, now: number): Verdict {
	return JUDGES[selection](dated, now, span);
}

const JUDGES: Readonly<Record<Selection, (dated: Dated, now: number, span: number) => Verdict>> = {
	expired(dated, now) {
		const over = expiryOf(dated, now);
		if (over) return over;
		const { expiresAt } = dated;
		return kept(expiresAt === undefined ? NO_EXPIRY : `It expires on ${iso(expiresAt)}`);
	},
	expiring(dated, now, span) {
		const over = expiryOf(dated, now);
		if (over) return kept(over.reason);
		const { expiresAt } = dated;
		if (expiresAt === undefined) return kept(NO_EXPIRY);
		if (expiresAt > now + span) return kept(`It expires later, on ${iso(expiresAt)}`);
		return fitting(`It expires soon, on ${iso(expiresAt)}`, expiresAt);
	},
	olderThan({ createdAt }, now, span) {
		if (createdAt === undefined) return kept('It has no creation date');
		const since = `It was created on ${iso(createdAt)}`;
		return createdAt <= now - span
			? fitting(since, createdAt)
			: kept(`${since}, not long enough ago`);
	},
};

const NO_EXPIRY = 'It has no expiry date';

/** The verdict on what has expired; undefined on what has not. */
function expiryOf({ expiresAt, isOver }: Dated, now: number): Verdict | undefined {
	if (expiresAt !== undefined && expiresAt <= now) {
		return fitting(`It expired on ${iso(expiresAt)}`, expiresAt);
	}
	return isOver ? fitting('The service says that it has expired', expiresAt ?? 0) : undefined;
}

const kept = (reason: string): Verdict => ({ fits: false, reason, order: Infinity });
const fitting = (reason: string, order: number): Verdict => ({ fits: true, reason, order });
const iso = (milliseconds: number) => new Date(milliseconds).toISOString();
