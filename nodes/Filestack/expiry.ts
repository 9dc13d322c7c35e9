import type { ItemContext } from '../shared/operation';
import { type Field, invalidParameter } from '../shared/schema';

/** Until when a policy holds. */
export const expiryFields: Field[] = [
	{
		displayName: 'Expires',
		name: 'expiry',
		type: 'options',
		options: [
			{ name: 'After a Number of Minutes', value: 'minutes' },
			{ name: 'At a Date and Time', value: 'date' },
		],
		default: 'minutes',
		description: 'When Filestack stops accepting it',
	},
	{
		displayName: 'Minutes',
		name: 'expiresInMinutes',
		type: 'number',
		// A hundred years are still a date.
		typeOptions: { minValue: 1, maxValue: 100 * 366 * 24 * 60, numberPrecision: 0 },
		default: 60,
		displayOptions: { show: { expiry: ['minutes'] } },
		description: 'Whole minutes from now. Allow for clocks that differ by a minute.',
	},
	{
		displayName: 'Date and Time',
		name: 'expiresAt',
		type: 'dateTime',
		default: '',
		required: true,
		displayOptions: { show: { expiry: ['date'] } },
		description: 'In the time zone of the workflow, unless the value has one of its own',
	},
];

/**
 * The chosen end, in unix seconds.
 * @throws NodeOperationError that names the field which is wrong
 */
export function expiryOf(item: ItemContext): number {
	const { parameter } = item;
	if (parameter('expiry') !== 'date') {
		return Math.floor(Date.now() / 1000) + parameter<number>('expiresInMinutes') * 60;
	}
	const at = parameter<number>('expiresAt');
	if (at > Date.now()) return Math.floor(at / 1000);
	throw invalidParameter(item, 'Date and Time', 'is in the past', 'Choose a moment in the future.');
}
