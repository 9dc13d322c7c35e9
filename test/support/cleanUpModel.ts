import type { SeededRandom } from '../torture/seededRandom';

/**
 * A simple model of the items that a clean-up may delete, to compare with the nodes. It parses nothing and shares no
 * code with them: each item is created together with its meaning.
 */

export const SECOND = 1000;
export const HOUR = 3600 * SECOND;
export const DAY = 24 * HOUR;

/** A value as a service reports it, and what it means: a moment, no date at all, or nothing that can be read. */
export interface ReportedDate {
	value: unknown;
	means: number | 'never' | 'unreadable';
}

export interface ModelItem {
	id: string | undefined;
	/** The words of the name; undefined without a name. */
	words: string[] | undefined;
	name: string | undefined;
	created: ReportedDate;
	expires: ReportedDate;
	/** The service's flag. */
	isOver: boolean | undefined;
	isUsedUp: boolean | undefined;
	/** Whether it is within the scope; undefined if the service does not report it. */
	isWithin: boolean | undefined;
}

export interface Criteria {
	selection: 'expired' | 'expiring' | 'olderThan';
	/** Milliseconds. */
	span: number;
	/** Protected words, in the form of {@link ModelItem.words}. */
	protectedWords: string[];
}

/** Returns the items of a list that may be deleted: those that no rule keeps. */
export function deletable(
	things: readonly ModelItem[],
	criteria: Criteria,
	times: readonly number[],
): ModelItem[] {
	const idOf = ({ id }: ModelItem) => id?.trim() ?? '';
	const meaning = (one: ModelItem) =>
		JSON.stringify([
			...[one.name, one.created.means, one.expires.means],
			...[one.isOver, one.isUsedUp, one.isWithin].map(String),
		]);
	return things.filter((one, place) => {
		const namesakes = things.filter((other) => idOf(other) === idOf(one));
		return (
			idOf(one) !== '' &&
			things.indexOf(namesakes[0]) === place &&
			namesakes.every((other) => meaning(other) === meaning(one)) &&
			one.isWithin === true &&
			(criteria.protectedWords.length === 0 || one.words !== undefined) &&
			!criteria.protectedWords.some((word) => one.words?.includes(word)) &&
			times.length > 0 &&
			times.every((now) => isDue(one, criteria, now)) &&
			(criteria.selection === 'olderThan' ||
				new Set(times.map((now) => hasPassed(one, now))).size === 1)
		);
	});
}

const hasPassed = ({ expires }: ModelItem, now: number) =>
	typeof expires.means === 'number' && expires.means <= now;

function isDue(
	{ created, expires, ...one }: ModelItem,
	{ selection, span }: Criteria,
	now: number,
) {
	const [from, to] = [created.means, expires.means];
	if (typeof from === 'number' && typeof to === 'number' && to < from) return false;
	if (from === 'unreadable') return false;
	if (selection === 'olderThan') return typeof from === 'number' && from + span <= now;
	if (to === 'unreadable') return false;
	if (typeof from === 'number' && from > now + 60 * SECOND) return false;
	if (selection === 'expiring') {
		return one.isOver !== true && typeof to === 'number' && to > now && to - span <= now;
	}
	if (typeof to === 'number' && to <= now) return one.isOver !== false;
	return one.isOver === true && one.isUsedUp !== false;
}

/** Returns the times that count: none if the service's is missing, unreadable or far from n8n's. */
export function timesThatCount(
	header: ReportedDate,
	host: number,
	trustsService: boolean,
): number[] {
	const { means } = header;
	if (typeof means !== 'number') return [];
	if (trustsService) return [means];
	return Math.abs(means - host) >= DAY ? [] : [means, host];
}

const NEVER = [
	...[null, undefined, '', '  ', 0, -1, -0.5, '0', '-1', '00', '-62135596800', 1, 365, '90'],
	...[946_684_799, '946684799', 946_684_799_999, '2020', -62_135_596_800, false],
	...['0001-01-01T00:00:00Z', '0001-01-01', '1970-01-01T00:00:00.000Z', '1970-01-01 00:00:00'],
	...['1999-12-31T23:59:59Z', 'Thu, 01 Jan 1970 00:00:00 GMT', '0000-00-00 00:00:00'],
	...['0000-00-00', '2000-01-01T00:00:00+01:00'],
];

/** Most of them are dates for `Date.parse`, and most of those have passed. */
const UNREADABLE = [
	...['never', 'none', 'soon', 'unlimited', 'Jan 5 2020', '2020/01/05', '1/5/2020', 'May 2020'],
	...['version 12', 'day 1', 'Room 2020', '2020-1-5', '2020-01', '2020-02-30', '2020-13-01'],
	...[
		'2020-01-05T25:00:00Z',
		'2020-01-05T00:00:00 PST',
		'2020-01-05T00:00',
		'+002020-01-05',
	].filter((text) => text !== '2020-01-05T00:00'),
	...['Mon, 05 Jan 2020 00:00:00 GMT', 'Sun Jan 05 2020', '5 January 2020', '2020-01-05 (moved)'],
	...['01.05.2020', '2020-W01-1', '1.5e9', '0x5e000000', 'Infinity', '١٥٧٨١٨٢٤٠٠'],
	...[{}, [], [2020], { date: '2020-01-05' }, true, 1e300, 9e15],
];

