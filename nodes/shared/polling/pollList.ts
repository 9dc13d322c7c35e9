import { type IDataObject, type INode, NodeOperationError } from 'n8n-workflow';

import { firstOccurrences, type Page } from '../http/paging';
import { isJsonObject, isRecordOf, type JsonRecord, textOf } from '../http/service';
import { type StartTimes, startTimes } from '../dates';
import type { OutputItem } from '../node/output';
import {
	type ExpectedExpiries,
	isExpected,
	type ExpiryTracking,
	limitExpected,
	takeExpired,
	trackExpiry,
} from './expiryEvents';
import type { Polled } from './poll';
import {
	isSeenEvents,
	limitDates,
	markSeen,
	newSeenEvents,
	type Occurrence,
	prune,
	type SeenEvents,
	type SeenEventsVersion1,
	upgradeSeenEvents,
} from './seenEvents';

/** Maximum pages per poll; a longer list takes several polls. */
const PAGES_PER_POLL = 50;

/** A list to poll, and the events of its items. */
export interface PolledList<Position> {
	/** The selected events. */
	events: string[];
	/** Whether to emit items that already exist when an event is selected. */
	includeExisting: boolean;
	first: Position;
	/** Fetches one page of described items. */
	fetchPage(position: Position): Promise<PolledPage<Position>>;
	idOf(item: OutputItem): string;
	/** @param now the time of the service, in unix seconds */
	occurrencesOf(item: OutputItem, now: number): Occurrence[];
	/** The user's filters. */
	isWanted(item: OutputItem): boolean;
	/**
	 * Whether a page without new items ends the pass, for lists that return new items first, if no other event needs the
	 * rest.
	 */
	endsWithoutNews?: boolean;
	expiry?: ExpiryTracking;
}

export interface PolledPage<Position> extends Page<OutputItem, Position> {
	/** The time of the service, in milliseconds since 1970. */
	now: number;
}

/** Stored as JSON in the static data. */
export interface ListState<Position> {
	seenEvents: Record<string, SeenEvents>;
	/** Where the pass continues; undefined for the beginning of the list. */
	position?: Position;
	/** The number of the current pass over the list. */
	pass: number;
	expected: ExpectedExpiries;
}

/** Whether a value is such a state, because n8n's database may contain anything. */
export const isListState = <Position>(value: unknown): value is ListState<Position> =>
	isJsonObject(value) &&
	Number.isSafeInteger(value.pass) &&
	(value.position === undefined || isRecordOf(isOptionalInteger, value.position)) &&
	isRecordOf(isSeenEvents, value.seenEvents) &&
	isRecordOf(isExpected, value.expected);

const isOptionalInteger = (value: unknown) => value === undefined || Number.isSafeInteger(value);

interface ListStateVersion1<Position> {
	watches: Record<string, SeenEventsVersion1>;
	position?: Position;
	reading: number;
	expected: Record<string, { at: number; reading: number; thing: IDataObject }>;
}

/**
 * Returns a function that converts the state that version 0.1.0 of the package stored.
 * @param upgradeItem converts an item, which 0.1.0 stored as it would output it
 */
export const upgradeListState =
	<Position>(upgradeItem: (output: IDataObject) => OutputItem = (json) => ({ json })) =>
	(version1: unknown): ListState<Position> => {
		const { watches, position, reading, expected } = version1 as ListStateVersion1<Position>;
		return {
			seenEvents: mapValues(watches, upgradeSeenEvents),
			position,
			pass: reading,
			expected: mapValues(expected, ({ thing, ...rest }) => ({
				...rest,
				item: upgradeItem(thing),
			})),
		};
	};

const mapValues = <From, To>(record: Record<string, From>, convert: (value: From) => To) =>
	Object.fromEntries(Object.entries(record).map(([key, value]) => [key, convert(value)]));

/**
 * Reads the list, or as much as one poll may, and emits new events. Makes no assumption about the order of the list:
 * items that move to another page while it is being read are found on the next pass.
 *
 * A page that fails ends the poll: the events found before it are emitted, and the next poll starts with that page.
 * @throws the error of the page, if there is nothing to emit
 */
export async function pollList<Position>(
	node: INode,
	list: PolledList<Position>,
	last: ListState<Position> | undefined,
	deadline: number,
): Promise<Polled<ListState<Position>>> {
	const state = resumeState(list, last);
	const emitted: EmittedItem[] = [];
	const seen = new Set<string>();
	// New items may have moved those of earlier pages there, so a page without news is not the end of the news.
	const isResumed = state.position !== undefined;
	for (
		let pages = 0;
		pages < PAGES_PER_POLL && (pages === 0 || performance.now() < deadline);
		pages++
	) {
		const page = await list.fetchPage(state.position ?? list.first).catch((error: unknown) => {
			if (emitted.length === 0) throw error;
		});
		if (!page) break;

		const now = Math.floor(page.now / 1000);
		const isFirst = state.position === undefined;
		if (isFirst) beginPass(list, state, startTimes(page.now));
		const unseen = firstOccurrences(page.items, list.idOf, seen);
		const hasNewEvents = collectEvents(list, state, unseen, now, emitted);
		// A server without paging returns the same page forever.
		const isUpToDate = list.endsWithoutNews === true && !isResumed && !hasNewEvents;
		const isOver = unseen.length === 0 || isUpToDate;
		state.position = isOver ? undefined : page.next;
		if (state.position === undefined) {
			finishPass(node, list, state, now, emitted);
			break;
		}
	}
	limitExpected(state.expected, state.pass);
	// The dates of a long list, while it is read for the first time; later ones are needed until the end of the pass.
	for (const seen of Object.values(state.seenEvents)) {
		if (seen.baselineSince !== undefined) limitDates(seen);
	}
	const inOrder = emitted.sort((a, b) => a.at - b.at);
	return { found: inOrder.map(({ item }) => item), state };
}

