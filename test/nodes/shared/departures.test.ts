import type { IDataObject } from 'n8n-workflow';

import {
	type ExpiryTracking,
	type ExpectedExpiries,
	trackExpiry as remember,
	takeExpired,
} from '../../../nodes/shared/polling/expiryEvents';

const departure: ExpiryTracking = {
	event: 'expired',
	endOf: ({ end }) => end as number | undefined,
	ended: (thing) => thing,
};

function expecting(things: IDataObject[]): ExpectedExpiries {
	const expected: ExpectedExpiries = {};
	for (const thing of things) remember(expected, String(thing.id), thing, departure, 1);
	return expected;
}

it('emits an item once, at the moment of its expiry', () => {
	const expected = expecting([{ id: 'a', end: 10 }]);
	expect(takeExpired(expected, 9, 1)).toEqual([]);
	expect(takeExpired(expected, 10, 1)).toEqual([{ id: 'a', end: 10 }]);
	expect(expected).toEqual({});
});

it('no longer tracks an item that the list reports as expired', () => {
	const expected = expecting([{ id: 'a', end: 10 }]);
	remember(expected, 'a', { id: 'a' }, departure, 1);
	expect(expected).toEqual({});
});

it('of too many, the next to end are remembered', () => {
	const things = Array.from({ length: 700 }, (_, n) => ({ id: `t${n}`, end: 1_000 - n }));
	const expected = expecting(things);
	expect(takeExpired(expected, 0, 1)).toEqual([]);
	expect(Object.keys(expected).sort()).toEqual(
		things
			.slice(200)
			.map(({ id }) => id)
			.sort(),
	);
});
