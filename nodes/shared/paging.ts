/** Pages that a list may have before it counts as endless. */
const MOST_PAGES = 10_000;

/** One page of a list, and how to ask for the next. */
export interface Page<Item, Position> {
	items: Item[];
	/** Undefined on the last page. */
	next?: Position;
}

/**
 * All items of a paged list, or the first `limit` of them.
 *
 * Safe against what lists do: an item that moves to a later page while others are added comes once; a page that brings
 * nothing new ends the list, so that a service which repeats its last page, or hands out the same position for ever,
 * does not run for ever.
 *
 * @param idOf what tells an item from another
 * @param keep a filter that the service does not offer
 * @param repeated gets each item that has come before, for callers that compare the two
 * @param past where to go on after a page that brings nothing new, if the list continues
 */
export async function collectPages<Item, Position>(
	first: Position,
	fetchPage: (position: Position) => Promise<Page<Item, Position>>,
	{
		idOf,
		limit = Infinity,
		keep = () => true,
		repeated = () => undefined,
		past = () => undefined,
	}: {
		idOf: (item: Item) => unknown;
		limit?: number;
		keep?: (item: Item) => boolean;
		repeated?: (item: Item) => void;
		past?: (page: Page<Item, Position>) => Position | undefined;
	},
): Promise<Item[]> {
	const seen = new Set<unknown>();
	const found: Item[] = [];
	let position: Position | undefined = first;
	for (let pages = 0; pages < MOST_PAGES && position !== undefined; pages++) {
		const page: Page<Item, Position> = await fetchPage(position);
		const before = seen.size;
		for (const item of page.items) {
			const id = idOf(item);
			if (seen.has(id)) {
				repeated(item);
				continue;
			}
			seen.add(id);
			if (keep(item)) found.push(item);
		}
		if (found.length >= limit) return found.slice(0, limit);
		position = seen.size > before ? page.next : past(page);
	}
	return found;
}
