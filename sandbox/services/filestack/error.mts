import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';

/** A request that Filestack rejects; each origin formats the message in its own shape. */
export class FilestackError extends Error {
	readonly statusCode: number;

	constructor(statusCode: number, message: string) {
		super(message);
		this.statusCode = statusCode;
	}
}

/** Filestack documents few of its error messages; the fallback is the name of the HTTP status. */
const sentence = (status: number, message?: string): string =>
	message ?? (status === 404 ? 'File not found' : (STATUS_CODES[status] ?? 'Error'));

/** File and store API: `{"result":"error","error":{"code":403,"msg":"Policy required"}}`. */
export function fileApiError(status: number, message?: string): object {
	return { result: 'error', error: { code: status, msg: sentence(status, message) } };
}

/** The CDN responds in plain text ("policy error: proper credentials were not provided"). */
export function cdnError(status: number, message?: string): string {
	return sentence(status, message);
}

/** Processing: `{"error":"…"}`. */
export function processError(status: number, message?: string): object {
	return { error: sentence(status, message) };
}

/** Upload API: the message with a correlation ID, an instance and a time in Unix seconds. */
export function uploadError(status: number, message?: string, now = new Date()): object {
	return {
		error: sentence(status, message),
		c: randomUUID(),
		i: 'UPL-sandbox-1-1',
		t: Math.floor(now.getTime() / 1000),
	};
}

/** An error of the storage behind the upload API (Amazon S3, Error responses). */
export class StorageError extends FilestackError {
	/** An error code such as "SignatureDoesNotMatch". */
	readonly storageCode: string;

	constructor(statusCode: number, storageCode: string, message: string) {
		super(statusCode, message);
		this.storageCode = storageCode;
	}
}

/** Storage: XML in the format of Amazon S3. */
export function storageError(status: number, message?: string, _now?: Date, code?: string): string {
	const name = code ?? (STATUS_CODES[status] ?? 'Error').replaceAll(/[^A-Za-z]/g, '');
	const text = sentence(status, message).replace(/[<&]/g, (sign) =>
		sign === '<' ? '&lt;' : '&amp;',
	);
	return `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${name}</Code><Message>${text}</Message><RequestId>${randomUUID()}</RequestId></Error>`;
}
