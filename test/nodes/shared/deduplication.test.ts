import { createHash } from 'node:crypto';

import {
	type Claim,
	claimDelivery,
	freeTrigger,
	SeenKeys,
} from '../../../nodes/shared/webhook/deduplication';
import type { DeduplicationState } from '../../../nodes/shared/webhook/deliveryRecords';

const HOUR = 3600;
let trigger = '';
let saved: DeduplicationState = {};

/** Static data as n8n handles it: a copy for each delivery, saved afterwards. */
const load = (): DeduplicationState => structuredClone(saved);

function claim(
	key: string,
	staticData: DeduplicationState,
	deduplicationWindow = HOUR,
	signedAt?: number,
): Claim {
	const claimed = claimDelivery(trigger, { key, deduplicationWindow, signedAt }, staticData);
	if ('duplicateOf' in claimed) throw new Error('It counts as a duplicate');
	return claimed.claim;
}

const isDuplicate = (
	key: string,
	staticData: DeduplicationState,
	deduplicationWindow = HOUR,
	signedAt?: number,
) => 'duplicateOf' in claimDelivery(trigger, { key, deduplicationWindow, signedAt }, staticData);

const digestOf = (key: string) => createHash('sha256').update(key).digest('base64url').slice(0, 22);

/** Lets n8n start the execution of a delivery. */
function accept(key: string, window = HOUR, signedAt?: number) {
	const accepted = claim(key, saved, window, signedAt);
	accepted.markDispatched();
	accepted.resolve(true);
}

beforeEach(() => {
	trigger = `workflow/${Math.random()}`;
	saved = {};
});
afterEach(() => jest.useRealTimers());

it('gives the claim to the first delivery, and its result to the duplicates', async () => {
	const data = load();
	const first = claim('a', data);
	const second = claimDelivery(trigger, { key: 'a', deduplicationWindow: HOUR }, load());
	first.markDispatched();
	first.resolve(true);
	expect('duplicateOf' in second && (await second.duplicateOf)).toBe(true);
});

it('recognizes an accepted delivery after a restart', () => {
	claim('a', saved).markDispatched();
	trigger = `${trigger}-after-restart`;
	expect(isDuplicate('a', load())).toBe(true);
	expect(isDuplicate('b', load())).toBe(false);
});

it('accepts the retry of a failed delivery, even if it was saved in the meantime', () => {
	const first = claim('a', load());
	first.markDispatched();
	const other = load();
	claim('b', other).markDispatched();
	saved = structuredClone(other); // contains a, which n8n could not start in the end
	first.resolve(false);
	expect(isDuplicate('a', load())).toBe(false);
});

it('does not record a delivery in progress', () => {
	claim('pending', load());
	claim('done', saved).markDispatched();
	expect(recordsIn(saved)).toHaveLength(1);
});

it('keeps the record of a simultaneous delivery', () => {
	const one = load();
	const other = load();
	claim('a', one).markDispatched();
	claim('b', other).markDispatched();
	saved = structuredClone(other); // saved last, over the other one
	trigger = `${trigger}-after-restart`;
	expect(isDuplicate('a', load())).toBe(true);
	expect(isDuplicate('b', load())).toBe(true);
});

it('loses no record if n8n saves an earlier delivery after a later one', () => {
	const [one, other] = [load(), load()];
	claim('a', one).markDispatched();
	claim('b', other).markDispatched();
	saved = structuredClone(other);
	saved = structuredClone(one);
	trigger = `${trigger}-after-restart`;
	expect(isDuplicate('a', load())).toBe(true);
	expect(isDuplicate('b', load())).toBe(true);
});

it('records a delivery again if another process has saved without it', () => {
	claim('a', saved).markDispatched();
	saved = {};
	const repeat = load();
	expect(isDuplicate('a', repeat)).toBe(true);
	saved = structuredClone(repeat);
	trigger = `${trigger}-after-restart`;
	expect(isDuplicate('a', load())).toBe(true);
});

it('forgets a delivery when its window has ended', () => {
	jest.useFakeTimers({ now: 1_000_000_000 });
	claim('a', saved).markDispatched();
	jest.setSystemTime(1_000_000_000 + HOUR * 1000 - 1000);
	expect(isDuplicate('a', load())).toBe(true);
	jest.setSystemTime(1_000_000_000 + HOUR * 1000);
	expect(isDuplicate('a', load())).toBe(false);
});

