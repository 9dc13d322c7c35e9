import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import type { Json } from '../http/service';
import { bodyIn, contentKey } from './content';
import { ANY_EVENT } from './fields';
import { type Delivery, receiveDelivery, Refusal } from './handler';
import { type SignatureScheme, verifyAge, verifyDelivery } from './verify';

/** An event parsed from a verified body. */
export interface ServiceEvent {
	event: string;
	/** The time of the signature, in milliseconds since 1970; undefined if the service sends none. */
	signedAt?: number;
	/** The output item. */
	json: IDataObject;
}

/** The webhook format of a service that delivers plain events, one item each. */
export interface EventDialect {
	scheme: SignatureScheme;
	/** Returns undefined for a body that is not an event of the service. */
	read(body: Json, headers: Record<string, unknown>): ServiceEvent | undefined;
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
	/** Filters of the user. */
	keep(json: IDataObject): boolean;
}

/**
 * Handles an event: verifies it, checks its age, and emits it once if it was selected under Trigger On and passes the
 * filters.
 */
export async function receiveEvent(
	context: IWebhookFunctions,
	{ scheme, read, testEvent }: EventDialect,
	readOptions: () => EventOptions,
): Promise<IWebhookResponseData> {
	const { headers } = context.getRequestObject();
	return await receiveDelivery<IDataObject>(context, {
		verify: async (raw) => await verifyDelivery(context, scheme, raw),
		read: (raw): Delivery<IDataObject> | Refusal | undefined => {
			const body = bodyIn(raw);
			const parsed = body && read(body, headers);
			if (!parsed) return new Refusal(400, `The body is not an event of ${scheme.service.name}`);
			const { event, signedAt, json } = parsed;
			const { events, maxAge, repeatWindow, keep } = readOptions();
			const isTest = event === testEvent && context.getMode() === 'manual';
			const isSelected = events.includes(ANY_EVENT) || events.includes(event);
			if (!isTest && (!isSelected || !keep(json))) return undefined;
			const tooOld = verifyAge(signedAt, maxAge);
			if (tooOld) return tooOld;
			// The signature covers no delivery ID, so the key is the whole body, which is identical for all retries.
			const key = contentKey([event, body]);
			return { key, signedAt, content: json, repeatWindow: repeatWindow * 60 };
		},
		prepare: (json) => Promise.resolve([{ json }]),
	});
}
