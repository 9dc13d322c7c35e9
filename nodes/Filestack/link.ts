import type { ItemContext } from '../shared/node/operation';
import { type Field, invalidParameter } from '../shared/node/schema';

/** The fields for the expiry of a policy. */
export const expiryFields: Field[] = [
	{
		displayName: 'Expiry',
		name: 'expiry',
		type: 'options',
		options: [
			{ name: 'After a Number of Minutes', value: 'minutes' },
			{ name: 'At a Date and Time', value: 'date' },
		],
		default: 'minutes',
		description: 'When it stops being valid',
	},
	{
		displayName: 'Expires After (Minutes)',
		name: 'expiresInMinutes',
		type: 'number',
		// The upper bound (100 years) keeps the result a valid Date.
		typeOptions: { minValue: 1, maxValue: 100 * 366 * 24 * 60, numberPrecision: 0 },
		default: 60,
		displayOptions: { show: { expiry: ['minutes'] } },
		description: 'Number of minutes from now. Allow for a minute of clock difference.',
	},
	{
		displayName: 'Date and Time',
		name: 'expiresAt',
		type: 'dateTime',
		default: '',
		required: true,
		displayOptions: { show: { expiry: ['date'] } },
		description: 'Uses the workflow’s time zone unless the value includes one',
	},
];

/**
 * Returns the selected expiry in unix seconds.
 * @throws NodeOperationError that names the invalid field
 */
export function readExpiry(item: ItemContext): number {
	const { parameter } = item;
	if (parameter('expiry') !== 'date') {
		return Math.floor(Date.now() / 1000) + parameter<number>('expiresInMinutes') * 60;
	}
	const expiresAt = parameter<number>('expiresAt');
	if (expiresAt > Date.now()) return Math.floor(expiresAt / 1000);
	throw invalidParameter(
		item,
		'Date and Time',
		'is in the past',
		'Select a date and time in the future.',
	);
}
