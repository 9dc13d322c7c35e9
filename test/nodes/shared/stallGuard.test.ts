import { sleep } from 'n8n-workflow';

import { cancellableSleep } from '../../../nodes/shared/http/retry';
import { processingTime, StallGuard, startTimer } from '../../../nodes/shared/http/stallGuard';
import { eventually } from '../../support/eventually';
import { useRealWaits } from '../../support/waits';

useRealWaits();

const never = new Promise<never>(() => undefined);

it.each([0.5, 33.3, 1, 0, -5, NaN])('a timer of %p milliseconds expires soon', async (time) => {
	const expire = jest.fn();
	startTimer(time, expire);
	await eventually(() => expire.mock.calls.length > 0);
});

it.each([2 ** 31, 1e12, Infinity])(
	'a timer of %p milliseconds does not expire immediately',
	async (time) => {
		const expire = jest.fn();
		const stopTimer = startTimer(time, expire);
		await sleep(50);
		stopTimer();
		expect(expire).not.toHaveBeenCalled();
	},
);

it('cancels a transfer without progress, also after a fraction of a second', async () => {
	const guard = new StallGuard(10.5);
	await expect(guard.during(never)).rejects.toMatchObject({ code: 'ESTALLED' });
	expect(guard.signal.aborted).toBe(true);
});

it('does not cancel a transfer with progress', async () => {
	const guard = new StallGuard(400);
	let left = 20;
	const work = async () => {
		while (left-- > 0) {
			guard.progress();
			await sleep(40);
		}
		return 'done';
	};
	expect(await guard.during(work())).toBe('done');
});

it('cancels a transfer that stalls after some progress', async () => {
	const guard = new StallGuard(200);
	const outcome = guard.during(never);
	const seen = expect(outcome).rejects.toMatchObject({ code: 'ESTALLED' });
	await sleep(100);
	guard.progress();
	await seen;
});

it('does not cancel a transfer while it may be silent for longer', async () => {
	const guard = new StallGuard(50);
	guard.extend(60_000);
	expect(await guard.during(sleep(300).then(() => 'done'))).toBe('done');
});

it.each([
	[0, 0],
	[2 ** 20, 0],
	[2 ** 30, 30_000],
	[300 * 2 ** 30, 9_000_000],
])('a service may need for %i bytes an additional %i ms', (bytes, milliseconds) => {
	expect(processingTime(bytes)).toBe(milliseconds);
});

it.each(['before', 'during'])(
	'is cancelled if the user stops the execution %s the transfer',
	async (when) => {
		const stop = new AbortController();
		if (when === 'before') stop.abort();
		const outcome = new StallGuard(60_000, stop.signal).during(never);
		stop.abort();
		await expect(outcome).rejects.toMatchObject({ code: 'ERR_CANCELED' });
	},
);

describe('when the clock jumps', () => {
	afterEach(() => void jest.restoreAllMocks());

	it.each([-86_400_000, 86_400_000])('by %i ms, a transfer is not cancelled', async (jump) => {
		const guard = new StallGuard(2_000);
		const now = Date.now();
		jest.spyOn(Date, 'now').mockReturnValue(now + jump);
		expect(await guard.during(sleep(50).then(() => 'done'))).toBe('done');
	});

	it('back, a stalled transfer is still cancelled', async () => {
		const guard = new StallGuard(50);
		const now = Date.now();
		jest.spyOn(Date, 'now').mockReturnValue(now - 86_400_000);
		await expect(guard.during(never)).rejects.toMatchObject({ code: 'ESTALLED' });
	});

	it('back, a wait ends', async () => {
		const now = Date.now();
		jest.spyOn(Date, 'now').mockReturnValue(now - 86_400_000);
		await cancellableSleep(20);
	});
});

describe('a timer', () => {
	it('that was stopped does not expire', async () => {
		const expired: string[] = [];
		const stop = startTimer(20, () => expired.push('stopped'));
		startTimer(40, () => expired.push('other'));
		stop();
		await eventually(() => expired.length > 0);
		expect(expired).toEqual(['other']);
	});

	it('that ends before one started earlier expires first', async () => {
		const expired: string[] = [];
		startTimer(60, () => expired.push('late'));
		startTimer(10, () => expired.push('early'));
		await eventually(() => expired.length === 2);
		expect(expired).toEqual(['early', 'late']);
	});
});
