import type { INodeProperties } from 'n8n-workflow';

import { chosenDate, wholeNumber, wrong } from '../shared/inputs';
import type { ItemContext } from '../shared/operation';

/** Until when a policy holds. */
export const expiryFields: INodeProperties[] = [
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
		typeOptions: { minValue: 1, numberPrecision: 0 },
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
		// A hundred years are enough for anybody, and still a date.
		const limits = { min: 1, max: 100 * 366 * 24 * 60 };
		const minutes = wholeNumber(item, 'Minutes', parameter('expiresInMinutes'), limits);
		return Math.floor(Date.now() / 1000) + minutes * 60;
	}
	const at = chosenDate(item, 'Date and Time', parameter('expiresAt'));
	if (at > Date.now()) return Math.floor(at / 1000);
	throw wrong(item, 'Date and Time', 'is in the past', 'Choose a moment in the future.');
}
