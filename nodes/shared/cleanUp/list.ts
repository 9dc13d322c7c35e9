import type { IDataObject } from 'n8n-workflow';

import { headerTime } from '../dates';
import { collectPages, type Page } from '../http/paging';
import type { ScopeMatch } from '../node/filters';
import type { ExpiryInfo } from './expiry';

/** An item of the service's list. */
export interface CleanUpItem extends ExpiryInfo {
	/** Undefined if the list contains none. */
	id?: string;
	/** Undefined if the list contains none, or one that is not text. */
	name?: string;
	/** Further names from the service; a protected text in one of them keeps the item as well. */
	otherNames?: string[];
	/** Bytes; undefined if the list does not contain it. */
	size?: number;
	/** Whether it is within the scope that the user selected, at a time in milliseconds since 1970. */
	isWithin?(now: number): ScopeMatch;
	/** The values that {@link isWithin} depends on. */
	scoped?: readonly unknown[];
	/** Why it is kept regardless of its dates: a sentence without a period. */
	doubt?: string;
	/** The service's fields, and those that other operations add to them. */
	json: IDataObject;
}

/** Returns the trimmed ID, because requests do not contain spaces around it either; '' without an ID. */
export const idOf = ({ id = '' }: CleanUpItem): string => id.trim();

export interface CleanUpList {
	/** In the order of the service. */
	found: CleanUpItem[];
	/** The times of both clocks, one reading per page. */
	readings: ClockReading[];
}

/** One page of a service's list, converted for a clean-up. */
export interface CleanUpPage<Position> extends Page<CleanUpItem, Position> {
	/** The unparsed `Date` header of the response. */
	date: unknown;
}

/** Consecutive pages without a new item that end the list; after the first, a conflicting duplicate may follow. */
const MAX_REPEATED_PAGES = 3;

/**
 * Reads a whole list. Items that are listed twice with different details are marked with a doubt, because either may be
 * outdated.
 * @param fetchPage as for {@link collectPages}
 */
export async function readCleanUpList<Position>(
	first: Position,
	fetchPage: (position: Position) => Promise<CleanUpPage<Position>>,
): Promise<CleanUpList> {
	const readings: ClockReading[] = [];
	const contents = new Map<string, string>();
	const conflicting = new Set<string>();
	let repeatedPages = 0;
	const found = await collectPages<CleanUpItem, Position>(
		first,
		async (position) => {
			const page = await fetchPage(position);
			readings.push({ date: page.date, host: Date.now() });
			return page;
		},
		{
			idOf: keyOf,
			past: ({ next }) => (++repeatedPages < MAX_REPEATED_PAGES ? next : undefined),
			keep(one) {
				repeatedPages = 0;
				contents.set(keyOf(one), relevantContentOf(one));
				return true;
			},
			repeated(one) {
				const key = keyOf(one);
				if (contents.get(key) !== relevantContentOf(one)) conflicting.add(key);
			},
		},
	);
	const doubt = 'Listed more than once with different details';
	return {
		found: found.map((one) => (conflicting.has(keyOf(one)) ? { ...one, doubt } : one)),
		readings,
	};
}

/** Identifies an item by its ID, or by all its properties if it has none. */
const keyOf = (one: CleanUpItem): string =>
	idOf(one) ? `#${idOf(one)}` : JSON.stringify(one.json);

/** Serializes the properties that affect the decision. Others, such as counters and signed URLs, may change. */
const relevantContentOf = ({
	name,
	otherNames,
	createdAt,
	expiresAt,
	...more
}: CleanUpItem): string =>
	JSON.stringify([
		name,
		otherNames,
		createdAt,
		expiresAt,
		more.unclear,
		more.isOver,
		more.isUsedUp,
		more.scoped,
	]);

/** The times of both clocks when a page of the list was read. */
export interface ClockReading {
	/** The unparsed `Date` header of the response. */
	date: unknown;
	/** n8n's time, milliseconds since 1970. */
	host: number;
}

/** The times that dates are compared with, milliseconds since 1970. */
export interface Clock {
	/** An item matches only if it matches at each of them. Empty if there is no reliable time. */
	times: readonly number[];
	/** The time in the report: the earliest of them, or n8n's if there is none. */
	checkedAt: number;
	/** Why no dates are compared: a sentence without a period. */
	warning?: string;
}

/** Difference in milliseconds from which one of the two clocks must be wrong. */
const MAX_CLOCK_DIFFERENCE = 24 * 3_600_000;

/**
 * Determines the current time. A date has passed only if both clocks agree, because a single wrong clock would make every
 * item look expired. Without a valid time from the service, or if the clocks differ by a day or more, no dates are
 * compared.
 * @param readings one per page, at least one
 * @param trustsService whether to use the service's clock alone
 */
export function readClock(
	service: string,
	readings: readonly ClockReading[],
	trustsService: boolean,
): Clock {
	let [earliest, latest] = [Infinity, -Infinity];
	const include = (time: number) => {
		earliest = Math.min(earliest, time);
		latest = Math.max(latest, time);
	};
	const [{ host: started }] = readings;
	for (const { date, host } of readings) {
		const time = headerTime(date);
		const warning = warningOf(service, date, host, trustsService);
		if (time === undefined || warning) return { times: [], checkedAt: started, warning };
		include(time);
		if (!trustsService) include(host);
	}
	return { times: earliest === latest ? [earliest] : [earliest, latest], checkedAt: earliest };
}

function warningOf(
	service: string,
	date: unknown,
	host: number,
	trustsService: boolean,
): string | undefined {
	const time = headerTime(date);
	if (time === undefined) {
		const seen =
			typeof date === 'string' && date.trim() !== ''
				? `the invalid time “${date.slice(0, 60)}”`
				: 'no time';
		return `No dates were compared because ${service} sent ${seen}`;
	}
	if (trustsService || Math.abs(time - host) < MAX_CLOCK_DIFFERENCE) return undefined;
	const [theirs, ours] = [new Date(time).toISOString(), new Date(host).toISOString()];
	return `No dates were compared because the clocks of ${service} (${theirs}) and n8n (${ours}) differ by a day or more`;
}
