import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { MAX_AGE_LABEL } from './verify';

/**
 * Versions of the triggers, which do the same. For version 1 of any webhook node n8n evaluates an expression with each
 * delivery, and that takes an isolate where it makes them as they are needed; so new nodes have 1.1.
 */
export const TRIGGER_VERSIONS = [1, 1.1];

/** The choice that takes every event, also those that a service may add. */
export const ANY_EVENT = '*';

/** What starts the workflow: the events by the alphabet, with “Any Event” before them. */
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

/** @param minutes what a repeat is ignored for, unless the user says otherwise */
export const repeatOption = (minutes: number, why: string): INodeProperties => ({
	displayName: 'Ignore Duplicates For (Minutes)',
	name: 'repeatWindow',
	type: 'number',
	typeOptions: { minValue: 0, maxValue: 525_600 },
	default: minutes,
	description: `How long to ignore duplicates of a delivery. ${why} Set to 0 to accept duplicates.`,
});

/** @param seconds what a delivery may be old, unless the user says otherwise */
export const ageOption = (seconds: number, why: string): INodeProperties => ({
	displayName: MAX_AGE_LABEL,
	name: 'maxAge',
	type: 'number',
	typeOptions: { minValue: 0, maxValue: 31_536_000 },
	default: seconds,
	description: `Reject deliveries signed longer ago than this, to prevent replay attacks. ${why} Set to 0 to turn this off.`,
});

/** A pattern over a text of the delivery. */
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
