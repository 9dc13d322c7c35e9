import type { IDataObject } from 'n8n-workflow';

import type { FileSource } from '../../shared/transfer/source';
import type { Wishes } from './upload';

/**
 * The body of init-upload. The docs do not show one, so it contains all fields of an upload under the documented names
 * and under those of FileShot's desktop clients.
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

/** The body of pre-upload as FileShot's desktop clients send it, with booleans as strings. */
export function desktopStart(
	{ fileName, mimeType, size }: FileSource,
	wishes: Wishes,
): IDataObject {
	const { customSlug = '', expiryDays, passwordProtected } = wishes;
	return {
		fileName,
		fileSize: size,
		// n8n does not encrypt the file.
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

/**
 * Fields that are only documented for the upload in one request. Sent anyway, because chunked uploads have no other.
 */
function accessOf({ password, price }: Wishes): IDataObject {
	return { ...(password && { password }), ...(price && { enablePaidAccess: true, price }) };
}
