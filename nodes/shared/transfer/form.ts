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

/** How a server reads a quote in a quoted name: percent-encoded as browsers send it, or behind a backslash. */
export type QuoteStyle = 'percent' | 'backslash';

/** @param fields further fields, before the file, in this order */
export function multipartForm(
	fields: Record<string, string>,
	file: FormFile,
	style: QuoteStyle = 'percent',
): Form {
	const boundary = `----n8n-${randomUUID()}`;
	const part = (name: string, more = '') =>
		`--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name, style)}"${more}\r\n`;
	const head = Buffer.from(
		[
			...Object.entries(fields).map(([name, value]) => `${part(name)}\r\n${value}\r\n`),
			part(file.field, `; filename="${quoted(file.fileName, style)}"`),
			`Content-Type: ${safeMediaType(file.mimeType)}\r\n\r\n`,
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

/**
 * What would end a quoted name is percent-encoded, and nothing else (WHATWG HTML, multipart form data); with backslashes,
 * quotes and backslashes themselves get one (RFC 9110, quoted-string). Other control characters stand in no header.
 */
function quoted(name: string, style: QuoteStyle): string {
	const safe = style === 'percent' ? name.replace(/"/g, '%22') : name.replace(/["\\]/g, '\\$&');
	return safe
		.replace(/\r/g, '%0D')
		.replace(/\n/g, '%0A')
		.replace(/\p{Cc}/gu, '');
}

/** A media type that can stand in a header. What is none, or would end its line and add another header, is left out. */
export const safeMediaType = (type: string | undefined): string =>
	/^[\w.+-]+\/[\w.+-]+(?:[ \t]*;[ -~]*)?$/.exec((type ?? '').trim())?.[0] ??
	'application/octet-stream';
