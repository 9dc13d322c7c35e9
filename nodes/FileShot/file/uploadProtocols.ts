import type { IDataObject } from 'n8n-workflow';

import type { Part } from '../../shared/files/parts';
import { multipartForm } from '../../shared/files/multipartForm';
import type { FileSource } from '../../shared/files/source';

/**
 * How a server takes a file in chunks. FileShot's docs and its desktop clients differ, and the docs leave parts out, so
 * an upload may have to try one after the other: see {@link UPLOAD_PROTOCOLS}.
 */
export interface UploadProtocol {
	/** The route of the request that starts an upload, below `/files/`. */
	startPath: string;
	startBody(file: FileSource, options: UploadOptions, chunkSize: number): IDataObject;
	/** Whether the start request contains the number of chunks, which must be right for the chunk size of the server. */
	startsWithChunkCount: boolean;
	/** The body of a chunk in pieces: raw bytes, or a form. */
	chunkBody(part: Part, total: number): { pieces: readonly Buffer[]; contentType: string };
	/** Whether a request after the last chunk completes the file. */
	isFinalized: boolean;
	/** Whether even a small file is sent in chunks. */
	chunksEveryFile: boolean;
}

/** The options of an upload, under the documented names. */
export interface UploadOptions {
	customSlug?: string;
	expiryDays?: number;
	passwordProtected: boolean;
	password?: string;
	/** US cents; undefined for a free download. */
	price?: number;
	/** For an encrypted file: the file before its encryption, as FileShot shows it. */
	original?: Pick<FileSource, 'fileName' | 'mimeType' | 'size'> & {
		/** Whether the recipient needs a passphrase, which is never sent. */
		isPassphrase: boolean;
	};
}

const BYTES = 'application/octet-stream';

/** FileShot docs, Chunked Upload: init-upload, raw chunks, no final request. */
const documented: UploadProtocol = {
	startPath: 'init-upload',
	// The docs do not show this body, so it contains all fields of an upload under the documented names and under those of
	// the desktop clients.
	startBody({ fileName, mimeType, size }, options, chunkSize) {
		const { customSlug, expiryDays, passwordProtected } = options;
		return {
			fileName,
			filename: fileName,
			fileSize: size,
			size,
			mimeType,
			totalChunks: Math.max(1, Math.ceil(size / chunkSize)),
			chunkSize,
			...(customSlug && { customSlug, customLink: customSlug }),
			...(expiryDays && { expiryDays, expirationDays: expiryDays }),
			passwordProtected,
			isPasswordProtected: String(passwordProtected),
			...accessFields(options),
		};
	},
	startsWithChunkCount: true,
	chunkBody: ({ bytes }) => ({ pieces: [bytes], contentType: BYTES }),
	isFinalized: false,
	chunksEveryFile: false,
};

/** FileShot's desktop clients: pre-upload, chunks in forms, finalize-upload. */
const desktop: UploadProtocol = {
	startPath: 'pre-upload',
	// Booleans are strings, as the clients send them.
	startBody(file, options) {
		const { customSlug = '', expiryDays, original } = options;
		const { fileName, size, mimeType } = original ?? file;
		return {
			fileName: file.fileName,
			fileSize: file.size,
			isZeroKnowledge: String(original !== undefined),
			originalFileName: fileName,
			originalFileSize: size,
			originalMimeType: mimeType,
			isPasswordProtected: String(original?.isPassphrase ?? options.passwordProtected),
			...(expiryDays && { expirationDays: expiryDays }),
			maxDownloads: null,
			customLink: customSlug,
			...accessFields(options),
		};
	},
	startsWithChunkCount: false,
	chunkBody({ index, bytes }, total) {
		const form = multipartForm(
			{ totalChunks: String(total), isLastChunk: String(index === total - 1) },
			{ field: 'chunk', fileName: `chunk-${index}`, mimeType: BYTES, size: bytes.length },
		);
		return { pieces: form.pieces(bytes), contentType: form.contentType };
	},
	isFinalized: true,
	chunksEveryFile: true,
};

/**
 * Fields that are only documented for the upload in one request. Sent anyway, because chunked uploads have no other.
 */
function accessFields({ password, price }: UploadOptions): IDataObject {
	return { ...(password && { password }), ...(price && { enablePaidAccess: true, price }) };
}

/** The protocols to try in this order, by the value of Upload Style. */
export const UPLOAD_PROTOCOLS = {
	auto: [documented, desktop],
	documented: [documented],
	desktop: [desktop],
} as const satisfies Record<string, readonly UploadProtocol[]>;

export type UploadStyle = keyof typeof UPLOAD_PROTOCOLS;
