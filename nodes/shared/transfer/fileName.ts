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
	let stem = '';
	let size = Buffer.byteLength(extension);
	for (const character of base.slice(0, base.length - extension.length)) {
		size += Buffer.byteLength(character);
		if (size > LONGEST_NAME) break;
		stem += character;
	}
	return stem + extension;
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
	const name = (extended && decodeExtended(extended)) || (plain && decodeWords(plain));
	return name?.trim() || undefined;
}

/** Node reads the bytes of a header as Latin-1; they are UTF-8 if they can be, or else what Windows makes of Latin-1. */
function decodeHeader(text: string): string {
	const bytes = Buffer.from(text, 'latin1');
	if (bytes.toString('latin1') !== text) return text;
	return decodeBytes(bytes, 'utf-8') ?? decodeBytes(bytes, 'windows-1252') ?? text;
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

/** `UTF-8'en'na%C3%AFve.txt`; undefined for an unknown character set, or for what is not encoded in the one it names. */
function decodeExtended(value: string): string | undefined {
	const [, charset, encoded] = /^([\w-]*)'[^']*'(.*)$/.exec(value) ?? [];
	if (encoded === undefined || /%(?![0-9a-f]{2})/i.test(encoded)) return undefined;
	const bytes = Buffer.from(
		encoded.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
		'latin1',
	);
	return decodeBytes(bytes, charset);
}

/** The words of an email header: `=?UTF-8?Q?na=C3=AFve.txt?=`. */
const ENCODED_WORD = /=\?([\w-]+)(?:\*[^?]*)?\?([bq])\?([^?]*)\?=/gi;

/** A name with encoded words (RFC 2047), which some servers put where they do not belong; any other text as it is. */
function decodeWords(value: string): string {
	// Blanks between two of them only separate them.
	const joined = value.replace(/(\?=)\s+(?==\?)/g, '$1');
	return joined.replace(ENCODED_WORD, (word, charset: string, kind: string, encoded: string) => {
		const escaped = (_: string, hex: string) => String.fromCharCode(parseInt(hex, 16));
		const bytes =
			kind.toLowerCase() === 'b'
				? Buffer.from(encoded, 'base64')
				: Buffer.from(encoded.replace(/_/g, ' ').replace(/=([0-9a-f]{2})/gi, escaped), 'latin1');
		return decodeBytes(bytes, charset) ?? word;
	});
}

/** What windows-1252 has where ISO 8859-1 has control characters, from 0x80 on (WHATWG Encoding). */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';
const inWindows = (control: string) => WINDOWS_1252[control.charCodeAt(0) - 0x80];

/** Character sets whose first half is not ASCII, so that no header can be written in them. */
const NOT_FOR_HEADERS = /^(utf-?16|ucs-?2|unicode)/i;

/** @param charset by any name that browsers know (WHATWG Encoding); UTF-8 if empty */
function decodeBytes(bytes: Buffer, charset: string): string | undefined {
	if (NOT_FOR_HEADERS.test(charset)) return undefined;
	try {
		const decoder = new TextDecoder(charset || 'utf-8', { fatal: true });
		const text = decoder.decode(bytes);
		// Some versions of Node leave these as control characters.
		return decoder.encoding === 'windows-1252' ? text.replace(/[\x80-\x9f]/g, inWindows) : text;
	} catch {
		return undefined;
	}
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
