/** Which deliveries count as duplicates, and which may be sent again. */
import { claimDelivery, freeTrigger, SeenKeys } from '../../../nodes/shared/webhook/deduplication';
import { HOUR, merged, recordsIn, TriggerDeliveries } from '../../support/deduplication';

let trigger: TriggerDeliveries;
beforeEach(() => void (trigger = new TriggerDeliveries()));
afterEach(() => jest.useRealTimers());

it('gives the claim to the first delivery, and its result to the duplicates', async () => {
	const data = trigger.load();
	const first = trigger.claim('a', data);
	const second = trigger.duplicateOf('a');
	first.markDispatched();
	first.resolve(true);
	expect(await second).toBe(true);
});

it('recognizes an accepted delivery after a restart', () => {
	trigger.claim('a', trigger.saved).markDispatched();
	trigger.restart();
	expect(trigger.isDuplicate('a')).toBe(true);
	expect(trigger.isDuplicate('b')).toBe(false);
});

it('accepts the retry of a failed delivery, even if it was saved in the meantime', () => {
	const first = trigger.claim('a', trigger.load());
	first.markDispatched();
	const other = trigger.load();
	trigger.claim('b', other).markDispatched();
	trigger.saved = structuredClone(other); // contains a, which n8n could not start in the end
	first.resolve(false);
	expect(trigger.isDuplicate('a')).toBe(false);
});

it('does not record a delivery in progress', () => {
	trigger.claim('pending', trigger.load());
	trigger.claim('done', trigger.saved).markDispatched();
	expect(recordsIn(trigger.saved)).toHaveLength(1);
});

it('keeps the record of a simultaneous delivery', () => {
	const one = trigger.load();
	const other = trigger.load();
	trigger.claim('a', one).markDispatched();
	trigger.claim('b', other).markDispatched();
	trigger.saved = structuredClone(other); // saved last, over the other one
	trigger.restart();
	expect(trigger.isDuplicate('a')).toBe(true);
	expect(trigger.isDuplicate('b')).toBe(true);
});

it('loses no record if n8n saves an earlier delivery after a later one', () => {
	const [one, other] = [trigger.load(), trigger.load()];
	trigger.claim('a', one).markDispatched();
	trigger.claim('b', other).markDispatched();
	trigger.saved = structuredClone(other);
	trigger.saved = structuredClone(one);
	trigger.restart();
	expect(trigger.isDuplicate('a')).toBe(true);
	expect(trigger.isDuplicate('b')).toBe(true);
});

it('records a delivery again if another process has saved without it', () => {
	trigger.claim('a', trigger.saved).markDispatched();
	trigger.saved = {};
	const repeat = trigger.load();
	expect(trigger.isDuplicate('a', repeat)).toBe(true);
	trigger.saved = structuredClone(repeat);
	trigger.restart();
	expect(trigger.isDuplicate('a')).toBe(true);
});

it('records a delivery again when the workflow is deactivated, if n8n has overwritten its record', () => {
	trigger.accept('a');
	trigger.saved = {};
	const atDeactivation = trigger.load();
	freeTrigger(trigger.id, atDeactivation);
	trigger.saved = structuredClone(atDeactivation);
	expect(trigger.isDuplicate('a')).toBe(true);
	trigger.restart();
	expect(trigger.isDuplicate('a')).toBe(true);
});

it('recognizes a delivery after its trigger was renamed and published again', () => {
	trigger.accept('a');
	freeTrigger(trigger.id, trigger.load());
	trigger.saved = {}; // n8n's static data belongs to the name of a node
	expect(trigger.isDuplicate('a')).toBe(true);
});

it('does not confuse a delivery that outlasts its window with the next one of the same key', async () => {
	jest.useFakeTimers({ now: 1_000_000_000 });
	const slow = trigger.claim('a', trigger.load());
	jest.setSystemTime(1_000_000_000 + HOUR * 1000);
	const next = trigger.claim('a', trigger.load());
	slow.resolve(true);
	const duplicate = trigger.duplicateOf('a');
	next.resolve(true);
	expect(await duplicate).toBe(true);
});

it('accepts every duplicate with a window of 0', () => {
	trigger.claim('a', trigger.saved, 0).markDispatched();
	expect(trigger.isDuplicate('a', trigger.load(), 0)).toBe(false);
});

