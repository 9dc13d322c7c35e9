import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { MAX_AGE_LABEL } from './verify';

/**
 * Trigger versions, which behave identically. New nodes use 1.1, because for version 1 of any webhook node n8n
 * evaluates an expression per delivery, which creates an isolate.
 */
export const TRIGGER_VERSIONS = [1, 1.1];

/** The option that accepts every event, including ones that the service adds later. */
export const ANY_EVENT = '*';

/** The “Trigger On” field: “Any Event”, then the events in alphabetical order. */
export function eventsField(events: INodePropertyOptions[], initial: string[]): INodeProperties {
	const any: INodePropertyOptions = {
		name: 'Any Event',
		value: ANY_EVENT,
		description: 'All events, including any added in the future',
	};
	return { ...triggerOn, options: [any, ...events], default: initial };
}

const triggerOn: INodeProperties = {
	displayName: 'Trigger On',
	name: 'events',
	type: 'multiOptions',
	options: [],
	default: [],
	required: true,
};

/**
 * @param minutes default window in which duplicates are ignored
 * @param why the reason for the default, shown to the user
 */
export const repeatOption = (minutes: number, why: string): INodeProperties => ({
	displayName: 'Ignore Duplicates For (Minutes)',
	name: 'repeatWindow',
	type: 'number',
	typeOptions: { minValue: 0, maxValue: 525_600 },
	default: minutes,
	description: `How long to ignore duplicates of a delivery. ${why} Set to 0 to accept duplicates.`,
});

/**
 * @param seconds default maximum age of a delivery
 * @param why the reason for the default, shown to the user
 */
export const ageOption = (seconds: number, why: string): INodeProperties => ({
	displayName: MAX_AGE_LABEL,
	name: 'maxAge',
	type: 'number',
	typeOptions: { minValue: 0, maxValue: 31_536_000 },
	default: seconds,
	description: `Reject deliveries signed longer ago than this, to prevent replay attacks. ${why} Set to 0 to turn this off.`,
});

/**
 * An option with a glob pattern for a text of the delivery.
 * @param what the deliveries that match, as the end of “Only trigger on …”
 */
export const patternOption = (
	displayName: string,
	name: string,
	placeholder: string,
	what: string,
): INodeProperties => ({
	displayName,
	name,
	type: 'string',
	default: '',
	placeholder,
	description: `Only trigger on ${what}. Use * as a wildcard.`,
});
