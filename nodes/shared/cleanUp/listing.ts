import { collectPages, type Page } from '../http/paging';
import type { Reading } from './clock';
import { type Found, idOf, type Listing } from './list';

/** One page of a service's list, converted for a clean-up. */
export interface ListedPage<Position> extends Page<Found, Position> {
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
export async function readListing<Position>(
	first: Position,
	fetchPage: (position: Position) => Promise<ListedPage<Position>>,
): Promise<Listing> {
	const readings: Reading[] = [];
	const contents = new Map<string, string>();
	const conflicting = new Set<string>();
	let repeatedPages = 0;
	const found = await collectPages<Found, Position>(
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
const keyOf = (one: Found): string => (idOf(one) ? `#${idOf(one)}` : JSON.stringify(one.json));

/** Serializes the properties that affect the decision. Others, such as counters and signed URLs, may change. */
const relevantContentOf = ({ name, otherNames, createdAt, expiresAt, ...more }: Found): string =>
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
