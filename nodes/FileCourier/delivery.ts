import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';

import { epochOf } from '../shared/dates';
import { isJsonObject, type Json, textOf } from '../shared/http/service';
import { bodyIn, contentKey } from '../shared/webhook/content';
import { matchesPattern } from '../shared/webhook/filter';
import { type Delivery, Refusal } from '../shared/webhook/handler';
import { isSameText, linesOf } from '../shared/webhook/signature';
import { type SignatureScheme, verifyAge, verifyDelivery } from '../shared/webhook/verify';
import { fileCourier, sessionIdOf } from './service';

export const FILES_DELIVERED = 'files.delivered';

/** A delivered file (source: FileCourier docs, Webhook Payload). */
export interface DeliveredFile extends IDataObject {
	name?: string;
	url?: string;
	type?: string;
	/** Bytes. */
	size?: number;
	/** ISO 8601: the time at which the URL expires, 24 hours after the delivery in the documentation's example. */
	expires_at?: string;
}

export interface FileCourierDelivery {
	event: string;
	timestamp?: string | number;
	data: Json;
	files: DeliveredFile[];
}

/** Bytes. Larger bodies are only verified as received: a FileCourier delivery is a list of links and much smaller. */
const MAX_RESERIALIZED_BYTES = 1024 * 1024;

/**
 * Verifies `X-FileCourier-Signature`, the hex HMAC-SHA256 of the body (FileCourier docs, Webhook Security). The raw bytes
 * are tried first, then the output of `JSON.stringify`, because the documentation signs the re-serialized body.
 */
const scheme: SignatureScheme = {
	service: fileCourier,
	header: 'x-filecourier-signature',
	*texts(raw) {
		yield raw;
		const text = raw.length < MAX_RESERIALIZED_BYTES ? reserialize(raw) : undefined;
		if (text !== undefined) yield text;
	},
};

/** Verifies the signature of a delivery, and the callback API key if the credential has one. */
export async function verifySender(
	context: IWebhookFunctions,
	raw: Buffer,
): Promise<Refusal | undefined> {
	return await verifyDelivery(context, scheme, raw, (credential, { authorization }) =>
		verifyCallbackKey(authorization, credential),
	);
}

/** Accepts the key alone or after “Bearer”, because FileCourier does not document the scheme. */
function verifyCallbackKey(
	header: string | undefined,
	{ callbackApiKey }: IDataObject,
): Refusal | undefined {
	const keys = callbackKeysOf(callbackApiKey);
	const received = (header ?? '').trim();
	const forms = [received, received.replace(/^Bearer\s+/i, '')];
	return keys.length === 0 || keys.some((key) => forms.some((form) => isSameText(form, key)))
		? undefined
		: new Refusal(401, 'The callback API key does not match');
}

/** The callback API keys of the credential, one per line. New sessions use the first one. */
export const callbackKeysOf = linesOf;

/** Returns the body as `JSON.stringify` writes it, or undefined if it is not JSON. */
function reserialize(raw: Buffer): string | undefined {
	try {
		return JSON.stringify(JSON.parse(raw.toString('utf8')));
	} catch {
		return undefined;
	}
}

/** The conditions that a delivery must meet to start the workflow. */
export interface DeliveryFilter {
	/** An empty list means every event. */
	events: readonly string[];
	sessionId?: string;
	/** A pattern with `*` as a wildcard, like `referenceId` and `fileName`. */
	recipient?: string;
	referenceId?: string;
	/** Drops files with other names; a delivery without a matching file is ignored. */
	fileName?: string;
	/** Maximum seconds since the `timestamp` in the signed body; 0 or undefined accepts any age. */
	maxAge?: number;
}

/** Parses a delivery; returns undefined if it does not match the filter. */
export function readDelivery(
	raw: Buffer,
	filter: DeliveryFilter,
): Pick<Delivery<FileCourierDelivery>, 'key' | 'signedAt' | 'content'> | Refusal | undefined {
	const body = bodyIn(raw);
	const event = textOf(body?.event);
	if (body === undefined || event === undefined || !isJsonObject(body.data)) {
		return new Refusal(400, 'The body is not a FileCourier event: “event” or “data” is missing');
	}
	const { data, timestamp } = body;
	if (filter.events.length > 0 && !filter.events.includes(event)) return undefined;
	if (filter.sessionId !== undefined && sessionIdOf(data) !== filter.sessionId) {
		return new Refusal(409, 'This workflow is waiting for a different session');
	}
	if (!matchesPattern(filter.recipient, data.recipient_email)) return undefined;
	if (!matchesPattern(filter.referenceId, data.reference_id)) return undefined;

	const all = (Array.isArray(data.files) ? data.files.filter(isJsonObject) : []) as DeliveredFile[];
	const files = all.filter(({ name }) => matchesPattern(filter.fileName, name));
	if (filter.fileName?.trim() && files.length === 0) return undefined;

	const signedAt = epochOf(timestamp);
	const tooOld = verifyAge(signedAt, filter.maxAge ?? 0);
	if (tooOld) return tooOld;
	// FileCourier sends no delivery ID, but its retries contain the same body.
	const key = contentKey([sessionIdOf(data), event, timestamp, data]);
	const time = typeof timestamp === 'number' ? timestamp : textOf(timestamp);
	return { key, signedAt, content: { event, timestamp: time, data, files } };
}
