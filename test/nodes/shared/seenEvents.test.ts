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

/** Whether each is emitted, in one pass to the end of the list. */
function read(watch: SeenEvents, reading: number, things: Array<{ key: string; at?: number }>) {
	const told = things.map(
		({ key, at }) => markSeen(watch, { event: 'e', key, at, began: at }, reading).shouldEmit,
	);
	const fits = prune(watch, reading);
	return { told, fits };
}

const kept = (watch: SeenEvents) => JSON.parse(JSON.stringify(watch)) as SeenEvents;
const many = (count: number, start = 0) =>
	Array.from({ length: count }, (_, n) => ({ key: `k${start + n}`, at: NOW + start + n }));

const undated = (count: number) => Array.from({ length: count }, (_, n) => ({ key: `k${n}` }));

describe('what is remembered', () => {
	it('is bounded, and does not emit a forgotten event again', () => {
		let watch = kept(newSeenEvents(NOW - 1));
		read(watch, 1, []);
		const things = many(12_000);
		expect(read(watch, 2, things).told.every(Boolean)).toBe(true);
		watch = kept(watch);
		expect(Object.keys(watch.seen).length).toBeLessThanOrEqual(5_000);
		expect(read(watch, 3, things).told.some(Boolean)).toBe(false);
		expect(read(watch, 4, many(1, 12_000)).told).toEqual([true]);
	});

	it('with thousands of events emits one that appears late among newer ones', () => {
		const watch = newSeenEvents(NOW - 1);
		read(watch, 1, []);
		read(watch, 2, many(4_000, 1));
		expect(read(watch, 3, [{ key: 'late', at: NOW }]).told).toEqual([true]);
	});

	it('keeps events of one date together, and emits others of that date when they appear', () => {
		const watch = newSeenEvents(NOW - 1);
		read(watch, 1, []);
		const same = Array.from({ length: 6_000 }, (_, n) => ({ key: `k${n}`, at: NOW }));
		read(watch, 2, same);
		expect(read(watch, 3, same).told.some(Boolean)).toBe(false);
		expect(read(watch, 4, [{ key: 'late', at: NOW }]).told).toEqual([true]);
	});

	it('does not emit an event from before the start that appears only later', () => {
		const watch = newSeenEvents(NOW);
		read(watch, 1, []);
		expect(read(watch, 2, [{ key: 'slipped', at: NOW - 10 }]).told).toEqual([false]);
	});

	it('of things without a date lasts while they are there, one reading without them included', () => {
		const watch = newSeenEvents(NOW);
		for (const reading of [1, 2, 3, 4]) {
			expect(read(watch, reading, undated(3)).told).toEqual([false, false, false]);
		}
		read(watch, 5, undated(2));
		expect(read(watch, 6, undated(3)).told).toEqual([false, false, false]);
	});

	it('of things without a date goes with them, and too many are refused', () => {
		const watch = newSeenEvents(NOW);
		expect(read(watch, 1, undated(3)).told).toEqual([false, false, false]);
		expect(read(watch, 2, undated(4)).told).toEqual([false, false, false, true]);
		read(watch, 3, undated(2));
		read(watch, 4, undated(2));
		expect(Object.keys(watch.seen)).toHaveLength(2);
		expect(read(watch, 5, undated(5_001)).fits).toBe(false);
	});
});

describe('the life of a thing', () => {
	const thing = { id: 'a', createdAt: iso(NOW), expiresAt: iso(NOW + 100), status: 'active' };
	const eventsAt = (now: number, lead: number, more: object = {}) =>
		expiryOccurrences({ ...thing, ...more }, EVENTS, now, lead).map(({ event }) => event);

	it.each([
		[NOW, 50, ['added']],
		[NOW + 49, 50, ['added']],
		[NOW + 50, 50, ['added', 'soon']],
		[NOW, 1000, ['added', 'soon']],
	])('at %i with a lead of %i s: %j', (now, lead, events) => {
		expect(eventsAt(now, lead)).toEqual(events);
	});

	it.each([
		['expired', ['added', 'expired']],
		['draft', ['added']],
		['revoked', ['added']],
		[undefined, ['added']],
	])('that is %s: %j', (status, events) => {
		expect(eventsAt(NOW + 90, 50, { status })).toEqual(events);
	});

	it.each([
		['active', 50, { event: 'soon', at: NOW + 100, began: NOW + 50 }],
		// It lives shorter than the lead time.
		['active', 1000, { event: 'soon', at: NOW + 100, began: NOW }],
		['expired', 50, { event: 'expired', at: NOW + 100, began: NOW + 100 }],
	])('that is %s, with a lead of %i s, has begun to be so: %j', (status, lead, occurrence) => {
		const found = expiryOccurrences({ ...thing, status }, EVENTS, NOW + 100, lead);
		expect(found).toMatchObject([{ event: 'added', at: NOW, began: NOW }, occurrence]);
	});

	it('is a new event if the expiry is extended, but not if the date only gains a fraction', () => {
		const keyOf = (expiresAt: string) =>
			expiryOccurrences({ ...thing, expiresAt }, EVENTS, NOW + 90, 50).at(-1)?.key;
		expect(keyOf(iso(NOW + 101))).not.toBe(keyOf(iso(NOW + 100)));
		expect(keyOf(iso(NOW + 100.5))).toBe(keyOf(iso(NOW + 100)));
	});
});
