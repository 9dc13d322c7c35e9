import {
	type ExpiryTracking,
	type ExpectedExpiries,
	limitExpected,
	trackExpiry,
	takeExpired,
} from '../../../nodes/shared/polling/expiryEvents';
import type { OutputItem } from '../../../nodes/shared/node/output';

const tracking: ExpiryTracking = {
	event: 'expired',
	endOf: ({ json }) => json.end as number | undefined,
	ended: (item) => item,
};

function trackItems(items: OutputItem[]): ExpectedExpiries {
	const expected: ExpectedExpiries = {};
	for (const item of items) trackExpiry(expected, String(item.json.id), item, tracking, 1);
	return expected;
}

it('emits an item once, at the moment of its expiry', () => {
	const expected = trackItems([{ json: { id: 'a', end: 10 } }]);
	expect(takeExpired(expected, 9, 1)).toEqual([]);
	expect(takeExpired(expected, 10, 1)).toEqual([{ json: { id: 'a', end: 10 } }]);
	expect(expected).toEqual({});
});

it('no longer tracks an item that the list reports as expired', () => {
	const expected = trackItems([{ json: { id: 'a', end: 10 } }]);
	trackExpiry(expected, 'a', { json: { id: 'a' } }, tracking, 1);
	expect(expected).toEqual({});
});

describe('too many items', () => {
	const items = Array.from({ length: 700 }, (_, n) => ({ json: { id: `t${n}`, end: 1_000 - n } }));
	const firstToExpire = items.slice(200).map(({ json }) => json.id);

	it('are limited to those that expire first', () => {
		const expected = trackItems(items);
		limitExpected(expected, 1);
		expect(Object.keys(expected).sort()).toEqual([...firstToExpire].sort());
	});

	it('do not displace those of the previous pass', () => {
		const expected = trackItems(items);
		trackExpiry(expected, 'earlier', { json: { end: 2_000 } }, tracking, 0);
		limitExpected(expected, 1);
		expect(Object.keys(expected).sort()).toEqual(['earlier', ...firstToExpire].sort());
	});
});
