import { OutageRetries } from '../../../nodes/shared/http/retry';

const MINUTE = 60_000;
const RESET = { code: 'ECONNRESET' };

/** Lets the monotonic clock of the test stand still, and advances it. */
function stopClock(): { advance(milliseconds: number): void } {
	let now = 1_000;
	jest.spyOn(performance, 'now').mockImplementation(() => now);
	return { advance: (milliseconds) => (now += milliseconds) };
}

afterEach(() => jest.restoreAllMocks());

describe('a transfer during an outage', () => {
	it('waits longer after each attempt, up to 30 seconds', () => {
		stopClock();
		const retries = new OutageRetries(10 * MINUTE);
		const waits = Array.from({ length: 10 }, (_, index) => retries.delay(index + 1, RESET)!);
		for (const [index, wait] of waits.entries()) {
			const longest = Math.min(30_000, 500 * 2 ** index);
			expect(wait).toBeGreaterThanOrEqual(longest / 2);
			expect(wait).toBeLessThanOrEqual(longest);
		}
	});

	it('gives up when nothing has succeeded for the set time', () => {
		const clock = stopClock();
		const retries = new OutageRetries(10 * MINUTE);
		retries.delay(1, RESET);
		clock.advance(9 * MINUTE);
		expect(retries.delay(20, RESET)).toBeDefined();
		clock.advance(MINUTE);
		expect(retries.delay(21, RESET)).toBeUndefined();
	});

	it('counts from the first failure, because a request may take long before it fails', () => {
		const clock = stopClock();
		const retries = new OutageRetries(10 * MINUTE);
		retries.recordSuccess();
		clock.advance(60 * MINUTE);
		expect(retries.delay(4, RESET)).toBeDefined();
		clock.advance(10 * MINUTE);
		expect(retries.delay(5, RESET)).toBeUndefined();
	});

	it('gives up although requests that only prepare the transfer succeed', () => {
		const clock = stopClock();
		const retries = new OutageRetries(10 * MINUTE);
		retries.delay(1, RESET);
		clock.advance(10 * MINUTE);
		retries.forPreparation().recordSuccess();
		expect(retries.delay(20, RESET)).toBeUndefined();
	});

	it('counts the failures of requests that only prepare the transfer', () => {
		const clock = stopClock();
		const retries = new OutageRetries(10 * MINUTE);
		retries.forPreparation().delay(1, RESET);
		clock.advance(10 * MINUTE);
		expect(retries.delay(20, RESET)).toBeUndefined();
	});

	it('continues as long as any request succeeds', () => {
		const clock = stopClock();
		const retries = new OutageRetries(10 * MINUTE);
		retries.delay(1, RESET);
		clock.advance(9 * MINUTE);
		retries.recordSuccess();
		retries.delay(20, RESET);
		clock.advance(9 * MINUTE);
		expect(retries.delay(21, RESET)).toBeDefined();
	});

	it('does not wait beyond the time at which it gives up', () => {
		const clock = stopClock();
		const retries = new OutageRetries(10 * MINUTE);
		retries.delay(1, RESET);
		clock.advance(10 * MINUTE - 700);
		expect(retries.delay(20, RESET)).toBe(700);
	});

	it('makes four attempts even if the time is up', () => {
		const clock = stopClock();
		const retries = new OutageRetries(0);
		clock.advance(MINUTE);
		expect(retries.delay(3, RESET)).toBeDefined();
		expect(retries.delay(4, RESET)).toBeUndefined();
	});

	it('waits as long as the service asks, within the set time', () => {
		stopClock();
		const retries = new OutageRetries(10 * MINUTE);
		expect(retries.delay(5, { status: 503, retryAfter: 5 * MINUTE })).toBe(5 * MINUTE);
		expect(retries.delay(5, { status: 503, retryAfter: 11 * MINUTE })).toBeUndefined();
	});

	it.each(['ENOTFOUND', 'ENETDOWN', 'EHOSTDOWN', 'ESTALLED'])(
		'retries after %s only if something has succeeded before',
		(code) => {
			stopClock();
			const retries = new OutageRetries(10 * MINUTE);
			expect(retries.delay(1, { code })).toBeUndefined();
			retries.recordSuccess();
			expect(retries.delay(1, { code })).toBeDefined();
		},
	);

	it.each([408, 425, 429, 502, 503, 504, 520, 521, 522, 523, 524, 530])(
		'retries after status %i',
		(status) => {
			stopClock();
			expect(new OutageRetries(10 * MINUTE).delay(9, { status })).toBeDefined();
		},
	);

	it.each([400, 401, 403, 404, 410, 413, 501, 507])('does not retry after status %i', (status) => {
		stopClock();
		expect(new OutageRetries(10 * MINUTE).delay(1, { status })).toBeUndefined();
	});

	it('retries after status 500, but only three times', () => {
		stopClock();
		const retries = new OutageRetries(10 * MINUTE);
		expect(retries.delay(3, { status: 500 })).toBeDefined();
		expect(retries.delay(4, { status: 500 })).toBeUndefined();
	});

	it('reports each wait', () => {
		stopClock();
		const onWait = jest.fn();
		const retries = new OutageRetries(10 * MINUTE, onWait);
		retries.delay(1, RESET);
		retries.delay(1, { status: 404 });
		expect(onWait).toHaveBeenCalledTimes(1);
	});
});
