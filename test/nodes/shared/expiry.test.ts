import {
	readExpiryDates,
	type ExpiryInfo,
	matchExpiry,
	matchExpiryAtAll,
	type ExpiryRule,
} from '../../../nodes/shared/cleanUp/expiry';

const NOW = Date.parse('2030-06-01T12:00:00Z');
const HOUR = 3_600_000;
const EXPIRED: ExpiryRule = { selection: 'expired', span: 0 };
const EXPIRING: ExpiryRule = { selection: 'expiring', span: 24 * HOUR };
const OLD: ExpiryRule = { selection: 'olderThan', span: 24 * HOUR };

const expires = (milliseconds: number): ExpiryInfo => ({ expiresAt: NOW + milliseconds });
const created = (milliseconds: number): ExpiryInfo => ({ createdAt: NOW + milliseconds });

describe('a file matches the rule if it', () => {
	it.each<[string, ExpiryRule, ExpiryInfo, string]>([
		['expired a moment ago', EXPIRED, expires(-1), 'Expired on 2030-06-01T11:59:59.999Z'],
		['expires exactly now', EXPIRED, expires(0), 'Expired on 2030-06-01T12:00:00.000Z'],
		['expired months ago', EXPIRED, expires(-4000 * HOUR), 'Expired on 2029-12-16T20:00:00.000Z'],
		[
			'is marked as expired before its date',
			EXPIRED,
			{ ...expires(HOUR), isOver: true },
			'Marked as expired by the service',
		],
		[
			'is marked as expired without a date',
			EXPIRED,
			{ isOver: true },
			'Marked as expired by the service',
		],
		[
			'was created within the second that a Date header rounds off',
			EXPIRING,
			{ ...expires(1000), ...created(999) },
			'Expires soon',
		],
		[
			'expires in the next moment',
			EXPIRING,
			expires(1),
			'Expires soon, on 2030-06-01T12:00:00.001Z',
		],
		[
			'expires at the last moment of the span',
			EXPIRING,
			expires(24 * HOUR),
			'Expires soon, on 2030-06-02T12:00:00.000Z',
		],
		[
			'is exactly as old as the limit',
			OLD,
			created(-24 * HOUR),
			'Created on 2030-05-31T12:00:00.000Z',
		],
		['is older than the limit', OLD, created(-25 * HOUR), 'Created on 2030-05-31T11:00:00.000Z'],
	])('%s', (_, rule, dated, reason) => {
		expect(matchExpiry(rule, dated, NOW)).toMatchObject({
			fits: true,
			reason: expect.stringContaining(reason) as string,
		});
	});
});

describe('a file does not match the rule if it', () => {
	it.each<[string, ExpiryRule, ExpiryInfo, string]>([
		['has not expired yet', EXPIRED, expires(1), 'Expires on 2030-06-01T12:00:00.001Z'],
		['has no expiry date', EXPIRED, created(-9000 * HOUR), 'No expiry date'],
		['has already expired', EXPIRING, expires(0), 'Expired on 2030-06-01T12:00:00.000Z'],
		[
			'expires after the span',
			EXPIRING,
			expires(24 * HOUR + 1),
			'Does not expire until 2030-06-02T12:00:00.001Z',
		],
		['has no expiry date', EXPIRING, {}, 'No expiry date'],
		[
			'is a moment too young',
			OLD,
			created(-24 * HOUR + 1),
			'Created on 2030-05-31T12:00:00.001Z, which is more recent than the limit',
		],
		[
			'was created in the future',
			OLD,
			created(HOUR),
			'Created on 2030-06-01T13:00:00.000Z, which is more recent',
		],
		['has no creation date', OLD, expires(-HOUR), 'No creation date available'],
		[
			'expired before it was created',
			EXPIRED,
			{ ...expires(-2 * HOUR), ...created(-HOUR) },
			'Its expiry date, 2030-06-01T10:00:00.000Z, is before its creation date, 2030-06-01T11:00:00.000Z',
		],
		[
			'expired before it was created',
			OLD,
			{ ...expires(-200 * HOUR), ...created(-100 * HOUR) },
			'is before its creation',
		],
		[
			'was created in the future',
			EXPIRING,
			{ ...expires(2 * HOUR), ...created(HOUR) },
			'Its creation date, 2030-06-01T13:00:00.000Z, is in the future',
		],
		[
			'is marked as not expired by the service',
			EXPIRED,
			{ ...expires(-HOUR), isOver: false },
			'but not marked as expired by the service',
		],
		[
			'is marked as expired, but has downloads left',
			EXPIRED,
			{ ...expires(HOUR), isOver: true, isUsedUp: false },
			'neither its expiry date nor its download limit has been reached',
		],
		['has an unclear expiry date', EXPIRED, { isOver: true, unclear: { expiresAt: 'Why' } }, 'Why'],
		[
			'has an unclear expiry date',
			EXPIRING,
			{ ...expires(1), unclear: { expiresAt: 'Why' } },
			'Why',
		],
		[
			'has an unclear creation date',
			EXPIRED,
			{ ...expires(-1), unclear: { createdAt: 'Why' } },
			'Why',
		],
		[
			'has an unclear creation date',
			OLD,
			{ ...created(-99 * HOUR), unclear: { createdAt: 'Why' } },
			'Why',
		],
	])('%s', (_, rule, dated, reason) => {
		const verdict = matchExpiry(rule, dated, NOW);
		expect(verdict.fits).toBe(false);
		expect(verdict.reason).toContain(reason);
	});
});

