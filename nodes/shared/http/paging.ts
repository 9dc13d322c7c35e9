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

/**
 * Returns the items whose key has not occurred before, and adds their keys. A server may list an item twice, also on one
 * page.
 */
export function firstOccurrences<Item>(
	items: readonly Item[],
	keyOf: (item: Item) => string,
	seen: Set<string>,
): Item[] {
	return items.filter((item) => {
		const key = keyOf(item);
		const isFirst = !seen.has(key);
		seen.add(key);
		return isFirst;
	});
}

/** A position in a list whose pages have numbers. */
export interface NumberedPosition {
	/** The number of the page, starting at 1. */
	page: number;
	/** The number of entries on the previous pages. */
	seen: number;
	/** The length of the list when the previous page was read, if the service reports it. */
	total?: number;
}

export const FIRST_PAGE: NumberedPosition = { page: 1, seen: 0 };

/** The response to the request for one page. */
interface NumberedPage<Item> {
	items: Item[];
	/** The length of the list, if the service reports it. */
	total?: number;
	/** The number of pages, if the service reports it. */
	pages?: number;
	/** The most entries on a page, if the service reports it. */
	pageSize?: number;
}

/**
 * Fetches a page, and determines whether another one follows: as long as fewer entries than the reported total have been
 * read, because a server may return fewer per page than requested. If entries are deleted while the list is read, later
 * ones move to pages that have been read and would be missing: if the total has shrunk, these pages are read again.
 * @param limit the requested number of entries per page
 */
export async function fetchNumberedPage<Item, Response extends NumberedPage<Item>>(
	{ page, seen, total: totalBefore = 0 }: NumberedPosition,
	limit: number,
	fetchPage: (page: number) => Promise<Response>,
): Promise<Response & { next?: NumberedPosition }> {
	const response = await fetchPage(page);
	const { items, total, pages, pageSize = limit } = response;
	const moved = Math.max(0, totalBefore - (total ?? totalBefore));
	const pagesBack = Math.min(page - 1, Math.ceil((moved * (page - 1)) / Math.max(1, seen)));
	const again: Item[][] = [];
	for (let earlier = page - pagesBack; earlier < page; earlier++) {
		again.push((await fetchPage(earlier)).items);
	}
	const readSoFar = seen + items.length;
	const hasMore = () => {
		// A total of fewer entries than there are is wrong.
		if (total !== undefined && total >= readSoFar) return readSoFar < total;
		return pages === undefined ? items.length >= Math.min(limit, pageSize) : page < pages;
	};
	const next =
		items.length > 0 && hasMore() ? { page: page + 1, seen: readSoFar, total } : undefined;
	return { ...response, items: [...again.flat(), ...items], next };
}
