import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

/** What starts the workflow. */
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
	description:
		'What starts the workflow. An event that is added later counts from then on, so that it does not bring up the past.',
};

/** How long before its end a thing is told of. */
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
			description: `How long before its expiry ${what} is told of, once. Whoever is given more time is told of anew.`,
		},
		{
			displayName: 'Lead Time Unit',
			name: 'leadTimeUnit',
			type: 'options',
			options: [
				{ name: 'Days', value: 'days' },
				{ name: 'Hours', value: 'hours' },
			],
			default: 'hours',
			displayOptions,
			description: 'What the lead time is counted in',
		},
	];
};

/** @param what the things in the plural */
export const existingOption = (what: string): INodeProperties => ({
	displayName: 'Include Existing',
	name: 'includeExisting',
	type: 'boolean',
	default: false,
	description: `Whether the first poll also starts the workflow for ${what} that are there already`,
});

/** The fields of {@link leadTimeFields} as they are read; absent where the event is not selected. */
export interface LeadTime {
	leadTime?: number;
	leadTimeUnit?: 'days' | 'hours';
}

const UNITS = { days: 86_400, hours: 3_600 } as const;

/** The lead time in seconds. */
export const leadSeconds = ({ leadTime = 24, leadTimeUnit = 'hours' }: LeadTime): number =>
	leadTime * UNITS[leadTimeUnit];
