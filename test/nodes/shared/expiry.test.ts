import { type Dated, judge, type Rule } from '../../../nodes/shared/expiry';

const NOW = Date.parse('2030-06-01T12:00:00Z');
const AT = { earliest: NOW, latest: NOW };
const HOUR = 3_600_000;
const EXPIRED: Rule = { selection: 'expired', span: 0 };
const EXPIRING: Rule = { selection: 'expiring', span: 24 * HOUR };
const OLD: Rule = { selection: 'olderThan', span: 24 * HOUR };

const expires = (milliseconds: number): Dated => ({ expiresAt: NOW + milliseconds });
const created = (milliseconds: number): Dated => ({ createdAt: NOW + milliseconds });

describe('fits', () => {
	it.each<[string, Rule, Dated, string]>([
		['expired a moment ago', EXPIRED, expires(-1), 'It expired on 2030-06-01T11:59:59.999Z'],
		['expires exactly now', EXPIRED, expires(0), 'It expired on 2030-06-01T12:00:00.000Z'],
		['months over', EXPIRED, expires(-4000 * HOUR), 'It expired on 2029-12-16T20:00:00.000Z'],
		[
			'over before its date',
			EXPIRED,
			{ ...expires(HOUR), saysExpired: true, isUsedUp: true },
			'The service says that it has expired',
		],
		['over without a date', EXPIRED, { saysExpired: true }, 'The service says that it has expired'],
		['the next moment', EXPIRING, expires(1), 'It expires soon, on 2030-06-01T12:00:00.001Z'],
		[
			'the last moment of the span',
			EXPIRING,
			expires(24 * HOUR),
			'It expires soon, on 2030-06-02T12:00:00.000Z',
		],
		[
			'exactly as old as asked for',
			OLD,
			created(-24 * HOUR),
			'It was created on 2030-05-31T12:00:00.000Z',
		],
		['older', OLD, created(-25 * HOUR), 'It was created on 2030-05-31T11:00:00.000Z'],
	])('%s', (_, rule, dated, reason) => {
		expect(judge(rule, dated, AT)).toMatchObject({ fits: true, reason });
	});
});

describe('is kept', () => {
	it.each<[string, Rule, Dated, string]>([
		['not over yet', EXPIRED, expires(1), 'It expires on 2030-06-01T12:00:00.001Z'],
		['without an expiry', EXPIRED, created(-9000 * HOUR), 'It has no expiry date'],
		['expired already', EXPIRING, expires(0), 'It expired on 2030-06-01T12:00:00.000Z'],
		[
			'after the span',
			EXPIRING,
			expires(24 * HOUR + 1),
			'It expires later, on 2030-06-02T12:00:00.001Z',
		],
		['without an expiry', EXPIRING, {}, 'It has no expiry date'],
		[
			'a moment too young',
			OLD,
			created(-24 * HOUR + 1),
			'It was created on 2030-05-31T12:00:00.001Z, not long enough ago',
		],
		['from the future', OLD, created(HOUR), 'It was created on 2030-06-01T13:00:00.000Z, not'],
		['without a date', OLD, expires(-HOUR), 'It has no creation date'],
	])('%s', (_, rule, dated, reason) => {
		const verdict = judge(rule, dated, AT);
		expect(verdict.fits).toBe(false);
		expect(verdict.reason).toContain(reason);
	});
});

it('the oldest come first', () => {
	const order = (rule: Rule, dated: Dated) => judge(rule, dated, AT).order;
	expect(order(EXPIRED, expires(-2))).toBeLessThan(order(EXPIRED, expires(-1)));
	expect(order(OLD, created(-30 * HOUR))).toBeLessThan(order(OLD, created(-29 * HOUR)));
	expect(order(EXPIRED, { saysExpired: true })).toBeLessThan(order(EXPIRED, expires(-1)));
});
