import type { INodeProperties, INodePropertyOptions, IPollFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

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
			typeOptions: { minValue: 1 },
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

/** @throws NodeOperationError if nothing is chosen */
export function chosenEvents(context: IPollFunctions): string[] {
	const events = context.getNodeParameter('events', []) as string[];
	if (events.length > 0) return events;
	throw new NodeOperationError(context.getNode(), 'The field “Trigger On” is empty', {
		description: 'Choose at least one event that starts the workflow.',
	});
}

const UNITS: Readonly<Record<string, number>> = { days: 86_400, hours: 3_600 };

/**
 * The lead time in seconds.
 * @throws NodeOperationError unless it is a number above zero
 */
export function leadSeconds(context: IPollFunctions): number {
	const given = Number(context.getNodeParameter('leadTime', 24));
	const unit = context.getNodeParameter('leadTimeUnit', 'hours') as string;
	const seconds = given * UNITS[unit];
	if (seconds > 0 && Number.isFinite(seconds)) return seconds;
	throw new NodeOperationError(context.getNode(), 'The field “Lead Time” is no number above 0', {
		description: 'Enter for example 24 hours.',
	});
}
