import type { IDataObject } from 'n8n-workflow';

import type { WatchedList } from './pollList';

/** Maximum number of pages to search. */
const MAX_PAGES = 5;

/**
 * Returns a real item of the list as a test event: preferably one to which a selected event currently applies,
 * otherwise another that passes the filters.
 */
export async function sampleFrom<Position>(
	list: WatchedList<Position>,
): Promise<IDataObject | undefined> {
	let fallback: IDataObject | undefined;
	let position: Position | undefined = list.first;
	for (let page = 0; page < MAX_PAGES && position !== undefined; page++) {
		const { items, next, now } = await list.fetchPage(position);
		for (const item of items.filter(list.isWanted)) {
			const events = list.occurrencesOf(item, Math.floor(now / 1000)).map(({ event }) => event);
			const event = list.events.find((selected) => events.includes(selected));
			if (event) return list.output(item, event);
			fallback ??= item;
		}
		position = items.length > 0 ? next : undefined;
	}
	return fallback && list.output(fallback, list.events[0]);
}
