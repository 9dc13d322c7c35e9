import type { IDataObject } from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';

import type { Part } from '../../shared/files/multipart';
import { multipartForm } from '../../shared/files/multipartForm';
import type { PartSettings } from '../../shared/files/settings';
import type { FileSource } from '../../shared/files/source';
import { partPayload } from '../../shared/files/upload';
import { callApi, pathSegment } from '../../shared/http/client';
import { withItemIndex } from '../../shared/http/errors';
import { ANY_BODY } from '../../shared/http/service';
import type { ItemContext } from '../../shared/node/operation';
import { fileShot } from '../service';
import { fileField } from './getAll';
import type { UploadOptions } from './upload';

/** The body of a chunk: raw bytes (FileShot docs, Upload Chunk), or a form, which the desktop clients send. */
export type ChunkFormat = 'raw' | 'form';

const BYTES = 'application/octet-stream';

/** Statuses with which a server rejects the format of a chunk. */
const UNSUPPORTED_FORMAT = /^4(00|15|22)$/;

/**
 * Returns a function that sends the chunks of one file. The first chunk determines the format, and the others wait for
 * it. The last one waits for all others, because a server may complete the file when it arrives.
 */
export function chunkSender(
	item: ItemContext,
	fileId: string,
	total: number,
	{ form, fixed }: { form: ChunkFormat; fixed: boolean },
	settings: PartSettings,
): (part: Part) => Promise<void> {
	const id = pathSegment(item.functions, fileField.displayName, fileId);
	const post = async (part: Part, format: ChunkFormat) => {
		const { bytes, contentType } = format === 'raw' ? rawBody(part) : formBody(part, total);
		await callApi(item.functions, fileShot, {
			method: 'POST',
			path: `/files/upload-chunk/${id}/${part.index}`,
			payload: partPayload(bytes, contentType, settings),
			expects: ANY_BODY,
			// Safe to retry: the server stores each chunk under its number.
			retryable: true,
			allowEmpty: true,
		});
	};
	const sendFirst = async (part: Part): Promise<ChunkFormat> => {
		try {
			await post(part, form);
			return form;
		} catch (error) {
			const mayRetry =
				error instanceof NodeApiError && UNSUPPORTED_FORMAT.test(error.httpCode ?? '');
			if (fixed || !mayRetry) throw withItemIndex(item.functions.getNode(), error, item.itemIndex);
		}
		const other = form === 'raw' ? 'form' : 'raw';
		await post(part, other);
		return other;
	};

	let chosenFormat: Promise<ChunkFormat>;
	const pending: Array<Promise<void>> = [];
	return async (part) => {
		if (part.index === 0) {
			chosenFormat = sendFirst(part);
			await chosenFormat;
			return;
		}
		const earlier = part.index === total - 1 ? [...pending] : [];
		const sending = chosenFormat.then(async (format) => {
			await Promise.all(earlier);
			await post(part, format);
		});
		pending.push(sending);
		await sending;
	};
}

const rawBody = ({ bytes }: Part) => ({ bytes, contentType: BYTES });

function formBody({ index, bytes }: Part, total: number) {
	const form = multipartForm(
		{ totalChunks: String(total), isLastChunk: String(index === total - 1) },
		{ field: 'chunk', fileName: `chunk-${index}`, mimeType: BYTES, size: bytes.length },
	);
	return { bytes: form.wrap(bytes) as Buffer, contentType: form.contentType };
}

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
