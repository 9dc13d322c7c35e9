import type { IDataObject } from 'n8n-workflow';

import { epochOf, isoDate } from '../shared/dates';
import { type Json, textOf } from '../shared/http/service';
import type { EventDialect, ServiceEvent } from '../shared/webhook/events';
import { speedyFiles } from './service';

/**
 * `X-SpeedyFiles-Signature` signs the raw body (SpeedyFiles docs, Webhooks). The server writes non-ASCII characters as
 * \u escapes, so JSON that was parsed and serialized again has a different signature.
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
