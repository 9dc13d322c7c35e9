import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { periodOf, type TimeUnit } from '../dates';
import { unitField } from '../node/duration';

/** The “Trigger On” field. */
export const pollEventsField = (
	events: INodePropertyOptions[],
	initial: string[],
): INodeProperties => ({ ...triggerOn, options: events, default: initial });

const triggerOn: INodeProperties = {
	displayName: 'Trigger On',
	name: 'events',
	type: 'multiOptions',
	options: [],
	default: [],
	required: true,
	description: 'Events you add later only trigger for new items',
};

/**
 * The fields for how long before the expiry to trigger.
 * @param what one item with its article, such as “a file”
 */
export const leadTimeFields = (event: string, what: string): INodeProperties[] => {
	const displayOptions = { show: { events: [event] } };
	return [
		{
			displayName: 'Lead Time',
			name: 'leadTime',
			type: 'number',
			typeOptions: { minValue: 0.01, maxValue: 36_500, numberPrecision: 2 },
			default: 24,
			displayOptions,
			description: `How long before ${what} expires to trigger. Triggers once, and again if the expiry is extended.`,
		},
		{ ...unitField('leadTimeUnit', ['hours', 'days', 'weeks'], 'hours'), displayOptions },
	];
};

/** @param what the items, in the plural */
export const includeExistingOption = (what: string): INodeProperties => ({
	displayName: 'Include Existing',
	name: 'includeExisting',
	type: 'boolean',
	default: false,
	description: `Whether to also trigger for existing ${what} on the first poll`,
});

/** The values of {@link leadTimeFields}; absent if the event is not selected. */
export interface LeadTime {
	leadTime?: number;
	leadTimeUnit?: TimeUnit;
}

/** Converts the lead time to seconds. */
export const leadSeconds = ({ leadTime = 24, leadTimeUnit = 'hours' }: LeadTime): number =>
	periodOf(leadTime, leadTimeUnit) / 1000;
