import { type Claim, claimDelivery, type Remembered } from '../../../nodes/shared/webhook/ledger';

const HOUR = 3600;
let trigger = '';
let saved: Remembered = {};

/** Static data as n8n handles it: a copy for each delivery, saved afterwards. */
const load = (): Remembered => structuredClone(saved);

function claim(key: string, remembered: Remembered, window = HOUR): Claim {
	const claimed = claimDelivery(trigger, key, window, remembered);
	if ('repeatOf' in claimed) throw new Error('It counts as a repeat');
	return claimed.claim;
}

const isRepeat = (key: string, remembered: Remembered, window = HOUR) =>
	'repeatOf' in claimDelivery(trigger, key, window, remembered);

beforeEach(() => {
	trigger = `workflow/${Math.random()}`;
	saved = {};
});
afterEach(() => jest.useRealTimers());

it('gives a delivery to the first that asks, and its outcome to the others', async () => {
	const data = load();
	const first = claim('a', data);
	const second = claimDelivery(trigger, 'a', HOUR, load());
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