interface EmittedItem {
	at: number;
	item: OutputItem;
}

/**
 * Returns the state with a watch for each selected event; a newly selected event restarts the pass at the beginning of
 * the list.
 */
function resumeState<Position>(
	{ events }: PolledList<Position>,
	last: ListState<Position> | undefined,
): ListState<Position> {
	const state = last ?? { seenEvents: {}, pass: 0, expected: {} };
	const known = events.filter((event) => event in state.seenEvents);
	const seenEvents = Object.fromEntries(known.map((event) => [event, state.seenEvents[event]]));
	const position = known.length === events.length ? state.position : undefined;
	return { ...state, seenEvents, position };
}

function beginPass<Position>(
	{ events, includeExisting }: PolledList<Position>,
	state: ListState<Position>,
	start: StartTimes,
): void {
	state.pass++;
	for (const event of events) {
		state.seenEvents[event] ??= newSeenEvents(includeExisting ? undefined : start);
	}
}

/** Collects the new events of the items; returns whether any event was not known before. */
function collectEvents<Position>(
	list: PolledList<Position>,
	{ seenEvents, pass, expected }: ListState<Position>,
	items: OutputItem[],
	now: number,
	emitted: EmittedItem[],
): boolean {
	let hasNewEvents = false;
	for (const item of items) {
		if (list.expiry) trackExpiry(expected, list.idOf(item), item, list.expiry, pass);
		for (const occurrence of list.occurrencesOf(item, now)) {
			const { event, at = Infinity } = occurrence;
			if (!Object.hasOwn(seenEvents, event)) continue;
			const novelty = markSeen(seenEvents[event], occurrence, pass);
			hasNewEvents ||= novelty !== 'known';
			if (novelty === 'new' && list.isWanted(item))
				emitted.push({ at, item: withEvent(item, event) });
		}
	}
	return hasNewEvents;
}

const withEvent = (item: OutputItem, event: string): OutputItem => ({
	...item,
	added: { event, ...item.added },
});

function finishPass<Position>(
	node: INode,
	list: PolledList<Position>,
	state: ListState<Position>,
	now: number,
	emitted: EmittedItem[],
): void {
	const { expiry } = list;
	if (expiry) {
		const ended = takeExpired(state.expected, now, state.pass).map(expiry.ended);
		collectEvents(list, state, ended, now, emitted);
	}
	const fits = Object.values(state.seenEvents).map((seen) => prune(seen, state.pass));
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

/** Maximum number of pages to search. */
const MAX_PAGES = 5;

/**
 * Returns a real item of the list as a test event: preferably one to which a selected event currently applies,
 * otherwise another that passes the filters.
 */
export async function sampleItem<Position>(
	list: PolledList<Position>,
): Promise<OutputItem | undefined> {
	let fallback: OutputItem | undefined;
	let position: Position | undefined = list.first;
	for (let page = 0; page < MAX_PAGES && position !== undefined; page++) {
		const { items, next, now } = await list.fetchPage(position);
		for (const item of items.filter(list.isWanted)) {
			const events = list.occurrencesOf(item, Math.floor(now / 1000)).map(({ event }) => event);
			const event = list.events.find((selected) => events.includes(selected));
			if (event) return withEvent(item, event);
			fallback ??= item;
		}
		position = items.length > 0 ? next : undefined;
	}
	return fallback && withEvent(fallback, list.events[0]);
}

/** The `error` of an entry in an unknown format. */
const UNREADABLE = 'The service returned this entry in an unknown format';

/**
 * Describes the entries of a list. Passes an entry that cannot be described on unchanged, so that it does not block the
 * others.
 */
export function describeEntries(
	entries: readonly JsonRecord[],
	describe: (entry: JsonRecord) => OutputItem,
): OutputItem[] {
	return entries.map((entry) => {
		try {
			return describe(entry);
		} catch {
			return { json: entry as IDataObject, added: { error: UNREADABLE } };
		}
	});
}

/** Whether an entry could not be described, so that filters cannot be applied to it. */
export const isUnreadable = ({ added }: OutputItem): boolean => added?.error === UNREADABLE;

/** Identifies an entry: by its ID, or by its whole content if it has none. */
export const entryKey = (id: unknown, { json }: OutputItem): string =>
	textOf(id) ?? (Number.isSafeInteger(id) ? String(id) : JSON.stringify(json));
