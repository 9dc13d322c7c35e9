import type { ServiceContext } from '../../core/service.mts';
import type { Session } from './sessions.mts';

/** The sender's name if the request contains none; the docs' examples omit the requestor. */
const DEFAULT_REQUESTOR = 'FileCourier';

/** Returns the name of the requestor, as the recipient sees it. */
export function requestorOf(session: Session): string {
	return session.requestorName ?? session.brandName ?? DEFAULT_REQUESTOR;
}

/**
 * Sends the link by email and, if there is a phone number, by text message. Returns the channels used, for the create
 * response.
 */
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
		subject: session.subject ?? `${from} has requested documents from you`,
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
		text: `${from} has requested documents from you. Upload them here:`,
		documents: [],
		link,
		linkLabel: 'Upload your documents',
	});
	return { email: true, sms: true };
}
