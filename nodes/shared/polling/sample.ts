import type { IDataObject } from 'n8n-workflow';

import type { WatchedList } from './sweep';

/** Pages that are looked through. */
const PAGES = 5;

/**
 * Something real from the list for whoever builds the workflow: if possible one with which a chosen event is the case
 * now, otherwise another that the filters let through.
 */
export async function sampleFrom<Position>(
	list: WatchedList<Position>,
): Promise<IDataObject | undefined> {
	let other: IDataObject | undefined;
	let position: Position | undefined = list.first;
	for (let page = 0; page < PAGES && position !== undefined; page++) {
		const { items, next, now } = await list.fetchPage(position);
		for (const thing of items.filter(list.isWanted)) {
			const events = list.occurrencesOf(thing, Math.floor(now / 1000)).map(({ event }) => event);
			const event = list.events.find((chosen) => events.includes(chosen));
			if (event) return list.output(thing, event);
			other ??= thing;
		}
		position = items.length > 0 ? next : undefined;
	}
	return other && list.output(other, list.events[0]);
}
