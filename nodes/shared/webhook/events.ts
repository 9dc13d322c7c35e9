import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import type { Json } from '../service';
import { bodyIn, contentKey } from './content';
import { ANY_EVENT } from './fields';
import { type Delivery, receiveDelivery, Refusal } from './receive';
import { type SignatureScheme, verifyAge, verifyDelivery } from './verify';

/** What a signed body tells. */
export interface ServiceEvent {
	event: string;
	/** When it was signed, milliseconds since 1970; undefined where the service does not say. */
	signedAt?: number;
	/** The item that starts the run. */
	json: IDataObject;
}

/** A service whose deliveries are plain events: one item each. */
export interface EventDialect {
	scheme: SignatureScheme;
	/** Undefined for a body that is not an event of the service. */
	read(body: Json, headers: Record<string, unknown>): ServiceEvent | undefined;
	/** The event of the service's own Test button, which somebody who listens in the editor sees whatever is selected. */
	testEvent?: string;
}

/** The settings of the trigger. */
export interface EventOptions {
	/** The selected events, or that any counts. */
	events: string[];
	/** Seconds. */
	maxAge: number;
	/** Minutes. */
	repeatWindow: number;
	/** A further choice of the user. */
	keep(json: IDataObject): boolean;
}

/** Receives an event: verified, not too old, chosen by the user (the field “Trigger On”), once. */
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
			const told = body && read(body, headers);
			if (!told) return new Refusal(400, `The body is not an event of ${scheme.service.name}`);
			const { event, signedAt, json } = told;
			const { events, maxAge, repeatWindow, keep } = readOptions();
			const isTest = event === testEvent && context.getMode() === 'manual';
			const isChosen = events.includes(ANY_EVENT) || events.includes(event);
			if (!isTest && (!isChosen || !keep(json))) return undefined;
			const tooOld = verifyAge(signedAt, maxAge);
			if (tooOld) return tooOld;
			// The services send no ID of a delivery that is signed; a retry repeats the whole body.
			const key = contentKey([event, body]);
			return { key, signedAt, content: json, repeatWindow: repeatWindow * 60 };
		},
		prepare: (json) => Promise.resolve([{ json }]),
	});
}
