/** The records of deliveries in the static data: their window, number and format. */
import { createHash } from 'node:crypto';

import { HOUR, merged, recordsIn, TriggerDeliveries } from '../../support/deduplication';

let trigger: TriggerDeliveries;
beforeEach(() => void (trigger = new TriggerDeliveries()));
afterEach(() => jest.useRealTimers());

const digestOf = (key: string) => createHash('sha256').update(key).digest('base64url').slice(0, 22);

it('forgets a delivery when its window has ended', () => {
	jest.useFakeTimers({ now: 1_000_000_000 });
	trigger.claim('a', trigger.saved).markDispatched();
	jest.setSystemTime(1_000_000_000 + HOUR * 1000 - 1000);
	expect(trigger.isDuplicate('a')).toBe(true);
	jest.setSystemTime(1_000_000_000 + HOUR * 1000);
	expect(trigger.isDuplicate('a')).toBe(false);
});

it('removes a delivery from the static data when its window has ended', () => {
	jest.useFakeTimers({ now: 1_000_000_000 });
	trigger.accept('a');
	jest.setSystemTime(1_000_000_000 + HOUR * 1000);
	trigger.accept('b');
	expect(recordsIn(trigger.saved)).toHaveLength(1);
});

it('does not shorten the window with an older copy of the static data', () => {
	jest.useFakeTimers({ now: 1_000_000_000 });
	trigger.accept('a');
	const older = trigger.load();
	jest.setSystemTime(1_000_000_000 + HOUR * 1000);
	trigger.accept('a');
	expect(trigger.isDuplicate('a', older)).toBe(true);
});

it('keeps the newest 2,000 of 2,500 deliveries', () => {
	for (let n = 0; n < 2500; n++) trigger.accept(`delivery ${n}`);
	expect(recordsIn(trigger.saved)).toHaveLength(2000);
	expect(trigger.isDuplicate('delivery 2499')).toBe(true);
	expect(trigger.isDuplicate('delivery 0')).toBe(false);
});

describe('with more deliveries than it keeps', () => {
	const NOW = 1_800_000_000_000;
	/** 2,500 deliveries, one signed each second, the last one now. */
	function claimMany(window = HOUR) {
		jest.useFakeTimers({ now: NOW });
		for (let n = 0; n < 2500; n++) {
			trigger.accept(`delivery ${n}`, window, NOW - (2499 - n) * 1000);
		}
	}
	const signedAgo = (seconds: number) => NOW - seconds * 1000;

	it('still counts the forgotten ones as duplicates, also after a restart', () => {
		claimMany();
		expect(trigger.isDuplicate('delivery 0', trigger.load(), HOUR, signedAgo(2499))).toBe(true);
		trigger.restart();
		expect(trigger.isDuplicate('delivery 499', trigger.load(), HOUR, signedAgo(2000))).toBe(true);
		expect(recordsIn(trigger.saved)).toHaveLength(2000);
	});

	it('accepts one that was signed later than those, although it arrives late', () => {
		claimMany();
		expect(trigger.isDuplicate('late', trigger.load(), HOUR, signedAgo(1999))).toBe(false);
	});

	it('forgets those signed first, regardless of the order of arrival', () => {
		jest.useFakeTimers({ now: NOW });
		for (let n = 0; n < 2000; n++) trigger.accept(`old ${n}`, HOUR, signedAgo(n));
		for (let n = 1; n <= 500; n++) trigger.accept(`new ${n}`, HOUR, signedAgo(-n));
		expect(trigger.isDuplicate('late', trigger.load(), HOUR, signedAgo(1499))).toBe(false);
		expect(trigger.isDuplicate('later', trigger.load(), HOUR, signedAgo(1500))).toBe(true);
		expect(trigger.isDuplicate('old 0', trigger.load(), HOUR, signedAgo(0))).toBe(true);
	});

	it('counts none as a duplicate when the window has ended', () => {
		claimMany();
		jest.setSystemTime(NOW + HOUR * 1000 + 1000);
		expect(trigger.isDuplicate('delivery 0', trigger.load(), HOUR, signedAgo(2499))).toBe(false);
	});
});