/** A moment in one of the forms that services use. */
function moment(random: SeededRandom, at: number): ReportedDate {
	const iso = new Date(at).toISOString();
	const forms: unknown[] = [
		iso,
		iso.replace('.000Z', 'Z'),
		iso.replace('.000Z', ''),
		iso.replace('T', ' ').replace('Z', ' UTC'),
		`${new Date(at + 2 * HOUR).toISOString().slice(0, 19)}+02:00`,
		iso.replace('.000Z', '.000000'),
		at / SECOND,
		String(at / SECOND),
		at,
		String(at),
		new Date(at).toUTCString(),
	];
	return { value: random.oneOf(forms), means: at };
}

export function reportedDate(random: SeededRandom, now: number): ReportedDate {
	const kind = random.next();
	if (kind < 0.1) return { value: random.oneOf(NEVER), means: 'never' };
	if (kind < 0.18) return { value: random.oneOf(UNREADABLE), means: 'unreadable' };
	const distance = random.oneOf([0, SECOND, HOUR, 2 * HOUR, 5 * HOUR, DAY, 2 * DAY, 40 * DAY]);
	return moment(random, now + random.oneOf([-1, -1, -1, 1]) * distance);
}

export const ALL_NEVER = NEVER;
export const ALL_UNREADABLE = UNREADABLE;

/** Spellings of each word that a person reads as the same. */
const WORDS: Record<string, string[]> = {
	contract: ['contract', 'CONTRACT', 'Contract', 'ｃontract', 'con\u00adtract'],
	strasse: ['straße', 'STRASSE', 'Straße', 'STRAẞE', 'strasse'],
	istanbul: ['istanbul', 'İSTANBUL', 'ISTANBUL', 'ıstanbul', 'I\u0307stanbul'],
	übung: ['übung', 'ÜBUNG', 'u\u0308bung', 'U\u0308BUNG'],
	odos: ['οδός', 'ΟΔΌΣ', 'οδόσ', 'ΟΔΟ\u0301Σ'],
	office: ['office', 'oﬃce', 'OFFICE'],
};
export const ALL_WORDS = Object.keys(WORDS);

/** Returns a word in one of its spellings. */
export const written = (random: SeededRandom, word: string): string => random.oneOf(WORDS[word]);

export function modelItem(random: SeededRandom, now: number, id: string | undefined): ModelItem {
	const words =
		random.next() < 0.1
			? undefined
			: Array.from({ length: random.whole(1, 2) }, () => random.oneOf(ALL_WORDS));
	return {
		id,
		words,
		name: words?.map((word) => written(random, word)).join(' '),
		created:
			random.next() < 0.3 ? { value: undefined, means: 'never' } : reportedDate(random, now - DAY),
		expires: reportedDate(random, now),
		isOver: random.oneOf([undefined, undefined, undefined, true, false]),
		isUsedUp: random.oneOf([undefined, undefined, true, false]),
		isWithin: random.oneOf([true, true, true, true, false, undefined]),
	};
}

/** Returns a list that contains some items twice, some of these with other details. */
export function account(random: SeededRandom, now: number, size: number): ModelItem[] {
	const things: ModelItem[] = [];
	for (let n = 0; n < size; n++) {
		const known = things.length > 0 && random.next() < 0.12 ? random.oneOf(things) : undefined;
		if (known?.id) {
			const other = modelItem(random, now, random.oneOf([known.id, ` ${known.id}`]));
			things.push(random.next() < 0.5 ? { ...known, id: other.id } : other);
		} else {
			things.push(
				modelItem(random, now, random.next() < 0.08 ? random.oneOf([undefined, ' ']) : `i${n}`),
			);
		}
	}
	return things;
}

/** Returns the Date header of the service, and the time that it means. */
export function dateHeader(
	random: SeededRandom,
	host: number,
	distances = [0, 0, 0, 1, 1800, 3 * 3600, 86_399, 86_400, 400 * 86_400],
): ReportedDate {
	const kind = random.next();
	if (kind < 0.08) {
		const value = random.oneOf([
			undefined,
			'',
			'now',
			'2020-01-05T00:00:00Z',
			'4102444800',
			'Fri, 99',
		]);
		return { value, means: 'unreadable' };
	}
	const at = host + random.oneOf([-1, 1]) * random.oneOf(distances) * SECOND;
	return { value: new Date(at).toUTCString(), means: at };
}

export function criteria(random: SeededRandom): Criteria {
	return {
		selection: random.oneOf(['expired', 'expired', 'expiring', 'olderThan']),
		span: random.oneOf([1, 2, 24, 72]) * HOUR,
		protectedWords: random.next() < 0.5 ? [] : [random.oneOf(ALL_WORDS)],
	};
}
