import { Clock } from '../../sandbox/core/clock.mts';
import { RateLimiter } from '../../sandbox/core/rateLimiter.mts';

let clock: Clock;
let limiter: RateLimiter;
beforeEach(() => {
	clock = new Clock({ speed: 0 });
	limiter = new RateLimiter(clock, 60);
});
afterEach(() => clock.close());

const counted = (times: number, key = 'a', limit = 2) =>
	Array.from({ length: times }, () => limiter.count(key, limit));

test('allows a number of requests per window and key', () => {
	expect(counted(4).map(({ remaining, exceeded }) => [remaining, exceeded])).toEqual([
		[1, false],
		[0, false],
		[0, true],
		[0, true],
	]);
	expect(counted(1, 'b')[0].exceeded).toBe(false);
});

test('starts a window with a request and ends it at a full second', async () => {
	const { resetAt } = counted(3)[2];
	expect(resetAt.getMilliseconds()).toBe(0);
	const left = (resetAt.getTime() - clock.now().getTime()) / 1000;
	expect(left).toBeGreaterThan(58);
	expect(left).toBeLessThanOrEqual(60);
	await clock.advance(left - 0.001);
	expect(counted(1)[0].exceeded).toBe(true);
	await clock.advance(0.001);
	expect(counted(1)[0]).toMatchObject({ remaining: 1, exceeded: false });
});

test('applies a changed limit immediately; Infinity means no limit', () => {
	counted(2);
	expect(counted(1, 'a', 5)[0]).toMatchObject({ limit: 5, remaining: 2, exceeded: false });
	expect(counted(1, 'a', 1)[0].exceeded).toBe(true);
	expect(counted(1, 'a', Infinity)[0]).toMatchObject({ remaining: Infinity, exceeded: false });
});

test('starts a new window after the clock was reset', async () => {
	await clock.advance(86_400);
	expect(counted(3)[2].exceeded).toBe(true);
	clock.reset();
	expect(counted(1)[0].exceeded).toBe(false);
});
