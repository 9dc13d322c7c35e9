import { tryToParseDateTime } from 'n8n-workflow';

/** Milliseconds, like {@link DAY}. */
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** A unit that the user selects. */
export type TimeUnit = 'minutes' | 'hours' | 'days' | 'weeks';

/** A day always has 24 hours. */
export const UNIT_MILLISECONDS: Readonly<Record<TimeUnit, number>> = {
	minutes: 60_000,
	hours: HOUR,
	days: DAY,
	weeks: 7 * DAY,
};

/** Converts a number of units to milliseconds. */
export const periodOf = (count: number, unit: TimeUnit): number => count * UNIT_MILLISECONDS[unit];

/**
 * Converts any date that the services use to ISO 8601 in UTC with a `Z`; undefined if {@link epochOf} finds no date.
 */
export function isoDate(value: unknown): string | undefined {
	const milliseconds = epochOf(value);
	return milliseconds === undefined ? undefined : new Date(milliseconds).toISOString();
}

/**
 * Converts a service's date to milliseconds since 1970. Accepts ISO 8601 (UTC if it has no offset), an HTTP date, and
 * unix seconds or milliseconds as a number or text. Returns undefined for anything else and for every date before 2000:
 * services send `0`, `-1`, 1970 or the year 1 for “never”, and a file with such a date would otherwise count as expired.
 */
export function epochOf(value: unknown): number | undefined {
	const milliseconds = parseDate(value, asUtc);
	return milliseconds !== undefined && milliseconds >= EARLIEST_DATE ? milliseconds : undefined;
}

const asUtc = (wallClock: string) => Date.parse(`${wallClock}Z`);

/** Start of the year 2000 in milliseconds since 1970; all of the services are younger. */
const EARLIEST_DATE = Date.UTC(2000, 0, 1);

/**
 * Converts a date from a user, an expression or an AI agent to milliseconds since 1970; undefined if it is not a date.
 * A date without an offset is in the workflow's time zone, in every format. A `Date` or `DateTime` of the first millisecond
 * of 1970 is not a date, because `new Date(null)` returns it for a missing value.
 * @param timezone an IANA name
 */
export function parseUserDate(value: unknown, timezone: string): number | undefined {
	if (isDate(value) || isDateTime(value)) {
		const milliseconds = isDate(value) ? value.getTime() : value.toMillis();
		return milliseconds === 0 ? undefined : withinYears(milliseconds);
	}
	return parseDate(value, (wallClock) => tryToParseDateTime(wallClock, timezone).toMillis());
}

/** Whether a value is a date, also one from another V8 context, in which n8n may evaluate expressions. */
export const isDate = (value: unknown): value is Date =>
	Object.prototype.toString.call(value) === '[object Date]';

/**
 * Whether a value is a Luxon DateTime, which n8n's expressions return for `$now` and `$today`. A Luxon Duration has the
 * same methods except `toUTC`: as a date, it would be shortly after the start of 1970.
 */
export function isDateTime(
	value: unknown,
): value is { toMillis(): number; toISO(): string | null } {
	return (
		typeof value === 'object' &&
		value !== null &&
		'isValid' in value &&
		value.isValid === true &&
		'toMillis' in value &&
		'toISO' in value &&
		'toUTC' in value
	);
}

/**
 * Whether a service's value means “never” or “unknown” and is not a date: no value, an empty text, a number or a date
 * before 2000, or a date of zeros. Any other value that {@link epochOf} cannot parse is a date in an unknown format.
 */
export function isNoDate(value: unknown): boolean {
	if (value === undefined || value === null || value === false) return true;
	if (typeof value === 'number') return value < EARLIEST_DATE && epochOf(value) === undefined;
	if (typeof value !== 'string') return false;
	const text = value.trim();
	if (/^[-+]?\d*(\.\d*)?$/.test(text)) return text.length < 16 && isNoDate(Number(text));
	if (/^0{4}-00-00([T ][0:.]*)?Z?$/i.test(text)) return true;
	const milliseconds = parseDate(text, asUtc);
	return milliseconds !== undefined && milliseconds < EARLIEST_DATE;
}

/**
 * Whether a service reports that something has no expiry date although it was to have one, or expires a day or more later:
 * the service has ignored the setting. Less than a day may be due to rounding.
 * @param reported the expiry date of the service; undefined if the response does not contain it
 * @param expected milliseconds since 1970
 */
export function outlives(reported: unknown, expected: number): boolean {
	if (reported === undefined) return false;
	const expires = epochOf(reported);
	return expires === undefined ? isNoDate(reported) : expires >= expected + DAY;
}

/** Parses a response's `Date` header to milliseconds since 1970; undefined if it is not an HTTP date (RFC 9110). */
export function headerTime(date: unknown): number | undefined {
	return typeof date === 'string' && HTTP_DATE.test(date.trim()) ? epochOf(date) : undefined;
}

/** Returns the service's time of a response in milliseconds since 1970; n8n's if the `Date` header is invalid. */
export function serviceTime(headers: Record<string, unknown>): number {
	return headerTime(headers.date) ?? Date.now();
}

/** The times of the start of a trigger, in milliseconds since 1970. */
export interface StartTimes {
	/** From when to look for something new. */
	from: number;
	/** Until when something that is found at the start counts as existing. */
	existingUntil: number;
}

