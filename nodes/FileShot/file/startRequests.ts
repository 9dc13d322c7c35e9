import type { IDataObject } from 'n8n-workflow';

import type { FileSource } from '../../shared/files/source';
import type { UploadOptions } from './upload';

/**
 * The body of init-upload. The docs do not show one, so it contains all fields of an upload under the documented names
 * and under those of FileShot's desktop clients.
 */
export function initUploadBody(
	{ fileName, mimeType, size }: FileSource,
	options: UploadOptions,
	partSize: number,
): IDataObject {
	const { customSlug, expiryDays, passwordProtected } = options;
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
		...accessFields(options),
	};
}

/** The body of pre-upload as FileShot's desktop clients send it, with booleans as strings. */
export function preUploadBody(
	{ fileName, mimeType, size }: FileSource,
	options: UploadOptions,
): IDataObject {
	const { customSlug = '', expiryDays, passwordProtected } = options;
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
		...accessFields(options),
	};
}

/**
 * Fields that are only documented for the upload in one request. Sent anyway, because chunked uploads have no other.
 */
function accessFields({ password, price }: UploadOptions): IDataObject {
	return { ...(password && { password }), ...(price && { enablePaidAccess: true, price }) };
}
