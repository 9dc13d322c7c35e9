import type { IDataObject } from 'n8n-workflow';

import type { FileSource } from '../../shared/transfer/source';
import type { Wishes } from './upload';

/**
 * The body of init-upload. The docs do not show one: it holds what an upload needs, under the documented names and under
 * those of FileShot's desktop clients.
 */
export function documentedStart(
	{ fileName, mimeType, size }: FileSource,
	wishes: Wishes,
	partSize: number,
): IDataObject {
	const { customSlug, expiryDays, passwordProtected } = wishes;
	return {
		fileName,
		filename: fileName,
		fileSize: size,
		size,
		mimeType,
		totalChunks: Math.max(1, Math.ceil(size / partSize)),
		chunkSize: partSize,
		...(customSlug && { customSlug, customLink: customSlug }),
		...(expiryDays && { expiryDays, expirationDays: expiryDays }),
		passwordProtected,
		isPasswordProtected: String(passwordProtected),
		...accessOf(wishes),
	};
}

/** The body of pre-upload, as FileShot's desktop clients send it; booleans travel as text. */
export function desktopStart(
	{ fileName, mimeType, size }: FileSource,
	wishes: Wishes,
): IDataObject {
	const { customSlug = '', expiryDays, passwordProtected } = wishes;
	return {
		fileName,
		fileSize: size,
		// n8n sends the file as it is.
		isZeroKnowledge: 'false',
		originalFileName: fileName,
		originalFileSize: size,
		originalMimeType: mimeType,
		isPasswordProtected: String(passwordProtected),
		...(expiryDays && { expirationDays: expiryDays }),
		maxDownloads: null,
		customLink: customSlug,
		...accessOf(wishes),
	};
}

/** What only the single upload documents: sent along, because there is no other way to say it. */
function accessOf({ password, price }: Wishes): IDataObject {
	return { ...(password && { password }), ...(price && { enablePaidAccess: true, price }) };
}
