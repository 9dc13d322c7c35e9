/** Pages after which a list counts as endless. */
const MAX_PAGES = 10_000;

/** One page of a list and the position of the next one. */
export interface Page<Item, Position> {
	items: Item[];
	/** Undefined on the last page. */
	next?: Position;
}

/**
 * Returns all items of a paged list, or the first `limit`.
 *
 * An item that moves to a later page during the read is returned once. A page without a new item ends the list: a service
 * that returns its last page again, or always the same position, would otherwise cause an endless loop.
 *
 * @param idOf returns the ID that identifies an item; one without an ID is identified by its whole content
 * @param keep a filter that the service does not offer
 * @param repeated called with each item whose ID occurred before, so that the caller can compare the two
 * @param past returns the position after a page without a new item, if the read is to continue
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
	for (let pages = 0; pages < MAX_PAGES && position !== undefined; pages++) {
		const page: Page<Item, Position> = await fetchPage(position);
		const before = seen.size;
		for (const item of page.items) {
			const id = idOf(item) ?? JSON.stringify(item);
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
