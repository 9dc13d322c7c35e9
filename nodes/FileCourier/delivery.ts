import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';

import { isJsonObject, type Json, textOf } from '../shared/service';
import { type Delivery, Refusal } from '../shared/webhook/receive';
import { isSameText, isSigned, secretsOf } from '../shared/webhook/signature';
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
 * Whether the delivery comes from FileCourier: `X-FileCourier-Signature` is the hex HMAC-SHA256 of the body under the
 * webhook secret (FileCourier docs, Webhook Security). The documentation signs the body as JavaScript would write it
 * anew; the bytes that came are tried first.
 */
export async function verifySender(
	context: IWebhookFunctions,
	raw: Buffer,
): Promise<Refusal | undefined> {
	const credentials = await context.getCredentials<Record<string, unknown>>(fileCourier.credential);
	const secrets = secretsOf(credentials.webhookSecret);
	if (secrets.length === 0) {
		return new Refusal(
			401,
			'No Webhook Secret is set in the FileCourier credential of this trigger, so no delivery can be verified',
		);
	}
	const { headers } = context.getRequestObject();
	const signature = headers['x-filecourier-signature'];
	if (!isSigned(signature, [raw, ...rewritten(raw)], secrets)) {
		return new Refusal(401, 'The signature does not match');
	}
	const keys = secretsOf(credentials.callbackApiKey);
	const given = String(headers.authorization ?? '').replace(/^Bearer\s+/i, '');
	if (keys.length > 0 && !keys.some((key) => isSameText(given, key))) {
		return new Refusal(401, 'The callback API key does not match');
	}
	return undefined;
}

/** The body as `JSON.stringify` writes it; nothing where it is no JSON. */
function rewritten(raw: Buffer): string[] {
	try {
		return [JSON.stringify(JSON.parse(raw.toString('utf8')))];
	} catch {
		return [];
	}
}

/**
 * @param wanted the events that are taken; an empty list means every one
 * @param sessionId only this session's deliveries are taken
 */
export function readDelivery(
	raw: Buffer,
	wanted: readonly string[],
	sessionId?: string,
): Delivery<FileCourierDelivery> | Refusal | undefined {
	const body = parse(raw);
	const event = isJsonObject(body) ? textOf(body.event) : undefined;
	if (!isJsonObject(body) || event === undefined || !isJsonObject(body.data)) {
		return new Refusal(400, 'The body is no FileCourier event: it needs “event” and “data”');
	}
	if (wanted.length > 0 && !wanted.includes(event)) return undefined;
	const { data } = body;
	if (sessionId !== undefined && sessionIdOf(data) !== sessionId) {
		return new Refusal(409, 'This workflow waits for another session');
	}
	const files = Array.isArray(data.files) ? data.files.filter(isJsonObject) : [];
	const timestamp = textOf(body.timestamp);
	// FileCourier sends no ID of the delivery; its retries repeat the whole body.
	const key = JSON.stringify([sessionIdOf(data), event, timestamp ?? raw.toString('utf8')]);
	return { key, content: { event, timestamp, data, files: files as DeliveredFile[] } };
}

function parse(raw: Buffer): unknown {
	try {
		return JSON.parse(raw.toString('utf8'));
	} catch {
		return undefined;
	}
}
