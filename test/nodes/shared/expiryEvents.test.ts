import type { IDataObject } from 'n8n-workflow';

import {
	type ExpiryTracking,
	type ExpectedExpiries,
	trackExpiry,
	takeExpired,
} from '../../../nodes/shared/polling/expiryEvents';

const tracking: ExpiryTracking = {
	event: 'expired',
	endOf: ({ end }) => end as number | undefined,
	ended: (item) => item,
};

function trackItems(items: IDataObject[]): ExpectedExpiries {
	const expected: ExpectedExpiries = {};
	for (const item of items) trackExpiry(expected, String(item.id), item, tracking, 1);
	return expected;
}

it('emits an item once, at the moment of its expiry', () => {
	const expected = trackItems([{ id: 'a', end: 10 }]);
	expect(takeExpired(expected, 9, 1)).toEqual([]);
	expect(takeExpired(expected, 10, 1)).toEqual([{ id: 'a', end: 10 }]);
	expect(expected).toEqual({});
});

it('no longer tracks an item that the list reports as expired', () => {
	const expected = trackItems([{ id: 'a', end: 10 }]);
	trackExpiry(expected, 'a', { id: 'a' }, tracking, 1);
	expect(expected).toEqual({});
});

it('keeps the items that expire first if there are too many', () => {
	const items = Array.from({ length: 700 }, (_, n) => ({ id: `t${n}`, end: 1_000 - n }));
	const expected = trackItems(items);
	expect(takeExpired(expected, 0, 1)).toEqual([]);
	expect(Object.keys(expected).sort()).toEqual(
		items
			.slice(200)
			.map(({ id }) => id)
			.sort(),
	);
});
