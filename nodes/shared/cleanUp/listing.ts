import { collectPages, type Page } from '../paging';
import type { Reading } from './clock';
import { type Found, idOf, type Listing } from './outcome';

/** One page of a service's list, converted for a clean-up. */
export interface ListedPage<Position> extends Page<Found, Position> {
	/** The unparsed `Date` header of the response. */
	date: unknown;
}

/** Pages in a row that bring nothing new before the list counts as read: behind them something may come twice. */
const PAGES_WITHOUT_NEWS = 3;

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
	let withoutNews = 0;
	const found = await collectPages<Found, Position>(
		first,
		async (position) => {
			const page = await fetchPage(position);
			readings.push({ date: page.date, host: Date.now() });
			return page;
		},
		{
			idOf: keyOf,
			past: ({ next }) => (++withoutNews < PAGES_WITHOUT_NEWS ? next : undefined),
			keep(one) {
				withoutNews = 0;
				contents.set(keyOf(one), contentOf(one));
				return true;
			},
			repeated(one) {
				const key = keyOf(one);
				if (contents.get(key) !== contentOf(one)) conflicting.add(key);
			},
		},
	);
	const doubt = 'The service lists it more than once, with different details';
	return {
		found: found.map((one) => (conflicting.has(keyOf(one)) ? { ...one, doubt } : one)),
		readings,
	};
}

/** Identifies an item by its ID, or by all its properties if it has none. */
const keyOf = (one: Found): string => (idOf(one) ? `#${idOf(one)}` : JSON.stringify(one.json));

/** What the decision depends on. Counters and signed addresses may differ from one response to the next. */
const contentOf = ({ name, otherNames, createdAt, expiresAt, ...more }: Found): string =>
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
