import {
	type Claim,
	claimDelivery,
	type DeduplicationState,
} from '../../../nodes/shared/webhook/deduplication';

const HOUR = 3600;
let trigger = '';
let saved: DeduplicationState = {};

/** Static data as n8n handles it: a copy for each delivery, saved afterwards. */
const load = (): DeduplicationState => structuredClone(saved);

function claim(
	key: string,
	remembered: DeduplicationState,
	repeatWindow = HOUR,
	signedAt?: number,
): Claim {
	const claimed = claimDelivery(trigger, { key, repeatWindow, signedAt }, remembered);
	if ('repeatOf' in claimed) throw new Error('It counts as a repeat');
	return claimed.claim;
}

const isRepeat = (
	key: string,
	remembered: DeduplicationState,
	repeatWindow = HOUR,
	signedAt?: number,
) => 'repeatOf' in claimDelivery(trigger, { key, repeatWindow, signedAt }, remembered);

beforeEach(() => {
	trigger = `workflow/${Math.random()}`;
	saved = {};
});
afterEach(() => jest.useRealTimers());

it('gives a delivery to the first that asks, and its outcome to the others', async () => {
	const data = load();
	const first = claim('a', data);
	const second = claimDelivery(trigger, { key: 'a', repeatWindow: HOUR }, load());
	first.handOver();
	first.settle(true);
	expect('repeatOf' in second && (await second.repeatOf)).toBe(true);
});

it('knows an accepted delivery after a restart', () => {
	claim('a', saved).handOver();
	trigger = `${trigger}-after-restart`;
	expect(isRepeat('a', load())).toBe(true);
	expect(isRepeat('b', load())).toBe(false);
});

it('lets a released delivery in again, even if a note of it was saved meanwhile', () => {
	const first = claim('a', load());
	first.handOver();
	const other = load();
	claim('b', other).handOver();
	saved = structuredClone(other); // holds a note of a, which n8n could not start in the end
	first.settle(false);
	expect(isRepeat('a', load())).toBe(false);
});

it('does not note a delivery that is still being worked on', () => {
	claim('pending', load());
	claim('done', saved).handOver();
	expect(Object.keys(saved.deliveries ?? {})).toHaveLength(1);
});

it('keeps what another delivery has noted at the same moment', () => {
	const one = load();
	const other = load();
	claim('a', one).handOver();
	claim('b', other).handOver();
	saved = structuredClone(other); // saved last, over the other's
	trigger = `${trigger}-after-restart`;
	expect(isRepeat('a', load())).toBe(true);
	expect(isRepeat('b', load())).toBe(true);
});

it('loses nothing when n8n saves an earlier delivery after a later one', () => {
	const [one, other] = [load(), load()];
	claim('a', one).handOver();
	claim('b', other).handOver();
	saved = structuredClone(other);
	saved = structuredClone(one);
	trigger = `${trigger}-after-restart`;
	expect(isRepeat('a', load())).toBe(true);
	expect(isRepeat('b', load())).toBe(true);
});

it('notes a delivery again when another process has saved without it', () => {
	claim('a', saved).handOver();
	saved = {};
	const repeat = load();
	expect(isRepeat('a', repeat)).toBe(true);
	saved = structuredClone(repeat);
	trigger = `${trigger}-after-restart`;
	expect(isRepeat('a', load())).toBe(true);
});

it('forgets a delivery when its window is over', () => {
	jest.useFakeTimers({ now: 1_000_000_000 });
	claim('a', saved).handOver();
	jest.setSystemTime(1_000_000_000 + HOUR * 1000 - 1000);
	expect(isRepeat('a', load())).toBe(true);
	jest.setSystemTime(1_000_000_000 + HOUR * 1000);
	expect(isRepeat('a', load())).toBe(false);
});

it('ignores no repeat with a window of 0', () => {
	claim('a', saved, 0).handOver();
	expect(isRepeat('a', load(), 0)).toBe(false);
});

it('stays bounded: 2,500 deliveries leave notes of the newest 2,000', () => {
	for (let n = 0; n < 2500; n++) claim(`delivery ${n}`, saved).handOver();
	expect(Object.keys(saved.deliveries ?? {})).toHaveLength(2000);
	expect(isRepeat('delivery 2499', load())).toBe(true);
	expect(isRepeat('delivery 0', load())).toBe(false);
});

describe('of more deliveries than can be remembered,', () => {
	const NOW = 1_800_000_000_000;
	/** 2,500 deliveries, one signed each second, the last one now. */
	function claimMany(window = HOUR) {
		jest.useFakeTimers({ now: NOW });
		for (let n = 0; n < 2500; n++) {
			claim(`delivery ${n}`, saved, window, NOW - (2499 - n) * 1000).handOver();
		}
	}
	const signedAgo = (seconds: number) => NOW - seconds * 1000;

	it('those that were forgotten still count as repeats, also after a restart', () => {
		claimMany();
		expect(isRepeat('delivery 0', load(), HOUR, signedAgo(2499))).toBe(true);
		trigger = `${trigger}-after-restart`;
		expect(isRepeat('delivery 499', load(), HOUR, signedAgo(2000))).toBe(true);
		expect(Object.keys(saved.deliveries ?? {})).toHaveLength(2000);
	});

	it('one that was signed later than those is new, although it arrives late', () => {
		claimMany();
		expect(isRepeat('late', load(), HOUR, signedAgo(1999))).toBe(false);
	});

	it('those that were signed first are forgotten first, in whatever order they arrive', () => {
		jest.useFakeTimers({ now: NOW });
		for (let n = 0; n < 2000; n++) claim(`old ${n}`, saved, HOUR, signedAgo(n)).handOver();
		for (let n = 1; n <= 500; n++) claim(`new ${n}`, saved, HOUR, signedAgo(-n)).handOver();
		expect(isRepeat('late', load(), HOUR, signedAgo(1499))).toBe(false);
		expect(isRepeat('later', load(), HOUR, signedAgo(1500))).toBe(true);
		expect(isRepeat('old 0', load(), HOUR, signedAgo(0))).toBe(true);
	});

	it('none counts as a repeat when the window is over', () => {
		claimMany();
		jest.setSystemTime(NOW + HOUR * 1000 + 1000);
		expect(isRepeat('delivery 0', load(), HOUR, signedAgo(2499))).toBe(false);
	});
});

it('remembers a delivery from a clock that is ahead until its age limit is over', () => {
	const now = 1_800_000_000_000;
	jest.useFakeTimers({ now });
	const signedAt = now + 600_000;
	claim('a', saved, HOUR, signedAt).handOver();
	jest.setSystemTime(now + (HOUR + 599) * 1000);
	expect(isRepeat('a', load(), HOUR, signedAt)).toBe(true);
	jest.setSystemTime(now + (HOUR + 601) * 1000);
	expect(isRepeat('a', load(), HOUR, signedAt)).toBe(false);
});

it('knows what an earlier version has noted', () => {
	saved = { deliveries: { '-7MBwGpy0CnI2v3eEJ9YAQ': 1 } };
	claim('a', saved).handOver();
	expect(Object.values(saved.deliveries!).every((note) => typeof note === 'number')).toBe(true);
});
