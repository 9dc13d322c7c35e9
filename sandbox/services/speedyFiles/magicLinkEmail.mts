import type { ServiceContext } from '../../core/service.mts';
import type { Link, Package } from './packages.mts';
import { toDate } from './timestamps.mts';

/** The start of a magic link's path. */
export const LINK_PATH = '/p/';

/** Returns the complete magic link, with the port of this run. */
export function linkUrl({ origins }: ServiceContext, { raw }: Link): string {
	return origins.instance + LINK_PATH + raw;
}

/**
 * Sends a link to a package's recipient. If SMTP is broken, nothing is sent and no error is reported (SpeedyFiles
 * source).
 */
export async function emailLink(
	about: Package,
	link: Link,
	sender: string,
	context: ServiceContext,
): Promise<void> {
	if (context.settings.get('smtp') === 'broken') return;
	const isDownload = link.purpose === 'download';
	const count = about.files.length;
	const until = toDate(link.expiresAt).toISOString().slice(0, 16).replace('T', ' ');
	await context.notify({
		channel: 'email',
		from: sender,
		to: about.recipientEmail,
		subject: isDownload
			? `${sender} sent you files: ${about.title}`
			: `${sender} has requested files from you: ${about.title}`,
		text: [
			`Hello ${about.recipientName},`,
			isDownload
				? `${count === 1 ? 'a file is' : `${count} files are`} ready to download until ${until} UTC.`
				: `please upload your files before ${until} UTC.`,
			...(about.note === null ? [] : ['', about.note]),
		].join('\n'),
		documents: [],
		link: { origin: 'instance', path: LINK_PATH + link.raw },
		linkLabel: isDownload ? 'Download the files' : 'Upload your files',
	});
}