/**
 * Returns the times of the start of a trigger by the service's clock. A clock that is ahead would hide everything new until
 * it is reached, so the search starts by n8n's clock if that is behind. A clock that is a day or more behind would make
 * everything existing new, so n8n's clock applies instead.
 * @param now the service's clock, in milliseconds since 1970
 */
export function startTimes(now: number): StartTimes {
	const own = Date.now();
	return { from: Math.min(now, own), existingUntil: now <= own - DAY ? own : now };
}

/**
 * ISO 8601 in its extended and basic formats, with `T` or a space, with an optional fraction of the second, and with an
 * optional `Z`, `UTC`, `GMT` or offset.
 */
const ISO =
	/^(\d{4})(-?)(\d\d)\2(\d\d)(?:[T ](\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?(?: ?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?))?)?$/i;

/** `YYYYMMDDHHmmss`. As milliseconds since 1970 these digits would be a date between the years 2603 and 2635. */
const COMPACT = /^(20\d{6})(\d{6})$/;

/** `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7), or with an offset as in emails (RFC 5322). */
const HTTP_DATE =
	/^(?:(Sun|Mon|Tue|Wed|Thu|Fri|Sat), )?(\d{1,2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (\d{4}) (\d\d):(\d\d):(\d\d) (GMT|UTC|Z|[+-]\d\d:?\d\d)$/i;

/** Characters of the longest text that can be a date. */
const MAX_DATE_LENGTH = 100;

const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';
const WEEKDAYS = 'SunMonTueWedThuFriSat';

/**
 * @param fromWallClock converts a date without an offset, `YYYY-MM-DDTHH:mm:ss.SSS`, to milliseconds since 1970
 */
function parseDate(
	value: unknown,
	fromWallClock: (wallClock: string) => number,
): number | undefined {
	if (typeof value === 'number' && !COMPACT.test(String(value))) return fromNumber(value);
	const given = typeof value === 'number' ? String(value) : value;
	if (typeof given !== 'string' || given.length > MAX_DATE_LENGTH) return undefined;
	const text = given.trim().replace(COMPACT, '$1T$2');
	const iso = ISO.exec(text);
	if (iso) {
		const [, year, , month, day, hour = '00', minute = '00', second = '00', fraction = '', zone] =
			iso;
		const milliseconds = fraction.padEnd(3, '0').slice(0, 3);
		return fromParts({ year, month, day, hour, minute, second, milliseconds, zone }, fromWallClock);
	}
	if (/^\d+(\.\d+)?$/.test(text)) return fromNumber(Number(text));
	const http = HTTP_DATE.exec(text);
	if (!http) return undefined;
	const [, weekday, day, monthName, year, hour, minute, second, zone] = http;
	const month = String(indexIn(MONTHS, monthName) + 1);
	const at = fromParts({ year, month, day, hour, minute, second, zone }, fromWallClock);
	if (at === undefined || weekday === undefined) return at;
	const local = new Date(at + offsetOf(zone));
	return local.getUTCDay() === indexIn(WEEKDAYS, weekday) ? at : undefined;
}

interface Parts {
	year: string;
	month: string;
	day: string;
	hour: string;
	minute: string;
	second: string;
	milliseconds?: string;
	zone?: string;
}

function fromParts(
	{ year, month, day, hour, minute, second, milliseconds = '000', zone }: Parts,
	fromWallClock: (wallClock: string) => number,
): number | undefined {
	const two = (text: string) => text.padStart(2, '0');
	const wallClock = `${year}-${two(month)}-${two(day)}T${hour}:${minute}:${second}.${milliseconds}`;
	// `Date` would silently turn 30 February into 2 March.
	const utc = new Date(`${wallClock}Z`);
	if (Number.isNaN(utc.getTime()) || utc.getUTCDate() !== Number(day)) return undefined;
	return withinYears(zone ? utc.getTime() - offsetOf(zone) : fromWallClock(wallClock));
}

/** Returns the milliseconds that a zone is ahead of UTC; NaN for an offset that no zone uses. */
function offsetOf(zone: string): number {
	const [, sign, hours, minutes = '0'] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? [];
	if (sign === undefined) return 0;
	if (Number(hours) > 14 || Number(minutes) > 59) return NaN;
	const milliseconds = (Number(hours) * 60 + Number(minutes)) * 60_000;
	return sign === '-' ? -milliseconds : milliseconds;
}

const indexIn = (names: string, name: string) =>
	names.toLowerCase().indexOf(name.toLowerCase()) / 3;

/**
 * Converts unix seconds, or milliseconds from 1e11 on (which would be the year 5138 in seconds). A number before the year
 * 2000 is not a date: it means “never” or something unrelated to time.
 */
function fromNumber(number: number): number | undefined {
	const milliseconds = number < 1e11 ? number * 1000 : number;
	return milliseconds >= EARLIEST_DATE ? withinYears(milliseconds) : undefined;
}

/** Limits a date to the years that ISO 8601 writes with four digits. */
const withinYears = (milliseconds: number) =>
	milliseconds >= -62_167_219_200_000 && milliseconds < 253_402_300_800_000
		? milliseconds
		: undefined;
