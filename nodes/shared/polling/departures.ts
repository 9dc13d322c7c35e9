import type { IDataObject } from 'n8n-workflow';

/** Things remembered whose end is near; more than would end between two polls. */
const MOST_EXPECTED = 500;

/** For lists that a thing may leave when its time is over. */
export interface Departure {
	/** The event that this is. */
	event: string;
	/** When the thing will end, unix seconds; undefined where it will not, or has. */
	endOf(thing: IDataObject): number | undefined;
	/** The thing as it is then. */
	ended(thing: IDataObject): IDataObject;
}

interface Expected {
	at: number;
	/** The reading of the list in which it was there. */
	reading: number;
	thing: IDataObject;
}

/** Things by their IDs; survives a restart as JSON. */
export type Departures = Record<string, Expected>;

/** Remembers a thing that has been met, unless its end is known to the list itself. */
export function expect(
	expected: Departures,
	id: string,
	thing: IDataObject,
	{ endOf }: Departure,
	reading: number,
): void {
	const at = endOf(thing);
	if (at === undefined) delete expected[id];
	else expected[id] = { at, reading, thing };
}

/**
 * After the list has been read to its end: the things whose time is over. One that is not there any more and had time
 * left was deleted, which is no end of this kind.
 */
export function takeEnded(expected: Departures, now: number, reading: number): IDataObject[] {
	const ended: IDataObject[] = [];
	const byEnd = Object.entries(expected).sort(([, a], [, b]) => a.at - b.at);
	let remembered = 0;
	for (const [id, { at, thing, reading: lastMet }] of byEnd) {
		if (at <= now) ended.push(thing);
		if (at <= now || lastMet !== reading || ++remembered > MOST_EXPECTED) delete expected[id];
	}
	return ended;
}
