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

/**
 * The file name of a Content-Disposition header: `filename*` (RFC 8187) before `filename` (RFC 6266), each the first of its
 * kind; undefined where there is none or an empty one. Read as tolerantly as browsers do: without quotes, with spaces, in
 * raw UTF-8 or Latin-1, with a quote that is not closed, or encoded as in an email (RFC 2047).
 */
export function dispositionFileName(header: unknown): string | undefined {
	const parameters = parametersIn(decodeHeader(String(header ?? '')));
	const extended = parameters.get('filename*');
	const plain = parameters.get('filename');
	const name = (extended && decodeExtended(extended)) || (plain && decodeWord(plain));
	return name?.trim() || undefined;
}

/** Node reads the bytes of a header as Latin-1; if they are valid UTF-8, they were meant as that. */
function decodeHeader(text: string): string {
	const bytes = Buffer.from(text, 'latin1');
	const utf8 = bytes.toString();
	return bytes.toString('latin1') !== text || utf8.includes('\uFFFD') ? text : utf8;
}

/** The parameters of a header by their names in lower case; the first of a name counts. */
function parametersIn(text: string): Map<string, string> {
	const found = new Map<string, string>();
	for (let at = 0; at < text.length; ) {
		const end = endOf(text, at, /[=;]/);
		const name = text.slice(at, end).trim().toLowerCase();
		if (text[end] !== '=') {
			at = end + 1;
			continue;
		}
		const start = end + 1 + /^\s*/.exec(text.slice(end + 1))![0].length;
		const { value, next } = text[start] === '"' ? quotedValue(text, start) : bareValue(text, start);
		if (!found.has(name)) found.set(name, value);
		at = next;
	}
	return found;
}

function endOf(text: string, start: number, what: RegExp): number {
	const length = text.slice(start).search(what);
	return length < 0 ? text.length : start + length;
}

/** A backslash stands before a character that is meant as it is; a quote that is missing stands at the end. */
function quotedValue(text: string, start: number): { value: string; next: number } {
	let value = '';
	let at = start + 1;
	for (; at < text.length && text[at] !== '"'; at++) {
		if (text[at] === '\\' && at + 1 < text.length) at++;
		value += text[at];
	}
	return { value, next: endOf(text, at, /;/) + 1 };
}

function bareValue(text: string, start: number): { value: string; next: number } {
	const end = endOf(text, start, /;/);
	return { value: text.slice(start, end).trim(), next: end + 1 };
}

/** `UTF-8'en'na%C3%AFve.txt`; undefined for another character set, or for what is not encoded in the one it names. */
function decodeExtended(value: string): string | undefined {
	const [, charset, encoded] = /^([\w-]*)'[^']*'(.*)$/.exec(value) ?? [];
	if (encoded === undefined || /%(?![0-9a-f]{2})/i.test(encoded)) return undefined;
	const bytes = Buffer.from(
		encoded.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
		'latin1',
	);
	return decodeBytes(bytes, charset);
}

/** `=?UTF-8?Q?na=C3=AFve.txt?=`, which some servers put where it does not belong; any other text as it is. */
function decodeWord(value: string): string {
	const [, charset, kind, encoded] = /^=\?([\w-]+)\?([bq])\?([^?]*)\?=$/i.exec(value.trim()) ?? [];
	if (encoded === undefined) return value;
	const escaped = (_: string, hex: string) => String.fromCharCode(parseInt(hex, 16));
	const bytes =
		kind.toLowerCase() === 'b'
			? Buffer.from(encoded, 'base64')
			: Buffer.from(encoded.replace(/_/g, ' ').replace(/=([0-9a-f]{2})/gi, escaped), 'latin1');
	return decodeBytes(bytes, charset) ?? value;
}

function decodeBytes(bytes: Buffer, charset: string): string | undefined {
	if (/^(iso-8859-1|us-ascii|windows-1252)$/i.test(charset)) return bytes.toString('latin1');
	if (!/^(utf-?8|)$/i.test(charset)) return undefined;
	const text = bytes.toString();
	return text.includes('\uFFFD') ? undefined : text;
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
