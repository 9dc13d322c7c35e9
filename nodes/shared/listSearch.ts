import type { INodeListSearchItems, INodeListSearchResult } from 'n8n-workflow';

import { containsName } from './text';
import type { Page } from './http/paging';

/** Pages that one search reads before it returns, even without a result. */
const MAX_PAGES = 20;

/**
 * Returns one page of a resource locator's “From List” results. Reads the service's pages until one contains a match,
 * because the services cannot search; n8n requests the next page when the user scrolls.
 * @param token the pagination token of the previous result; undefined for the first
 */
export async function searchPages<Item>(
	filter: string | undefined,
	token: string | undefined,
	fetchPage: (page: number) => Promise<Page<Item, number>>,
	entryOf: (item: Item) => INodeListSearchItems,
): Promise<INodeListSearchResult> {
	const query = filter?.trim() ?? '';
	let next: number | undefined = Number(token ?? 1);
	let results: INodeListSearchItems[] = [];
	for (let read = 0; read < MAX_PAGES && next !== undefined && results.length === 0; read++) {
		const page: Page<Item, number> = await fetchPage(next);
		const matches = page.items
			.map(entryOf)
			.filter(({ name, value }) => containsName(`${name}\n${value}`, query));
		results = results.concat(matches);
		next = page.items.length > 0 ? page.next : undefined;
	}
	return { results, paginationToken: next === undefined ? undefined : String(next) };
}
