import type { IDataObject } from 'n8n-workflow';

/** Maximum number of remembered items close to their expiry; more than would expire between two polls. */
const MAX_EXPECTED = 500;

/** Describes how items disappear from the list when they expire. */
export interface Departure {
	/** The event to emit then. */
	event: string;
	/** Returns the expiry in unix seconds; undefined if the item never expires or already has. */
	endOf(item: IDataObject): number | undefined;
	/** Returns the item as it is after its expiry. */
	ended(item: IDataObject): IDataObject;
}

interface Expected {
	at: number;
	/** The pass over the list in which the item was last seen. */
	reading: number;
	item: IDataObject;
}

/** Items by ID. Stored as JSON in the static data. */
export type Departures = Record<string, Expected>;

/** Tracks an item of the list until it expires. */
export function expect(
	expected: Departures,
	id: string,
	item: IDataObject,
	{ endOf }: Departure,
	reading: number,
): void {
	const at = endOf(item);
	if (at === undefined) delete expected[id];
	else expected[id] = { at, reading, item };
}

/**
 * Removes and returns the items that have expired, after a complete pass over the list. An item that is missing before
 * its expiry was deleted, so it is dropped.
 */
export function takeEnded(expected: Departures, now: number, reading: number): IDataObject[] {
	const ended: IDataObject[] = [];
	const byEnd = Object.entries(expected).sort(([, a], [, b]) => a.at - b.at);
	let remembered = 0;
	for (const [id, { at, item, reading: lastSeen }] of byEnd) {
		if (at <= now) ended.push(item);
		if (at <= now || lastSeen !== reading || ++remembered > MAX_EXPECTED) delete expected[id];
	}
	return ended;
}
