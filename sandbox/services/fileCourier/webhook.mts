import CryptoJS from 'crypto-js';
import type { NewDelivery } from '../../core/delivery.mts';
import type { ServiceContext } from '../../core/service.mts';
import type { Session, SessionFile } from './sessions.mts';
import { isoSeconds } from '../../core/time.mts';

/** Lifetime of a delivered URL (FileCourier docs, Webhook Payload: the example's `expires_at` is one day later). */
const URL_LIFETIME_MS = 24 * 3_600_000;

/** FileCourier docs, Webhook Security: hex HMAC-SHA256 over the JSON, without a prefix. */
export function signatureOf(body: string, webhookSecret: string): string {
	return CryptoJS.HmacSHA256(body, webhookSecret).toString(CryptoJS.enc.Hex);
}

/** Returns the `files.delivered` webhook of an uploaded session, or `undefined` if it has no callback. */
export function filesDelivered(
	session: Session,
	context: ServiceContext,
): Omit<NewDelivery, 'service'> | undefined {
	if (session.callbackUrl === undefined) return undefined;
	const now = context.clock.now();
	const expiresAt = new Date(now.getTime() + URL_LIFETIME_MS);
	const body = JSON.stringify({
		event: 'files.delivered',
		timestamp: isoSeconds(now),
		data: {
			request_id: `req_${session.id}`,
			reference_id: session.referenceId ?? null,
			recipient_email: session.recipientEmail,
			files: session.files.map((file) => ({
				name: file.name,
				size: file.size,
				type: file.type,
				url: presignedUrl(session, file, expiresAt, context),
				expires_at: isoSeconds(expiresAt),
			})),
		},
	});
	const bare = context.settings.get('callbackAuthorization') === 'bare';
	return {
		event: 'files.delivered',
		subject: `req_${session.id}`,
		url: session.callbackUrl,
		headers: {
			'content-type': 'application/json',
			// Not documented.
			'user-agent': 'FileCourier-Webhook/1.0',
			'x-filecourier-signature': signatureOf(body, context.secrets.webhookSecret),
			...(session.callbackApiKey !== undefined && {
				authorization: bare ? session.callbackApiKey : `Bearer ${session.callbackApiKey}`,
			}),
		},
		signatureHeader: 'x-filecourier-signature',
		body,
	};
}

/**
 * `https://files.filecourier.io/<session>/<name>?…&signature=…`; the query identifies the file, the name is only for
 * display.
 */
function presignedUrl(
	session: Session,
	file: SessionFile,
	expiresAt: Date,
	{ origins, presigner }: ServiceContext,
): string {
	// "." or ".." as a path segment would change the path.
	const shown = /^\.{0,2}$/.test(file.name) ? 'file' : file.name;
	const url = `${origins.files}/${session.id}/${encodeURIComponent(shown)}?file=${file.id}`;
	return presigner.sign(url, expiresAt);
}
