import {
	type ExpiryTracking,
	type ExpectedExpiries,
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

it('keeps the items that expire first if there are too many', () => {
	const items = Array.from({ length: 700 }, (_, n) => ({ json: { id: `t${n}`, end: 1_000 - n } }));
	const expected = trackItems(items);
	expect(takeExpired(expected, 0, 1)).toEqual([]);
	expect(Object.keys(expected).sort()).toEqual(
		items
			.slice(200)
			.map(({ json }) => json.id)
			.sort(),
	);
});
