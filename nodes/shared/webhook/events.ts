import type {
	IDataObject,
	INodeProperties,
	INodePropertyOptions,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

import type { JsonRecord } from '../http/service';
import { type OutputItem, type OutputShape, toOutput } from '../node/output';
import { canonicalJson, type Delivery, handleDelivery, parseBodyObject } from './handler';
import {
	MAX_AGE_LABEL,
	type SignatureScheme,
	verifyTimestamp,
	WebhookRejection,
} from './signature';

/** An event parsed from a verified body. */
export interface ServiceEvent {
	event: string;
	/** The value under Trigger On that selects the event; its name by default. */
	selectedBy?: string;
	/** The time of the signature, in milliseconds since 1970; undefined if the service sends none. */
	signedAt?: number;
	/** The output item. */
	item: OutputItem;
}

/** The webhook format of a service that delivers plain events, one item each. */
export interface WebhookFormat {
	scheme: SignatureScheme;
	/** How the fields of the items are named. */
	output: OutputShape;
	/** Returns undefined for a body that is not an event of the service. */
	read(body: JsonRecord, headers: Record<string, unknown>): ServiceEvent | undefined;
	/** Adds details to a selected event that its body does not contain. */
	complete?(context: IWebhookFunctions, event: ServiceEvent): Promise<OutputItem>;
	/** The event of the Test button in the service; shown in the editor regardless of the selected events. */
	testEvent?: string;
}

/** The settings of the trigger. */
export interface EventOptions {
	/** The selected events; may include ANY_EVENT. */
	events: string[];
	/** Seconds. */
	maxAge: number;
	/** Minutes. */
	repeatWindow: number;
	/** Filters of the user, by the fields of the output. */
	keep(json: IDataObject): boolean;
}

/**
 * Handles an event: verifies it, checks its age, and emits it once if it was selected under Trigger On and passes the
 * filters.
 */
export async function handleEvent(
	context: IWebhookFunctions,
	{ scheme, output, read, complete, testEvent }: WebhookFormat,
	readOptions: () => EventOptions,
): Promise<IWebhookResponseData> {
	const { headers } = context.getRequestObject();
	return await handleDelivery<OutputItem>(context, {
		scheme,
		output,
		read: async (raw): Promise<Delivery<OutputItem> | WebhookRejection | undefined> => {
			const body = parseBodyObject(raw);
			const parsed = body && read(body, headers);
			if (!parsed)
				return new WebhookRejection(400, `The body is not an event of ${scheme.service.name}`);
			const { event, selectedBy = event, signedAt } = parsed;
			const { events, maxAge, repeatWindow, keep } = readOptions();
			const isTest = event === testEvent && context.getMode() === 'manual';
			const isSelected = events.includes(ANY_EVENT) || events.includes(selectedBy);
			if (!isTest && !isSelected) return undefined;
			const tooOld = verifyTimestamp(signedAt, maxAge);
			if (tooOld) return tooOld;
			const item = (await complete?.(context, parsed)) ?? parsed.item;
			if (!isTest && !keep(toOutput(output, item))) return undefined;
			// The signature covers no delivery ID, so the key is the whole body, which is identical for all retries.
			const key = canonicalJson([event, body]);
			return { key, signedAt, content: item, deduplicationWindow: repeatWindow * 60 };
		},
		prepare: (item) => Promise.resolve([item]),
	});
}

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
	description: 'Other events are acknowledged and ignored',
};

/**
 * @param minutes default window in which duplicates are ignored
 * @param why the reason for the default, shown to the user
 */
export const deduplicationWindowOption = (minutes: number, why: string): INodeProperties => ({
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
export const maxAgeOption = (seconds: number, why: string): INodeProperties => ({
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
export const globOption = (
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
