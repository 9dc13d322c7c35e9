/**
 * Any date that the services use, as ISO 8601 in UTC with a `Z`: ISO with or without an offset (without one means UTC),
 * unix seconds, unix milliseconds. Undefined where there is no date.
 */
export function isoDate(value: unknown): string | undefined {
	const milliseconds = epochOf(value);
	return milliseconds === undefined ? undefined : new Date(milliseconds).toISOString();
}

/** Milliseconds since 1970; undefined where the value is no date. */
export function epochOf(value: unknown): number | undefined {
	// Numbers that stand for “never” where there is no null.
	if (typeof value === 'number' && value <= 0) return undefined;
	if (typeof value === 'number') return valid(value < 1e11 ? value * 1000 : value);
	if (typeof value !== 'string' || value.trim() === '') return undefined;
	const text = value.trim();
	// Without an offset JavaScript would read a date with a time as local.
	const naive = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(text);
	return valid(Date.parse(naive ? `${text.replace(' ', 'T')}Z` : text));
}

/** A service's own time of an answer, milliseconds since 1970; the host's where it sends none. */
export function serviceTime(headers: Record<string, unknown>): number {
	return epochOf(headers.date) ?? Date.now();
}

const valid = (milliseconds: number) =>
	Number.isFinite(milliseconds) && Math.abs(milliseconds) <= 8.64e15 ? milliseconds : undefined;
