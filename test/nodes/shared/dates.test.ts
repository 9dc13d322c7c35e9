import { epochOf, isoDate } from '../../../nodes/shared/dates';

describe('a date of any service becomes ISO 8601 in UTC', () => {
	it.each([
		['ISO with Z', '2025-01-22T14:22:18Z', '2025-01-22T14:22:18.000Z'],
		['ISO with an offset', '2025-01-22T16:22:18+02:00', '2025-01-22T14:22:18.000Z'],
		[
			'ISO without an offset, which is UTC',
			'2026-05-13T20:30:22.123456',
			'2026-05-13T20:30:22.123Z',
		],
		['a blank instead of T', '2026-05-13 20:30:22', '2026-05-13T20:30:22.000Z'],
		['a day', '2026-05-13', '2026-05-13T00:00:00.000Z'],
		['an HTTP date', 'Wed, 22 Jan 2025 14:22:18 GMT', '2025-01-22T14:22:18.000Z'],
		['unix seconds', 1559199901, '2019-05-30T07:05:01.000Z'],
		['unix milliseconds as a fraction', 1431950945811.783, '2015-05-18T12:09:05.811Z'],
	])('%s', (_, value, iso) => {
		expect(isoDate(value)).toBe(iso);
	});

	it.each([[''], ['soon'], [null], [undefined], [NaN], [Infinity], [{}], [9e15], [0], [-1]])(
		'%p is no date',
		(value) => {
			expect(isoDate(value)).toBeUndefined();
			expect(epochOf(value)).toBeUndefined();
		},
	);
});
