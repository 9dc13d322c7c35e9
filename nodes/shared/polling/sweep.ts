import type { IDataObject, INode } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { Page } from '../paging';
import { type Departure, type Departures, expect, takeEnded } from './departures';
import type { Polled } from './poll';
import { beginWatch, endReading, note, type Occurrence, type Watch } from './watch';

/** Pages that one poll reads at most; a longer list is read in several polls. */
const PAGES_A_POLL = 50;

/** A list that is read again and again, and what can be the case with its things. */
export interface WatchedList<Position> {
	/** The chosen events. */
	events: string[];
	/** Whether what is there when an event is chosen is told as well. */
	includeExisting: boolean;
	first: Position;
	/** A page of described things. */
	fetchPage(position: Position): Promise<ListedPage<Position>>;
	idOf(thing: IDataObject): string;
	/** @param now the service's own time, unix seconds */
	occurrencesOf(thing: IDataObject, now: number): Occurrence[];
	/** The user's filters. */
	isWanted(thing: IDataObject): boolean;
	/** What goes into the workflow. */
	output(thing: IDataObject, event: string): IDataObject;
	/** Where new things come first and nothing else is asked: a page without news ends the reading. */
	endsWithoutNews?: boolean;
	departure?: Departure;
}

export interface ListedPage<Position> extends Page<IDataObject, Position> {
	/** The service's own time, milliseconds since 1970. */
	now: number;
}

/** Survives a restart as JSON. */
export interface SweepState<Position> {
	watches: Record<string, Watch>;
	/** Where the reading goes on; undefined at the beginning of the list. */
	position?: Position;
	/** Counts the readings of the list. */
	reading: number;
	expected: Departures;
}

/**
 * Reads the list, or as much of it as one poll may, and tells what has become the case. Nothing depends on the order of
 * the list, nor on that it holds still: what slips from one page to another meanwhile is met at the next reading.
 *
 * A page that fails ends the poll: what came before it is told, and the next poll begins with it.
 * @throws what the page threw, if there is nothing to tell
 */
export async function sweep<Position>(
	node: INode,
	list: WatchedList<Position>,
	last: SweepState<Position> | undefined,
	deadline: number,
): Promise<Polled<SweepState<Position>>> {
	const state = begun(list, last);
	const told: Told[] = [];
	const met = new Set<string>();
	for (let pages = 0; pages < PAGES_A_POLL && (pages === 0 || Date.now() < deadline); pages++) {
		const page = await list.fetchPage(state.position ?? list.first).catch((error: unknown) => {
			if (told.length === 0) throw error;
		});
		if (!page) break;

		const now = Math.floor(page.now / 1000);
		const isFirst = state.position === undefined;
		if (isFirst) beginReading(list, state, now);
		const unmet = page.items.filter((thing) => !met.has(list.idOf(thing)));
		for (const thing of unmet) met.add(list.idOf(thing));
		const hasNews = tell(list, state, unmet, now, told);
		// A server that knows no pages sends the same for ever.
		const isOver = unmet.length === 0 || (list.endsWithoutNews === true && !hasNews);
		state.position = isOver ? undefined : page.next;
		if (state.position === undefined) {
			finish(node, list, state, now, told);
			break;
		}
	}
	const inOrder = told.sort((a, b) => a.at - b.at);
	return { found: inOrder.map(({ json }) => json), state };
}

interface Told {
	at: number;
	json: IDataObject;
}

/** The state with a watch for each chosen event; an event that was chosen just now wants the list from its beginning. */
function begun<Position>(
	{ events }: WatchedList<Position>,
	last: SweepState<Position> | undefined,
): SweepState<Position> {
	const state = last ?? { watches: {}, reading: 0, expected: {} };
	const known = events.filter((event) => event in state.watches);
	const watches = Object.fromEntries(known.map((event) => [event, state.watches[event]]));
	const position = known.length === events.length ? state.position : undefined;
	return { ...state, watches, position };
}

function beginReading<Position>(
	{ events, includeExisting }: WatchedList<Position>,
	state: SweepState<Position>,
	now: number,
): void {
	state.reading++;
	for (const event of events) {
		state.watches[event] ??= beginWatch(includeExisting ? undefined : now);
	}
}

/** Notes what is the case with the things; returns whether anything of it was not known. */
function tell<Position>(
	list: WatchedList<Position>,
	{ watches, reading, expected }: SweepState<Position>,
	things: IDataObject[],
	now: number,
	told: Told[],
): boolean {
	let hasNews = false;
	for (const thing of things) {
		if (list.departure) expect(expected, list.idOf(thing), thing, list.departure, reading);
		for (const occurrence of list.occurrencesOf(thing, now)) {
			const { event, at = Infinity } = occurrence;
			if (!Object.hasOwn(watches, event)) continue;
			const { isNew, isTold } = note(watches[event], occurrence, reading);
			hasNews ||= isNew;
			if (isTold && list.isWanted(thing)) told.push({ at, json: list.output(thing, event) });
		}
	}
	return hasNews;
}

function finish<Position>(
	node: INode,
	list: WatchedList<Position>,
	state: SweepState<Position>,
	now: number,
	told: Told[],
): void {
	const { departure } = list;
	if (departure) {
		const ended = takeEnded(state.expected, now, state.reading).map(departure.ended);
		tell(list, state, ended, now, told);
	}
	const fits = Object.values(state.watches).map((watch) => endReading(watch, state.reading));
	if (fits.every(Boolean)) return;
	throw new NodeOperationError(
		node,
		'The account contains more files than this trigger can track',
		{
			description:
				'The service does not return file dates, so the trigger has to remember each file, up to 5,000. Use a Schedule Trigger with Get Many instead.',
		},
	);
}