it('keeps a delivery signed by a clock that is ahead until its age limit has passed', () => {
	const now = 1_800_000_000_000;
	jest.useFakeTimers({ now });
	const signedAt = now + 600_000;
	trigger.claim('a', trigger.saved, HOUR, signedAt).markDispatched();
	jest.setSystemTime(now + (HOUR + 599) * 1000);
	expect(trigger.isDuplicate('a', trigger.load(), HOUR, signedAt)).toBe(true);
	jest.setSystemTime(now + (HOUR + 601) * 1000);
	expect(trigger.isDuplicate('a', trigger.load(), HOUR, signedAt)).toBe(false);
});

describe('the records of an earlier version', () => {
	const NOW = 1_800_000_000;
	beforeEach(() => jest.useFakeTimers({ now: NOW * 1000 }));

	it('count as duplicates, with and without the time of a signature', () => {
		trigger.saved = {
			deliveries: { [digestOf('a')]: NOW - 60, [digestOf('b')]: [NOW - 60, NOW - 90] },
		};
		expect(trigger.isDuplicate('a')).toBe(true);
		expect(trigger.isDuplicate('b', trigger.load(), HOUR, (NOW - 90) * 1000)).toBe(true);
		expect(trigger.isDuplicate('c')).toBe(false);
	});

	it('are converted with the next delivery', () => {
		trigger.saved = {
			deliveries: { [digestOf('a')]: NOW - 60, [digestOf('b')]: [NOW - 60, NOW - 90] },
		};
		trigger.accept('c');
		trigger.saved = trigger.load();
		expect(trigger.saved.deliveries).toHaveLength(3 * 36);
		trigger.restart();
		for (const key of ['a', 'b', 'c']) expect(trigger.isDuplicate(key)).toBe(true);
	});

	it.each([
		[{ 'not a digest': NOW }],
		['x'.repeat(36)],
		['short'],
		[`${digestOf('a')}-------0000000`],
	])('are ignored if they were damaged: %j', (deliveries) => {
		trigger.saved = { deliveries };
		expect(trigger.isDuplicate('a', trigger.saved)).toBe(false);
	});
});

it('keeps the times of arrival and signature in 36 characters per delivery', () => {
	const now = 1_800_000_000_000;
	jest.useFakeTimers({ now });
	trigger.accept('a', HOUR, now - 90_000);
	trigger.accept('b');
	const { deliveries } = trigger.load();
	// The end of each record: 1,800,000,000 and 90 seconds earlier, to the base of 36.
	expect(deliveries).toBe(`${digestOf('a')}0tro8w00tro8ti${digestOf('b')}0tro8w00000000`);
});

it('removes deliveries whose window has ended behind one that another process has accepted again', () => {
	const now = 1_800_000_000_000;
	jest.useFakeTimers({ now });
	for (const key of ['a', 'b', 'c']) trigger.accept(key);
	jest.setSystemTime(now + HOUR * 1000);
	trigger.saved = merged(trigger.saved, trigger.elsewhere('a'));
	jest.setSystemTime(now + HOUR * 1000 + 1000);
	trigger.claim('d', trigger.saved).markDispatched();
	expect(recordsIn(trigger.saved)).toHaveLength(2);
});

it('marks the static data as changed again on request', () => {
	const first = trigger.claim('a', trigger.saved);
	first.markDispatched();
	const changes: string[] = [];
	const observed = new Proxy(trigger.saved, {
		set: (target, name, value) => {
			changes.push(String(name));
			return Reflect.set(target, name, value);
		},
	});
	const second = trigger.claim('b', observed);
	second.markDispatched();
	changes.splice(0);
	second.touchStaticData();
	expect(changes).toEqual(['deliveries']);
});