it('the oldest matches come first', () => {
	const order = (rule: ExpiryRule, dated: ExpiryInfo) => matchExpiry(rule, dated, NOW).order;
	expect(order(EXPIRED, expires(-2))).toBeLessThan(order(EXPIRED, expires(-1)));
	expect(order(OLD, created(-30 * HOUR))).toBeLessThan(order(OLD, created(-29 * HOUR)));
	expect(order(EXPIRED, { isOver: true })).toBeLessThan(order(EXPIRED, expires(-1)));
});

it('an unclear expiry date does not affect the rule for the age', () => {
	const dated = { ...created(-25 * HOUR), unclear: { expiresAt: 'Why' } };
	expect(matchExpiry(OLD, dated, NOW).fits).toBe(true);
});

describe('the dates of a file', () => {
	it.each([
		[['never'], 'Its expiry date cannot be read: “never”'],
		[['Jan 5 2020'], 'Its expiry date cannot be read: “Jan 5 2020”'],
		[[{}], 'Its expiry date cannot be read'],
		[['2020-01-05', '2020-01-06'], 'The service reports different expiry dates'],
		[[null, '2020-01-05'], 'The service reports different expiry dates'],
		[['2020-01-05', 1_578_182_400], undefined],
		[[undefined, null, ''], undefined],
	])('the expiry dates %j: %s', (values, unclear) => {
		expect(readExpiryDates([], values).unclear?.expiresAt).toBe(unclear);
	});

	it('the latest of several creation dates is used', () => {
		const { createdAt } = readExpiryDates(['2020-01-05', null, '2020-01-07', '2020-01-06'], []);
		expect(createdAt).toBe(Date.parse('2020-01-07'));
	});
});

describe('at the times of two clocks', () => {
	const at = (rule: ExpiryRule, dated: ExpiryInfo) =>
		matchExpiryAtAll(rule, dated, [NOW - HOUR, NOW]);
	it.each<[string, ExpiryRule, ExpiryInfo]>([
		['expired by one clock only', EXPIRED, expires(-1)],
		['available by one clock only', EXPIRING, expires(-1)],
		['within the span by one clock only', EXPIRING, expires(24 * HOUR)],
		['old enough by one clock only', OLD, created(-24 * HOUR)],
		[
			'expired by the date of one clock and by the flag of the service',
			EXPIRED,
			{ ...expires(-1), isOver: true },
		],
	])('a file that is %s does not match', (_, rule, dated) => {
		const { fits, reason } = at(rule, dated);
		expect(fits).toBe(false);
		expect(reason).toMatch(/^The clocks disagree: /);
	});

	it.each<[string, ExpiryRule, ExpiryInfo]>([
		['expired', EXPIRED, expires(-HOUR)],
		['expiring', EXPIRING, expires(23 * HOUR)],
		['old enough', OLD, created(-25 * HOUR)],
		['marked as expired, long before its date', EXPIRED, { ...expires(HOUR), isOver: true }],
	])('a file that is %s by both clocks matches', (_, rule, dated) => {
		expect(at(rule, dated).fits).toBe(true);
	});
});
