import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { isJsonObject, type Json } from '../service';
import { judgeDelivery } from './credential';
import { ANY_EVENT } from './fields';
import { type Delivery, receiveDelivery, Refusal } from './receive';
import { type SignatureScheme, verifyAge, verifySignature } from './verify';

/** What a signed body tells. */
export interface ServiceEvent {
	event: string;
	/** What its repeats have in common with it. */
	key: unknown;
	/** When it was signed, milliseconds since 1970; undefined where the service does not say. */
	signedAt?: number;
	/** The item that starts the run. */
	json: IDataObject;
}

/** A service whose deliveries are plain events: one item each. */
export interface EventDialect {
	scheme: SignatureScheme;
	/** Undefined for a body that is no event of the service. */
	read(body: Json, headers: Record<string, unknown>): ServiceEvent | undefined;
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
	{ scheme, read }: EventDialect,
	readOptions: () => EventOptions,
): Promise<IWebhookResponseData> {
	const { headers } = context.getRequestObject();
	return await receiveDelivery<IDataObject>(context, {
		verify: async (raw) =>
			await judgeDelivery(context, scheme.service, (credential) =>
				verifySignature(scheme, raw, headers, credential),
			),
		read: (raw): Delivery<IDataObject> | Refusal | undefined => {
			const body = parsed(raw);
			const told = body && read(body, headers);
			if (!told) return new Refusal(400, `The body is no event of ${scheme.service.name}`);
			const { events, maxAge, repeatWindow, keep } = readOptions();
			const tooOld = verifyAge(told.signedAt, maxAge);
			if (tooOld) return tooOld;
			const isChosen = events.includes(ANY_EVENT) || events.includes(told.event);
			if (!isChosen || !keep(told.json)) return undefined;
			const key = JSON.stringify(told.key);
			return { key, content: told.json, repeatWindow: repeatWindow * 60 };
		},
		prepare: (json) => Promise.resolve([{ json }]),
	});
}

function parsed(raw: Buffer): Json | undefined {
	try {
		const body: unknown = JSON.parse(raw.toString('utf8'));
		return isJsonObject(body) ? body : undefined;
	} catch {
		return undefined;
	}
}