describe('a failed delivery', () => {
	it('gives its result to the duplicates that arrived in the meantime', async () => {
		const first = trigger.claim('a', trigger.load());
		const duplicate = trigger.duplicateOf('a');
		first.resolve(false);
		expect(await duplicate).toBe(false);
		expect(trigger.isDuplicate('a')).toBe(false);
	});

	it('is not in the static data of later deliveries', () => {
		const first = trigger.claim('a', trigger.saved);
		first.markDispatched();
		first.resolve(false);
		trigger.claim('b', trigger.saved).markDispatched();
		expect(recordsIn(trigger.saved)).toHaveLength(1);
	});

	it('counts as seen once its retry has started an execution', () => {
		const first = trigger.claim('a', trigger.load());
		first.markDispatched();
		first.resolve(false);
		const retry = trigger.claim('a', trigger.saved);
		retry.markDispatched();
		retry.resolve(true);
		expect(trigger.isDuplicate('a')).toBe(true);
		trigger.restart();
		expect(trigger.isDuplicate('a')).toBe(true);
	});

	it('that another process has accepted since counts as seen when its own window has ended', () => {
		jest.useFakeTimers({ now: 1_000_000_000 });
		trigger.claim('a', trigger.load()).resolve(false);
		jest.setSystemTime(1_000_000_000 + HOUR * 1000);
		const other = trigger.elsewhere('a');
		trigger.claim('b', trigger.saved).markDispatched();
		trigger.saved = merged(trigger.saved, other);
		expect(trigger.isDuplicate('a')).toBe(true);
	});

	it('that another process has accepted since counts as seen', () => {
		jest.useFakeTimers({ now: 1_000_000_000 });
		trigger.claim('a', trigger.load()).resolve(false);
		jest.setSystemTime(1_000_000_000 + 60_000);
		trigger.saved = trigger.elsewhere('a');
		expect(trigger.isDuplicate('a')).toBe(true);
	});

	it('can be sent again, although deliveries signed later were forgotten in the meantime', () => {
		const now = 1_800_000_000_000;
		jest.useFakeTimers({ now });
		trigger.claim('a', trigger.load(), HOUR, now).resolve(false);
		const inFlight = trigger.claim('b', trigger.saved, HOUR, now);
		inFlight.markDispatched();
		for (let n = 1; n <= 2100; n++) trigger.accept(`delivery ${n}`, HOUR, now + n * 1000);
		inFlight.resolve(false);
		expect(trigger.isDuplicate('a', trigger.load(), HOUR, now)).toBe(false);
		expect(trigger.isDuplicate('b', trigger.load(), HOUR, now)).toBe(false);
	});

	it('counts as a duplicate once its retry was accepted and forgotten', () => {
		const now = 1_800_000_000_000;
		jest.useFakeTimers({ now });
		trigger.claim('a', trigger.load(), HOUR, now).resolve(false);
		trigger.accept('a', HOUR, now);
		for (let n = 1; n <= 2100; n++) trigger.accept(`delivery ${n}`, HOUR, now + n * 1000);
		expect(trigger.isDuplicate('a', trigger.load(), HOUR, now)).toBe(true);
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
		const first = trigger.claim('a', trigger.load());
		first.markDispatched();
		const other = trigger.load();
		const second = trigger.claim('b', other);
		second.markDispatched();
		trigger.saved = structuredClone(other);
		second.resolve(true);
		first.resolve(false);
		freeTrigger(trigger.id, trigger.load());
		expect(trigger.isDuplicate('a')).toBe(false);
	});

	it('from a clock that is ahead can be sent again, even if it was saved in the meantime', () => {
		const signedAt = Date.now() + 600_000;
		const first = trigger.claim('a', trigger.load(), HOUR, signedAt);
		first.markDispatched();
		const other = trigger.load();
		trigger.claim('b', other).markDispatched();
		trigger.saved = structuredClone(other);
		first.resolve(false);
		expect(trigger.isDuplicate('a', trigger.load(), HOUR, signedAt)).toBe(false);
	});
});

it('keeps a delivery in progress apart while the others are pruned', async () => {
	const slow = trigger.claim('slow', trigger.load());
	for (let n = 0; n < 2500; n++) trigger.accept(`delivery ${n}`);
	const duplicate = trigger.duplicateOf('slow');
	slow.resolve(true);
	expect(await duplicate).toBe(true);
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
		for (let n = from; n < to; n++) use(`${trigger.id}-${n}`);
	};
	use(trigger.id);
	useOthers(0, 900);
	use(trigger.id);
	useOthers(900, 1_700);
	expect(use(trigger.id)).toBe(true);
	expect(use(`${trigger.id}-0`)).toBe(false);
});
