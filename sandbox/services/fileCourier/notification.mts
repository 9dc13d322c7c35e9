import type { ServiceContext } from '../../core/service.mts';
import type { Session } from './sessions.mts';

/** What FileCourier calls itself when the request names nobody (its examples leave the requestor out). */
const DEFAULT_REQUESTOR = 'FileCourier';

/** Who asks, as the recipient sees it. */
export function requestorOf(session: Session): string {
	return session.requestorName ?? session.brandName ?? DEFAULT_REQUESTOR;
}

/** Sends the link by e-mail and, when there is a phone number, by SMS. Returns what the create answer says of it. */
export async function notifyRecipient(
	session: Session,
	context: ServiceContext,
): Promise<{ email: boolean; sms: boolean }> {
	const link = { origin: 'secure', path: `/u/${session.id}` };
	const from = requestorOf(session);
	await context.notify({
		channel: 'email',
		from,
		replyTo: session.requestorEmail,
		to: session.recipientEmail,
		subject: session.subject ?? `${from} asks you for documents`,
		text: session.message ?? 'Please upload the documents.',
		documents: session.documents,
		link,
		linkLabel: 'Upload your documents',
	});
	if (session.recipientPhone === undefined) return { email: true, sms: false };
	await context.notify({
		channel: 'sms',
		from,
		to: session.recipientPhone,
		text: `${from} asks you for documents. Upload them here:`,
		documents: [],
		link,
		linkLabel: 'Upload your documents',
	});
	return { email: true, sms: true };
}
