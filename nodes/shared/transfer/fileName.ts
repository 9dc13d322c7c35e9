import { sanitizeFilename } from 'n8n-workflow';

/** Bytes that a file name may have on the usual file systems. */
const LONGEST_NAME = 255;

/** Control characters, and those that turn the direction of writing: they make `exe.pdf` out of `fdp.exe`. */
const UNPRINTABLE = /[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu;

/**
 * A name from outside made safe to keep: no folders, nothing unprintable, no more than 255 bytes (the extension stays),
 * never empty.
 */
export function safeFileName(name: string): string {
	const base = sanitizeFilename(name.toWellFormed().replace(UNPRINTABLE, '')).trim() || 'untitled';
	if (Buffer.byteLength(base) <= LONGEST_NAME) return base;
	const dot = base.lastIndexOf('.');
	const extension = dot > 0 && base.length - dot <= 20 ? base.slice(dot) : '';
	let stem = [...base.slice(0, base.length - extension.length)];
	while (Buffer.byteLength(stem.join('') + extension) > LONGEST_NAME) stem = stem.slice(0, -1);
	return stem.join('') + extension;
}

/** The file name of a Content-Disposition header: `filename*` (RFC 8187, UTF-8) before `filename` (RFC 6266). */
export function dispositionFileName(header: unknown): string | undefined {
	const text = String(header ?? '');
	const extended = /filename\*\s*=\s*utf-8'[^']*'([^;\s]+)/i.exec(text)?.[1];
	if (extended) {
		try {
			return decodeURIComponent(extended);
		} catch {
			// not percent-encoded UTF-8 after all: the plain form may still serve
		}
	}
	const plain = /filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(text);
	return plain?.[1]?.replace(/\\(.)/g, '$1') ?? plain?.[2];
}

/** The last part of a URL's path, decoded; undefined where there is none. */
export function urlFileName(url: string): string | undefined {
	const last = new URL(url).pathname.split('/').at(-1);
	try {
		return last ? decodeURIComponent(last) : undefined;
	} catch {
		return last;
	}
}