it('removes a delivery from the static data when its window has ended', () => {
	jest.useFakeTimers({ now: 1_000_000_000 });
	accept('a');
	jest.setSystemTime(1_000_000_000 + HOUR * 1000);
	accept('b');
	expect(recordsIn(saved)).toHaveLength(1);
});

it('does not confuse a delivery that outlasts its window with the next one of the same key', async () => {
	jest.useFakeTimers({ now: 1_000_000_000 });
	const slow = claim('a', load());
	jest.setSystemTime(1_000_000_000 + HOUR * 1000);
	const next = claim('a', load());
	slow.resolve(true);
	const duplicate = claimDelivery(trigger, { key: 'a', deduplicationWindow: HOUR }, load());
	next.resolve(true);
	expect('duplicateOf' in duplicate && (await duplicate.duplicateOf)).toBe(true);
});

it('does not shorten the window with an older copy of the static data', () => {
	jest.useFakeTimers({ now: 1_000_000_000 });
	accept('a');
	const older = load();
	jest.setSystemTime(1_000_000_000 + HOUR * 1000);
	accept('a');
	expect(isDuplicate('a', older)).toBe(true);
});

it('accepts every duplicate with a window of 0', () => {
	claim('a', saved, 0).markDispatched();
	expect(isDuplicate('a', load(), 0)).toBe(false);
});

it('keeps the newest 2,000 of 2,500 deliveries', () => {
	for (let n = 0; n < 2500; n++) accept(`delivery ${n}`);
	expect(recordsIn(saved)).toHaveLength(2000);
	expect(isDuplicate('delivery 2499', load())).toBe(true);
	expect(isDuplicate('delivery 0', load())).toBe(false);
});

describe('with more deliveries than it keeps', () => {
	const NOW = 1_800_000_000_000;
	/** 2,500 deliveries, one signed each second, the last one now. */
	function claimMany(window = HOUR) {
		jest.useFakeTimers({ now: NOW });
		for (let n = 0; n < 2500; n++) {
			accept(`delivery ${n}`, window, NOW - (2499 - n) * 1000);
		}
	}
	const signedAgo = (seconds: number) => NOW - seconds * 1000;

	it('still counts the forgotten ones as duplicates, also after a restart', () => {
		claimMany();
		expect(isDuplicate('delivery 0', load(), HOUR, signedAgo(2499))).toBe(true);
		trigger = `${trigger}-after-restart`;
		expect(isDuplicate('delivery 499', load(), HOUR, signedAgo(2000))).toBe(true);
		expect(recordsIn(saved)).toHaveLength(2000);
	});

	it('accepts one that was signed later than those, although it arrives late', () => {
		claimMany();
		expect(isDuplicate('late', load(), HOUR, signedAgo(1999))).toBe(false);
	});

	it('forgets those signed first, regardless of the order of arrival', () => {
		jest.useFakeTimers({ now: NOW });
		for (let n = 0; n < 2000; n++) accept(`old ${n}`, HOUR, signedAgo(n));
		for (let n = 1; n <= 500; n++) accept(`new ${n}`, HOUR, signedAgo(-n));
		expect(isDuplicate('late', load(), HOUR, signedAgo(1499))).toBe(false);
		expect(isDuplicate('later', load(), HOUR, signedAgo(1500))).toBe(true);
		expect(isDuplicate('old 0', load(), HOUR, signedAgo(0))).toBe(true);
	});

	it('counts none as a duplicate when the window has ended', () => {
		claimMany();
		jest.setSystemTime(NOW + HOUR * 1000 + 1000);
		expect(isDuplicate('delivery 0', load(), HOUR, signedAgo(2499))).toBe(false);
	});
});

it('keeps a delivery signed by a clock that is ahead until its age limit has passed', () => {
	const now = 1_800_000_000_000;
	jest.useFakeTimers({ now });
	const signedAt = now + 600_000;
	claim('a', saved, HOUR, signedAt).markDispatched();
	jest.setSystemTime(now + (HOUR + 599) * 1000);
	expect(isDuplicate('a', load(), HOUR, signedAt)).toBe(true);
	jest.setSystemTime(now + (HOUR + 601) * 1000);
	expect(isDuplicate('a', load(), HOUR, signedAt)).toBe(false);
});

