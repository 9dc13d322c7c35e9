import type { IDataObject } from 'n8n-workflow';

import { epochOf, isoDate } from '../shared/dates';
import { type Json, textOf } from '../shared/service';
import type { EventDialect, ServiceEvent } from '../shared/webhook/events';
import { speedyFiles } from './service';

/**
 * `X-SpeedyFiles-Signature` is over the bytes as they came (SpeedyFiles docs, Webhooks): the server writes what is not
 * ASCII as \u escapes, so the same JSON written anew has another signature.
 */
export const speedyFilesEvents: EventDialect = {
	scheme: {
		service: speedyFiles,
		header: 'x-speedyfiles-signature',
		texts: (raw) => [raw],
	},
	read: readEvent,
	testEvent: 'webhook.test',
};

function readEvent(body: Json, headers: Record<string, unknown>): ServiceEvent | undefined {
	const event = textOf(body.event);
	if (event === undefined) return undefined;
	const json: IDataObject = {
		...(body as IDataObject),
		packageId: textOf(body.package_id),
		fileId: textOf(body.file_id),
		recipientEmail: textOf(body.recipient_email),
		occurredAt: isoDate(body.timestamp),
		hookId: textOf(headers['x-speedyfiles-hook-id']),
	};
	const expiresAt = isoDate(body.expires_at);
	if (expiresAt) json.expiresAt = expiresAt;
	return { event, signedAt: epochOf(body.timestamp), json };
}
