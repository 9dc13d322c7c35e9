import type { IDataObject } from 'n8n-workflow';

import { epochOf, isoDate } from '../shared/dates';
import { isJsonObject, type Json, textOf } from '../shared/http/service';
import type { EventDialect, ServiceEvent } from '../shared/webhook/events';
import { extractHandle } from './handle';
import { filestack } from './service';

/**
 * Verifies the signature over `FS-Timestamp`, a dot and the raw body; the signature of a re-serialized body would differ
 * (Filestack docs, Webhooks; filestack-js, security).
 */
export const filestackEvents: EventDialect = {
	scheme: {
		service: filestack,
		header: 'fs-signature',
		*texts(raw, headers) {
			const timestamp = textOf(headers['fs-timestamp']);
			if (timestamp) yield Buffer.concat([Buffer.from(`${timestamp}.`), raw]);
		},
	},
	read: (body, headers) => readEvent(body, epochOf(headers['fs-timestamp'])),
};

/** Characters. Longer URLs are not searched for a handle. */
const MAX_URL_LENGTH = 8_192;

function readEvent(body: Json, signedAt: number | undefined): ServiceEvent | undefined {
	const event = textOf(body.action) ?? conversionEventOf(body);
	if (event === undefined) return undefined;
	const text = isJsonObject(body.text) ? body.text : isJsonObject(body.data) ? body.data : {};
	// Conversions describe the file in `link`, an older form of fp.upload in `data` (filestack-js, security).
	const file: Json = { ...text, ...objectAt(text, 'data'), ...objectAt(text, 'link') };
	const url = textOf(file.url);
	const json: IDataObject = {
		...(body as IDataObject),
		event,
		handle:
			textOf(file.handle) ?? (url && url.length <= MAX_URL_LENGTH ? extractHandle(url) : undefined),
		fileName: textOf(file.filename),
		mimetype: textOf(file.mimetype) ?? textOf(file.type),
		size: typeof file.size === 'number' ? file.size : undefined,
		occurredAt: isoDate(body.timestamp),
	};
	return { event, signedAt, json };
}

/** Returns the event of an audio or video conversion, which has no `action`: {status, uuid, data, …}. */
function conversionEventOf(body: Json): string | undefined {
	const status = textOf(body.status);
	return status && textOf(body.uuid) ? `video_conversion.${status}` : undefined;
}

function objectAt(parent: Json, name: string): Json {
	const value = parent[name];
	return isJsonObject(value) ? value : {};
}