describe('the records of an earlier version', () => {
	const NOW = 1_800_000_000;
	beforeEach(() => jest.useFakeTimers({ now: NOW * 1000 }));

	it('count as duplicates, with and without the time of a signature', () => {
		saved = { deliveries: { [digestOf('a')]: NOW - 60, [digestOf('b')]: [NOW - 60, NOW - 90] } };
		expect(isDuplicate('a', load())).toBe(true);
		expect(isDuplicate('b', load(), HOUR, (NOW - 90) * 1000)).toBe(true);
		expect(isDuplicate('c', load())).toBe(false);
	});

	it('are converted with the next delivery', () => {
		saved = { deliveries: { [digestOf('a')]: NOW - 60, [digestOf('b')]: [NOW - 60, NOW - 90] } };
		accept('c');
		saved = load();
		expect(saved.deliveries).toHaveLength(3 * 36);
		trigger = `${trigger}-after-restart`;
		for (const key of ['a', 'b', 'c']) expect(isDuplicate(key, load())).toBe(true);
	});

	it.each([
		[{ 'not a digest': NOW }],
		['x'.repeat(36)],
		['short'],
		[`${digestOf('a')}-------0000000`],
	])('are ignored if they were damaged: %j', (deliveries) => {
		saved = { deliveries };
		expect(isDuplicate('a', saved)).toBe(false);
	});
});

it('keeps the times of arrival and signature in 36 characters per delivery', () => {
	const now = 1_800_000_000_000;
	jest.useFakeTimers({ now });
	accept('a', HOUR, now - 90_000);
	accept('b');
	const { deliveries } = load();
	// The end of each record: 1,800,000,000 and 90 seconds earlier, to the base of 36.
	expect(deliveries).toBe(`${digestOf('a')}0tro8w00tro8ti${digestOf('b')}0tro8w00000000`);
});

describe('a failed delivery', () => {
	it('gives its result to the duplicates that arrived in the meantime', async () => {
		const first = claim('a', load());
		const duplicate = claimDelivery(trigger, { key: 'a', deduplicationWindow: HOUR }, load());
		first.resolve(false);
		expect('duplicateOf' in duplicate).toBe(true);
		expect('duplicateOf' in duplicate && (await duplicate.duplicateOf)).toBe(false);
		expect(isDuplicate('a', load())).toBe(false);
	});

	it('is not in the static data of later deliveries', () => {
		const first = claim('a', saved);
		first.markDispatched();
		first.resolve(false);
		claim('b', saved).markDispatched();
		expect(recordsIn(saved)).toHaveLength(1);
	});

	it('counts as seen once its retry has started an execution', () => {
		const first = claim('a', load());
		first.markDispatched();
		first.resolve(false);
		const retry = claim('a', saved);
		retry.markDispatched();
		retry.resolve(true);
		expect(isDuplicate('a', load())).toBe(true);
		trigger = `${trigger}-after-restart`;
		expect(isDuplicate('a', load())).toBe(true);
	});

	it('that another process has accepted since counts as seen when its own window has ended', () => {
		jest.useFakeTimers({ now: 1_000_000_000 });
		claim('a', load()).resolve(false);
		jest.setSystemTime(1_000_000_000 + HOUR * 1000);
		const other = elsewhere('a');
		claim('b', saved).markDispatched();
		saved = merged(saved, other);
		expect(isDuplicate('a', load())).toBe(true);
	});

	it('that another process has accepted since counts as seen', () => {
		jest.useFakeTimers({ now: 1_000_000_000 });
		claim('a', load()).resolve(false);
		jest.setSystemTime(1_000_000_000 + 60_000);
		saved = elsewhere('a');
		expect(isDuplicate('a', load())).toBe(true);
	});

	it('can be sent again, although deliveries signed later were forgotten in the meantime', () => {
		const now = 1_800_000_000_000;
		jest.useFakeTimers({ now });
		claim('a', load(), HOUR, now).resolve(false);
		const inFlight = claim('b', saved, HOUR, now);
		inFlight.markDispatched();
		for (let n = 1; n <= 2100; n++) accept(`delivery ${n}`, HOUR, now + n * 1000);
		inFlight.resolve(false);
		expect(isDuplicate('a', load(), HOUR, now)).toBe(false);
		expect(isDuplicate('b', load(), HOUR, now)).toBe(false);
	});

	it('counts as a duplicate once its retry was accepted and forgotten', () => {
		const now = 1_800_000_000_000;
		jest.useFakeTimers({ now });
		claim('a', load(), HOUR, now).resolve(false);
		accept('a', HOUR, now);
		for (let n = 1; n <= 2100; n++) accept(`delivery ${n}`, HOUR, now + n * 1000);
		expect(isDuplicate('a', load(), HOUR, now)).toBe(true);
	});

	it('is forgotten when its window has ended', () => {
		const keys = new SeenKeys();
		keys.markFailed('digest', 1_000);
		keys.prune(999);
		expect(keys.hasFailedSince(0)).toBe(true);
		keys.prune(1_000);
		expect(keys.hasFailedSince(0)).toBe(false);
	});

	it('can be sent again after the workflow was deactivated, although the static data contains its key', () => {
		const first = claim('a', load());
		first.markDispatched();
		const other = load();
		const second = claim('b', other);
		second.markDispatched();
		saved = structuredClone(other);
		second.resolve(true);
		first.resolve(false);
		freeTrigger(trigger);
		expect(isDuplicate('a', load())).toBe(false);
	});

	it('from a clock that is ahead can be sent again, even if it was saved in the meantime', () => {
		const signedAt = Date.now() + 600_000;
		const first = claim('a', load(), HOUR, signedAt);
		first.markDispatched();
		const other = load();
		claim('b', other).markDispatched();
		saved = structuredClone(other);
		first.resolve(false);
		expect(isDuplicate('a', load(), HOUR, signedAt)).toBe(false);
	});
});

