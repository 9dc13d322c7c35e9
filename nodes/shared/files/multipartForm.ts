import { randomUUID } from 'node:crypto';

import { pipeThrough } from './streams';
import type { ByteStream } from '../http/service';

/** A multipart form (RFC 7578) with one file, encoded as browsers encode it. */
export interface MultipartForm {
	contentType: string;
	/** Bytes of the whole body, exact. */
	size: number;
	/** Wraps the file content into the form body. */
	wrap(file: Buffer | ByteStream): Buffer | ByteStream;
	/** Returns the form body as pieces, so that the file content is not copied. */
	pieces(file: Buffer): Buffer[];
}

export interface FormFile {
	/** The name of the form field. */
	field: string;
	fileName: string;
	mimeType: string;
	/** Bytes. */
	size: number;
}

/** How quotes in a quoted name are escaped: percent-encoded as browsers do, or with a backslash. */
export type QuoteStyle = 'percent' | 'backslash';

/** @param fields other fields, sent before the file in this order */
export function multipartForm(
	fields: Record<string, string>,
	file: FormFile,
	style: QuoteStyle = 'percent',
): MultipartForm {
	const boundary = `----n8n-${randomUUID()}`;
	const part = (name: string, more = '') =>
		`--${boundary}\r\nContent-Disposition: form-data; name="${escapeQuoted(name, style)}"${more}\r\n`;
	const start = Buffer.from(
		[
			...Object.entries(fields).map(([name, value]) => `${part(name)}\r\n${value}\r\n`),
			part(file.field, `; filename="${escapeQuoted(file.fileName, style)}"`),
			`Content-Type: ${safeMediaType(file.mimeType)}\r\n\r\n`,
		].join(''),
	);
	const end = Buffer.from(`\r\n--${boundary}--\r\n`);
	const pieces = (body: Buffer) => [start, body, end];
	return {
		contentType: `multipart/form-data; boundary=${boundary}`,
		size: start.length + file.size + end.length,
		pieces,
		wrap: (body) =>
			Buffer.isBuffer(body)
				? Buffer.concat(pieces(body))
				: pipeThrough(body, async function* (source) {
						yield start;
						yield* source;
						yield end;
					}),
	};
}

/**
 * Escapes a quoted name: percent-encodes only the characters that would end it (WHATWG HTML, multipart form data), or
 * escapes quotes and backslashes with a backslash (RFC 9110, quoted-string). Removes other control characters, which
 * are not allowed in headers.
 */
function escapeQuoted(name: string, style: QuoteStyle): string {
	const safe = style === 'percent' ? name.replace(/"/g, '%22') : name.replace(/["\\]/g, '\\$&');
	return safe
		.replace(/\r/g, '%0D')
		.replace(/\n/g, '%0A')
		.replace(/\p{Cc}/gu, '');
}

/**
 * Returns a media type that is safe in a header, without parameters that could inject another header;
 * `application/octet-stream` if invalid.
 */
export const safeMediaType = (type: string | undefined): string =>
	/^[\w.+-]+\/[\w.+-]+(?:[ \t]*;[ -~]*)?$/.exec((type ?? '').trim())?.[0] ??
	'application/octet-stream';
