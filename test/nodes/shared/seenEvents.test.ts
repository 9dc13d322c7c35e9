import { expiryOccurrences } from '../../../nodes/shared/polling/expiryEvents';
import {
	newSeenEvents,
	prune,
	markSeen,
	type SeenEvents,
} from '../../../nodes/shared/polling/seenEvents';

const EVENTS = { added: 'added', expiringSoon: 'soon', expired: 'expired' };
const NOW = 2_000_000_000;
const iso = (seconds: number) => new Date(seconds * 1000).toISOString();

const startedAt = (seconds: number) =>
	newSeenEvents({ from: seconds * 1000, existingUntil: seconds * 1000 });

/** Whether each is emitted, in one pass to the end of the list. */
function read(seen: SeenEvents, pass: number, items: Array<{ key: string; at?: number }>) {
	const emitted = items.map(
		({ key, at }) => markSeen(seen, { event: 'e', key, at, began: at }, pass) === 'new',
	);
	const fits = prune(seen, pass);
	return { emitted, fits };
}

const stored = (seen: SeenEvents) => JSON.parse(JSON.stringify(seen)) as SeenEvents;
const many = (count: number, start = 0) =>
	Array.from({ length: count }, (_, n) => ({ key: `k${start + n}`, at: NOW + start + n }));

const undated = (count: number) => Array.from({ length: count }, (_, n) => ({ key: `k${n}` }));

describe('the record of seen events', () => {
	it('is bounded, and does not emit a forgotten event again', () => {
		let seen = stored(startedAt(NOW - 1));
		read(seen, 1, []);
		const items = many(12_000);
		expect(read(seen, 2, items).emitted.every(Boolean)).toBe(true);
		seen = stored(seen);
		expect(Object.keys(seen.dates).length).toBeLessThanOrEqual(5_000);
		expect(read(seen, 3, items).emitted.some(Boolean)).toBe(false);
		expect(read(seen, 4, many(1, 12_000)).emitted).toEqual([true]);
	});

	it('with thousands of events emits one that appears late among newer ones', () => {
		const seen = startedAt(NOW - 1);
		read(seen, 1, []);
		read(seen, 2, many(4_000, 1));
		expect(read(seen, 3, [{ key: 'late', at: NOW }]).emitted).toEqual([true]);
	});

	it('keeps events of one date together, and emits others of that date when they appear', () => {
		const seen = startedAt(NOW - 1);
		read(seen, 1, []);
		const same = Array.from({ length: 6_000 }, (_, n) => ({ key: `k${n}`, at: NOW }));
		read(seen, 2, same);
		expect(read(seen, 3, same).emitted.some(Boolean)).toBe(false);
		expect(read(seen, 4, [{ key: 'late', at: NOW }]).emitted).toEqual([true]);
	});

	it('does not emit an event from before the start that appears only later', () => {
		const seen = startedAt(NOW);
		read(seen, 1, []);
		expect(read(seen, 2, [{ key: 'slipped', at: NOW - 10 }]).emitted).toEqual([false]);
	});

	it('keeps items without a date while they are listed, and for one pass without them', () => {
		const seen = startedAt(NOW);
		for (const pass of [1, 2, 3, 4]) {
			expect(read(seen, pass, undated(3)).emitted).toEqual([false, false, false]);
		}
		read(seen, 5, undated(2));
		expect(read(seen, 6, undated(3)).emitted).toEqual([false, false, false]);
	});

	it('forgets items without a date with their items, and rejects too many', () => {
		const seen = startedAt(NOW);
		expect(read(seen, 1, undated(3)).emitted).toEqual([false, false, false]);
		expect(read(seen, 2, undated(4)).emitted).toEqual([false, false, false, true]);
		read(seen, 3, undated(2));
		read(seen, 4, undated(2));
		expect(Object.keys(seen.lastPass)).toHaveLength(2);
		expect(read(seen, 5, undated(5_001)).fits).toBe(false);
	});
});

