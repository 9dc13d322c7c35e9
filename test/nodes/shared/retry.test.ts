import { mayRepeat, pause, pauseAfter, retryAfterOf } from '../../../nodes/shared/retry';

describe('a failed call is repeated', () => {
	it.each([
		['too many requests, even for a call that must not run twice', { status: 429 }, false],
		['a connection that was never made, likewise', { code: 'ECONNREFUSED' }, false],
		['a bad gateway', { status: 502 }, true],
		['an overload', { status: 503 }, true],
		['a gateway timeout', { status: 504 }, true],
		['a reset connection', { code: 'ECONNRESET' }, true],
		['a timeout', { code: 'ETIMEDOUT' }, true],
	])('after %s', (_, setback, repeatable) => {
		expect(mayRepeat(setback, repeatable)).toBe(true);
	});

	it.each([
		['a reset connection, if it must not run twice', { code: 'ECONNRESET' }, false],
		['an overload, if it must not run twice', { status: 503 }, false],
		['an error of the service', { status: 500 }, true],
		['a refusal', { status: 403 }, true],
		['a host that does not exist', { code: 'ENOTFOUND' }, true],
		['something unknown', {}, true],
	])('but not after %s', (_, setback, repeatable) => {
		expect(mayRepeat(setback, repeatable)).toBe(false);
	});
});

describe('the pause before a repeat', () => {
	it('doubles, and ends after the fourth attempt', () => {
		const pauses = [1, 2, 3].map((attempt) => pauseAfter(attempt, {})!);
		pauses.forEach((ms, index) => {
			expect(ms).toBeGreaterThanOrEqual(250 * 2 ** index);
			expect(ms).toBeLessThanOrEqual(500 * 2 ** index);
		});
		expect(pauseAfter(4, {})).toBeUndefined();
	});

	it('is what the service asks for, up to a minute', () => {
		expect(pauseAfter(1, { retryAfter: 7000 })).toBe(7000);
		expect(pauseAfter(1, { retryAfter: 60_000 })).toBe(60_000);
		expect(pauseAfter(1, { retryAfter: 60_001 })).toBeUndefined();
	});

	it('ends when the execution is stopped', async () => {
		const started = Date.now();
		await pause(30_000, AbortSignal.timeout(50));
		expect(Date.now() - started).toBeLessThan(5_000);
	});
});

describe('the wait that an answer asks for', () => {
	const date = 'Wed, 22 Jan 2025 14:22:18 GMT';
	const unix = Date.parse(date) / 1000;
	it.each([
		['Retry-After in seconds', { 'retry-after': '7' }, 7000],
		['Retry-After as a date', { date, 'retry-after': 'Wed, 22 Jan 2025 14:22:28 GMT' }, 10_000],
		['X-RateLimit-Reset', { date, 'x-ratelimit-reset': String(unix + 30) }, 30_000],
		['Filestack-Reset', { date, 'filestack-reset': String(unix + 5) }, 5000],
		['nonsense', { 'retry-after': 'later' }, undefined],
		['nothing', {}, undefined],
	])('%s', (_, headers, milliseconds) => {
		expect(retryAfterOf(headers)).toBe(milliseconds);
	});
});