/** The records in the static data. */
const recordsIn = ({ deliveries }: DeduplicationState): string[] =>
	String(deliveries ?? '').match(/.{36}/g) ?? [];

/** The static data of two processes, as if one had saved both. */
const merged = (one: DeduplicationState, other: DeduplicationState): DeduplicationState => ({
	deliveries: `${String(one.deliveries ?? '')}${String(other.deliveries ?? '')}`,
});

/** The static data of another process that has accepted a delivery. */
function elsewhere(key: string): DeduplicationState {
	const staticData: DeduplicationState = {};
	const identity = { key, deduplicationWindow: HOUR };
	const claimed = claimDelivery(`${trigger}-elsewhere`, identity, staticData);
	if ('claim' in claimed) claimed.claim.markDispatched();
	return staticData;
}

it('removes deliveries whose window has ended behind one that another process has accepted again', () => {
	const now = 1_800_000_000_000;
	jest.useFakeTimers({ now });
	for (const key of ['a', 'b', 'c']) accept(key);
	jest.setSystemTime(now + HOUR * 1000);
	saved = merged(saved, elsewhere('a'));
	jest.setSystemTime(now + HOUR * 1000 + 1000);
	claim('d', saved).markDispatched();
	expect(recordsIn(saved)).toHaveLength(2);
});

it('keeps a delivery in progress apart while the others are pruned', async () => {
	const slow = claim('slow', load());
	for (let n = 0; n < 2500; n++) accept(`delivery ${n}`);
	const duplicate = claimDelivery(trigger, { key: 'slow', deduplicationWindow: HOUR }, load());
	slow.resolve(true);
	expect('duplicateOf' in duplicate && (await duplicate.duplicateOf)).toBe(true);
});

it('marks the static data as changed again on request', () => {
	const first = claim('a', saved);
	first.markDispatched();
	const changes: string[] = [];
	const observed = new Proxy(saved, {
		set: (target, name, value) => {
			changes.push(String(name));
			return Reflect.set(target, name, value);
		},
	});
	const second = claim('b', observed);
	second.markDispatched();
	changes.splice(0);
	second.touchStaticData();
	expect(changes).toEqual(['deliveries']);
});

it('keeps in memory the triggers that were used last', () => {
	const use = (name: string) => {
		const identity = { key: 'a', deduplicationWindow: HOUR };
		const claimed = claimDelivery(name, identity, {});
		if ('duplicateOf' in claimed) return true;
		claimed.claim.markDispatched();
		claimed.claim.resolve(true);
		return false;
	};
	const useOthers = (from: number, to: number) => {
		for (let n = from; n < to; n++) use(`${trigger}-${n}`);
	};
	use(trigger);
	useOthers(0, 900);
	use(trigger);
	useOthers(900, 1_700);
	expect(use(trigger)).toBe(true);
	expect(use(`${trigger}-0`)).toBe(false);
});
