import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';

import { epochOf } from '../shared/dates';
import { isJsonObject, type Json, textOf } from '../shared/service';
import { judgeDelivery } from '../shared/webhook/credential';
import { matchesPattern } from '../shared/webhook/filter';
import { type Delivery, Refusal } from '../shared/webhook/receive';
import { isSameText, secretsOf } from '../shared/webhook/signature';
import { type SignatureScheme, verifyAge, verifySignature } from '../shared/webhook/verify';
import { fileCourier, sessionIdOf } from './service';

export const FILES_DELIVERED = 'files.delivered';

/** A delivered file (FileCourier docs, Webhook Payload). */
export interface DeliveredFile extends IDataObject {
	name?: string;
	url?: string;
	type?: string;
	/** Bytes. */
	size?: number;
	/** ISO 8601; the URL works until then, 24 hours in the documentation's example. */
	expires_at?: string;
}

export interface FileCourierDelivery {
	event: string;
	timestamp?: string;
	data: Json;
	files: DeliveredFile[];
}

/**
 * `X-FileCourier-Signature` is the hex HMAC-SHA256 of the body (FileCourier docs, Webhook Security). The documentation
 * signs the body as JavaScript would write it anew; the bytes that came are tried first.
 */
const scheme: SignatureScheme = {
	service: fileCourier,
	header: 'x-filecourier-signature',
	texts: (raw) => [raw, ...rewritten(raw)],
};

/** Whether the delivery comes from FileCourier: by its signature, and by the callback API key if there is one. */
export async function verifySender(
	context: IWebhookFunctions,
	raw: Buffer,
): Promise<Refusal | undefined> {
	const { headers } = context.getRequestObject();
	return await judgeDelivery(
		context,
		fileCourier,
		(credential) =>
			verifySignature(scheme, raw, headers, credential) ??
			verifyCallbackKey(headers.authorization, credential),
	);
}

function verifyCallbackKey(
	header: string | undefined,
	{ callbackApiKey }: IDataObject,
): Refusal | undefined {
	const keys = secretsOf(callbackApiKey);
	const key = (header ?? '').replace(/^Bearer\s+/i, '');
	return keys.length === 0 || keys.some((one) => isSameText(key, one))
		? undefined
		: new Refusal(401, 'The callback API key does not match');
}

/** The body as `JSON.stringify` writes it; nothing where it is no JSON. */
function rewritten(raw: Buffer): string[] {
	try {
		return [JSON.stringify(JSON.parse(raw.toString('utf8')))];
	} catch {
		return [];
	}
}

/** Which deliveries are taken. */
export interface Wanted {
	/** An empty list means every event. */
	events: readonly string[];
	sessionId?: string;
	/** Patterns with `*`. */
	recipient?: string;
	referenceId?: string;
	/** Leaves out the files with other names; a delivery without a file that fits is not taken. */
	fileName?: string;
	/** Seconds that may have passed since the `timestamp` in the signed body; 0 or nothing lets any age through. */
	maxAge?: number;
}

/** The delivery in a body; undefined if it is none that is wanted. */
export function readDelivery(
	raw: Buffer,
	wanted: Wanted,
): Pick<Delivery<FileCourierDelivery>, 'key' | 'content'> | Refusal | undefined {
	const body = parse(raw);
	const event = isJsonObject(body) ? textOf(body.event) : undefined;
	if (!isJsonObject(body) || event === undefined || !isJsonObject(body.data)) {
		return new Refusal(400, 'The body is no FileCourier event: it needs “event” and “data”');
	}
	const { data } = body;
	if (wanted.events.length > 0 && !wanted.events.includes(event)) return undefined;
	if (wanted.sessionId !== undefined && sessionIdOf(data) !== wanted.sessionId) {
		return new Refusal(409, 'This workflow waits for another session');
	}
	if (!matchesPattern(wanted.recipient, data.recipient_email)) return undefined;
	if (!matchesPattern(wanted.referenceId, data.reference_id)) return undefined;

	const all = (Array.isArray(data.files) ? data.files.filter(isJsonObject) : []) as DeliveredFile[];
	const files = all.filter(({ name }) => matchesPattern(wanted.fileName, name));
	if (wanted.fileName?.trim() && files.length === 0) return undefined;

	const timestamp = textOf(body.timestamp);
	const tooOld = verifyAge(epochOf(timestamp), wanted.maxAge ?? 0);
	if (tooOld) return tooOld;
	// FileCourier sends no ID of the delivery; its retries repeat the whole body. Not the raw bytes: written with other
	// blanks the same delivery is believed too.
	const key = JSON.stringify([sessionIdOf(data), event, timestamp ?? body]);
	return { key, content: { event, timestamp, data, files } };
}

function parse(raw: Buffer): unknown {
	try {
		return JSON.parse(raw.toString('utf8'));
	} catch {
		return undefined;
	}
}
