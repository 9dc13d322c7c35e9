import { randomUUID } from 'node:crypto';

import { type ByteStream, passedThrough } from './measured';

/** A multipart form (RFC 7578) with one file in it, as a browser would send it. */
export interface Form {
	contentType: string;
	/** Bytes of the whole body, exact. */
	size: number;
	/** The body around the file's bytes. */
	around(file: Buffer | ByteStream): Buffer | ByteStream;
}

export interface FormFile {
	/** The name of the form field. */
	field: string;
	fileName: string;
	mimeType: string;
	/** Bytes. */
	size: number;
}

/** @param fields further fields, before the file, in this order */
export function multipartForm(fields: Record<string, string>, file: FormFile): Form {
	const boundary = `----n8n-${randomUUID()}`;
	const part = (name: string, more = '') =>
		`--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"${more}\r\n`;
	const head = Buffer.from(
		[
			...Object.entries(fields).map(([name, value]) => `${part(name)}\r\n${value}\r\n`),
			part(file.field, `; filename="${quoted(file.fileName)}"`),
			`Content-Type: ${file.mimeType}\r\n\r\n`,
		].join(''),
	);
	const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
	return {
		contentType: `multipart/form-data; boundary=${boundary}`,
		size: head.length + file.size + tail.length,
		around: (body) =>
			Buffer.isBuffer(body)
				? Buffer.concat([head, body, tail])
				: passedThrough(body, async function* (source) {
						yield head;
						yield* source;
						yield tail;
					}),
	};
}

/** What would end a quoted name is percent-encoded, and nothing else (WHATWG HTML, multipart form data). */
function quoted(name: string): string {
	return name.replace(/"/g, '%22').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}