describe('the occurrences of an item with an expiry', () => {
	const item = { id: 'a', createdAt: iso(NOW), expiresAt: iso(NOW + 100), status: 'active' };
	const eventsAt = (now: number, lead: number, more: object = {}) =>
		expiryOccurrences({ ...item, ...more }, EVENTS, now, lead).map(({ event }) => event);

	it.each([
		[NOW, 50, ['added']],
		[NOW + 49, 50, ['added']],
		[NOW + 50, 50, ['added', 'soon']],
		[NOW, 1000, ['added', 'soon']],
	])('at %i with a lead of %i s are %j', (now, lead, events) => {
		expect(eventsAt(now, lead)).toEqual(events);
	});

	it.each([
		['expired', ['added', 'expired']],
		['draft', ['added']],
		['revoked', ['added']],
		[undefined, ['added']],
	])('with the status %s are %j', (status, events) => {
		expect(eventsAt(NOW + 90, 50, { status })).toEqual(events);
	});

	it.each([
		['active', 50, { event: 'soon', at: NOW + 100, began: NOW + 50 }],
		// It expires sooner than the lead time after its creation.
		['active', 1000, { event: 'soon', at: NOW + 100, began: NOW }],
		['expired', 50, { event: 'expired', at: NOW + 100, began: NOW + 100 }],
	])('with the status %s and a lead of %i s are %j', (status, lead, occurrence) => {
		const found = expiryOccurrences({ ...item, status }, EVENTS, NOW + 100, lead);
		expect(found).toMatchObject([{ event: 'added', at: NOW, began: NOW }, occurrence]);
	});

	it('that ended before its expiry date can have begun at its creation', () => {
		const found = expiryOccurrences({ ...item, status: 'expired' }, EVENTS, NOW + 99, 50);
		expect(found.at(-1)).toMatchObject({ event: 'expired', at: NOW + 100, began: NOW });
	});

	it('is a new event if the expiry is extended, but not if the date only gains a fraction', () => {
		const keyOf = (expiresAt: string) =>
			expiryOccurrences({ ...item, expiresAt }, EVENTS, NOW + 90, 50).at(-1)?.key;
		expect(keyOf(iso(NOW + 101))).not.toBe(keyOf(iso(NOW + 100)));
		expect(keyOf(iso(NOW + 100.5))).toBe(keyOf(iso(NOW + 100)));
	});
});

it('is known without a date too once its date was reported', () => {
	const seen = newSeenEvents(undefined);
	expect(markSeen(seen, { event: 'e', key: 'a', at: NOW }, 1)).toBe('new');
	expect(markSeen(seen, { event: 'e', key: 'a' }, 2)).toBe('known');
	expect(markSeen(seen, { event: 'e', key: 'b' }, 2)).toBe('new');
	expect(markSeen(seen, { event: 'e', key: 'b', at: NOW }, 3)).toBe('known');
});

it('remains known if the service reports its date only later', () => {
	const seen = startedAt(NOW);
	const [withoutDate, withDate] = [[{ key: 'a' }], [{ key: 'a', at: NOW + 1 }]];
	const passes = [withoutDate, withDate, withDate, withDate, withDate];
	const emitted = passes.map((items, index) => read(seen, index + 1, items).emitted);
	expect(emitted.flat()).toEqual([false, false, false, false, false]);
});

it('is part of the baseline in the first pass, unless it began later', () => {
	const seen = startedAt(NOW);
	expect(markSeen(seen, { event: 'e', key: 'a', at: NOW, began: NOW }, 1)).toBe('baseline');
	expect(markSeen(seen, { event: 'e', key: 'b', at: NOW + 1, began: NOW + 1 }, 1)).toBe('new');
	prune(seen, 1);
	expect(markSeen(seen, { event: 'e', key: 'c', at: NOW, began: NOW }, 2)).toBe('new');
});
