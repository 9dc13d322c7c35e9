import { epochOf, headerTime, isNoDate, isoDate, serviceTime } from '../../../nodes/shared/dates';
import { ALL_NEVER, ALL_UNREADABLE } from '../../support/cleanUpModel';

describe('a date of any service becomes ISO 8601 in UTC', () => {
	it.each([
		['ISO with Z', '2025-01-22T14:22:18Z', '2025-01-22T14:22:18.000Z'],
		['ISO with an offset', '2025-01-22T16:22:18+02:00', '2025-01-22T14:22:18.000Z'],
		[
			'ISO without an offset, which is UTC',
			'2026-05-13T20:30:22.123456',
			'2026-05-13T20:30:22.123Z',
		],
		['a space instead of T', '2026-05-13 20:30:22', '2026-05-13T20:30:22.000Z'],
		['a day', '2026-05-13', '2026-05-13T00:00:00.000Z'],
		['an HTTP date', 'Wed, 22 Jan 2025 14:22:18 GMT', '2025-01-22T14:22:18.000Z'],
		['digits only', '20260513203022', '2026-05-13T20:30:22.000Z'],
		['digits only, as a number', 20260513203022, '2026-05-13T20:30:22.000Z'],
		['unix seconds', 1559199901, '2019-05-30T07:05:01.000Z'],
		['the last unix seconds', 99_999_999_999, '5138-11-16T09:46:39.000Z'],
		['the first unix milliseconds', 946_684_800_000, '2000-01-01T00:00:00.000Z'],
		['unix milliseconds as a fraction', 1431950945811.783, '2015-05-18T12:09:05.811Z'],
	])('%s', (_, value, iso) => {
		expect(isoDate(value)).toBe(iso);
	});

	it.each([
		[''],
		['soon'],
		['20261301000000'],
		[null],
		[undefined],
		[NaN],
		[Infinity],
		[{}],
		[9e15],
		[0],
		[-1],
	])('%p is not a date', (value) => {
		expect(isoDate(value)).toBeUndefined();
		expect(epochOf(value)).toBeUndefined();
	});
});

describe('a value that means “never”', () => {
	it.each(ALL_NEVER.map((value) => [value]))('%j is not a date', (value) => {
		expect(epochOf(value)).toBeUndefined();
		expect(isNoDate(value)).toBe(true);
	});
});

describe('a value in an unknown format is neither a date nor “never”, even if Date.parse accepts it', () => {
	it.each(ALL_UNREADABLE.map((value) => [value]))('%j', (value) => {
		expect(epochOf(value)).toBeUndefined();
		expect(isNoDate(value)).toBe(false);
	});
});

describe('the Date header', () => {
	it('is parsed if it is an HTTP date', () => {
		expect(headerTime('Sun, 06 Nov 2022 08:49:37 GMT')).toBe(Date.UTC(2022, 10, 6, 8, 49, 37));
	});

	it.each([
		undefined,
		'',
		'now',
		'0',
		'1700000000',
		1700000000,
		'2022-11-06T08:49:37Z',
		'Mon, 06 Nov 2022 08:49:37 GMT',
		'Sun, 06 Nov 2022 08:49:37',
		'Sun, 06 Nov 2022 25:49:37 GMT',
		'Sunday, 06-Nov-22 08:49:37 GMT',
		'Sun Nov  6 08:49:37 2022',
		'Thu, 01 Jan 1970 00:00:00 GMT',
		['Sun, 06 Nov 2022 08:49:37 GMT'],
	])('is ignored in favor of the clock of n8n if it is %j', (date) => {
		expect(headerTime(date)).toBeUndefined();
		expect(Math.abs(serviceTime({ date }) - Date.now())).toBeLessThan(5000);
	});
});
