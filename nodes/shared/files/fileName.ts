import type { IBinaryData } from 'n8n-workflow';
import { sanitizeFilename } from 'n8n-workflow';

import type { TransferContext } from '../http/service';
import { decodePercents } from '../text';

/** Maximum bytes of a file name on common file systems. */
const MAX_NAME_BYTES = 255;

/** Control characters, and bidirectional controls, which make `fdp.exe` look like `exe.pdf`. */
const UNPRINTABLE = /[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu;

/**
 * Sanitizes a file name from an external source: no folders, no unprintable characters, at most 255 bytes (keeping the
 * extension), never empty.
 */
export function safeFileName(name: string): string {
	const last = sanitizeFilename(shortened(name).toWellFormed().replace(UNPRINTABLE, ''));
	// Again without the spaces, because they may have been around dots.
	const base = sanitizeFilename(last.trim());
	if (Buffer.byteLength(base) <= MAX_NAME_BYTES) return base;
	const dot = base.lastIndexOf('.');
	const extension = dot > 0 && base.length - dot <= 20 ? base.slice(dot) : '';
	let stem = '';
	let size = Buffer.byteLength(extension);
	for (const character of base.slice(0, base.length - extension.length)) {
		size += Buffer.byteLength(character);
		if (size > MAX_NAME_BYTES) break;
		stem += character;
	}
	return stem + extension;
}

/** Characters of a name that are processed. */
const MAX_NAME_LENGTH = 4_096;
/** Characters at the end of a longer name that are kept, for its extension. */
const END_LENGTH = 20;

/** Cuts an excessively long name in its middle, and its folders off. */
function shortened(name: string): string {
	if (name.length <= MAX_NAME_LENGTH) return name;
	const base = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
	if (base.length <= MAX_NAME_LENGTH) return base;
	return base.slice(0, MAX_NAME_LENGTH - END_LENGTH) + base.slice(-END_LENGTH);
}

/** Characters of a header that are processed: more than web servers accept, and much more than a name needs. */
const MAX_HEADER_LENGTH = 8_192;

/**
 * Returns the file name of a Content-Disposition header: `filename*` (RFC 8187) before `filename` (RFC 6266), the first
 * of each; undefined if missing or empty. As tolerant as browsers: accepts unquoted values with spaces, raw UTF-8 or
 * Latin-1, an unclosed quote, and encoded words as in email (RFC 2047).
 */
export function dispositionFileName(header: unknown): string | undefined {
	const text = String(header ?? '').slice(0, MAX_HEADER_LENGTH);
	const parameters = parametersIn(decodeHeader(text));
	const extended = parameters.get('filename*');
	const plain = parameters.get('filename');
	const name = (extended && decodeExtended(extended)) || (plain && decodeWords(plain));
	return name?.trim() || undefined;
}

/** Decodes a header, which Node reads as Latin-1: as UTF-8 if valid, otherwise as windows-1252, as browsers do. */
export function decodeHeader(text: string): string {
	const bytes = Buffer.from(text, 'latin1');
	if (bytes.toString('latin1') !== text) return text;
	return decodeBytes(bytes, 'utf-8') ?? decodeBytes(bytes, 'windows-1252') ?? text;
}

/** Returns the parameters of a header by lower-case name; the first of duplicates counts. */
function parametersIn(text: string): Map<string, string> {
	const found = new Map<string, string>();
	for (let at = 0; at < text.length;) {
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

/** The end of a quoted value. A quote before other text belongs to the value: some servers do not escape it. */
const CLOSING_QUOTE = /"\s*(?:;|$)/y;

/** Reads a quoted value with backslash escapes; an unclosed quote ends with the header. */
function quotedValue(text: string, start: number): { value: string; next: number } {
	const isEnd = (at: number) => {
		CLOSING_QUOTE.lastIndex = at;
		return CLOSING_QUOTE.test(text);
	};
	let value = '';
	let at = start + 1;
	for (; at < text.length && !isEnd(at); at++) {
		if (text[at] === '\\' && at + 1 < text.length) at++;
		value += text[at];
	}
	return { value, next: endOf(text, at, /;/) + 1 };
}

function bareValue(text: string, start: number): { value: string; next: number } {
	const end = endOf(text, start, /;/);
	return { value: text.slice(start, end).trim(), next: end + 1 };
}

/**
 * Decodes an extended value such as `UTF-8'en'na%C3%AFve.txt`; undefined if the character set is unknown or the bytes
 * are invalid in it.
 */
function decodeExtended(value: string): string | undefined {
	const [, charset, encoded] = /^([\w-]*)'[^']*'(.*)$/.exec(value) ?? [];
	if (encoded === undefined || /%(?![0-9a-f]{2})/i.test(encoded)) return undefined;
	const bytes = Buffer.from(
		encoded.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
		'latin1',
	);
	return decodeBytes(bytes, charset);
}

/** Encoded words of an email header, for example `=?UTF-8?Q?na=C3=AFve.txt?=`. */
const ENCODED_WORD = /=\?([\w-]+)(?:\*[^?]*)?\?([bq])\?([^?]*)\?=/gi;

/** Character sets of one name; Node needs milliseconds to load some. */
const MAX_CHARSETS = 3;
/** Words of one name that cannot be decoded, after which decoding ends; each costs an exception. */
const MAX_FAILURES = 3;

/** Decodes encoded words (RFC 2047), which some servers use outside of email; returns other text unchanged. */
function decodeWords(value: string): string {
	// White space between two encoded words only separates them.
	const joined = value.replace(/(\?=)\s+(?==\?)/g, '$1');
	const charsets = new Set<string>();
	let failures = 0;
	return joined.replace(ENCODED_WORD, (word, charset: string, kind: string, encoded: string) => {
		charsets.add(charset.toLowerCase());
		if (charsets.size > MAX_CHARSETS || failures > MAX_FAILURES) return word;
		const escaped = (_: string, hex: string) => String.fromCharCode(parseInt(hex, 16));
		const bytes =
			kind.toLowerCase() === 'b'
				? Buffer.from(encoded, 'base64')
				: Buffer.from(encoded.replace(/_/g, ' ').replace(/=([0-9a-f]{2})/gi, escaped), 'latin1');
		const decoded = decodeBytes(bytes, charset);
		if (decoded === undefined) failures++;
		return decoded ?? word;
	});
}

/** The characters of windows-1252 in place of the control characters of ISO 8859-1, from 0x80 (WHATWG Encoding). */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';
const inWindows = (control: string) => WINDOWS_1252[control.charCodeAt(0) - 0x80];

/** Character sets that do not extend ASCII, so no header can be written in them. */
const NOT_ASCII_BASED = /^(utf-?16|ucs-?2|unicode)/i;

type Decoder = InstanceType<typeof TextDecoder>;

/** The decoders in use, by the label of their character set. */
const decoders = new Map<string, Decoder>();
const MAX_DECODERS = 20;

function decoderFor(charset: string): Decoder {
	const label = charset.toLowerCase() || 'utf-8';
	const decoder = decoders.get(label) ?? new TextDecoder(label, { fatal: true });
	if (decoders.size >= MAX_DECODERS) decoders.clear();
	decoders.set(label, decoder);
	return decoder;
}

/** @param charset any label that browsers know (WHATWG Encoding); UTF-8 if empty */
function decodeBytes(bytes: Buffer, charset: string): string | undefined {
	if (NOT_ASCII_BASED.test(charset)) return undefined;
	try {
		const decoder = decoderFor(charset);
		const text = decoder.decode(bytes);
		// Some Node versions leave these as control characters.
		return decoder.encoding === 'windows-1252' ? text.replace(/[\x80-\x9f]/g, inWindows) : text;
	} catch {
		return undefined;
	}
}

/** Returns the last path segment of a URL, decoded; undefined if empty. */
export function urlFileName(url: string): string | undefined {
	const last = new URL(url).pathname.split('/').at(-1);
	return last ? decodePercents(last) : undefined;
}

/** The media type of a file of unknown type. */
export const UNKNOWN_TYPE = 'application/octet-stream';

/** Types that hosts send for an unknown type, or to make browsers download the file. */
const UNSPECIFIC =
	/^(?:(?:application|binary|content)\/(?:(?:x-)?octet-stream|(?:x-|force-)?download|(?:x-)?unknown|binary)|unknown\/unknown)$/;

/** Returns the media type of a Content-Type header without parameters; undefined if it says nothing about the file. */
export function specificType(header: unknown): string | undefined {
	const type = /^[\w.+-]+\/[\w.+-]+/.exec(String(header ?? '').trim())?.[0].toLowerCase();
	return type === undefined || UNSPECIFIC.test(type) ? undefined : type;
}

/** Extensions of plain text files, for which n8n's guess is right. */
const TEXT_FILE = /\.(txt|text|log|conf|def|list|ini)$/i;

/** Number of leading bytes that n8n inspects to detect the type. */
export const HEAD_SIZE = 4100;

/**
 * Corrects the type of a stored file by its name or leading bytes. For a stream n8n only looks at the name and falls
 * back to plain text; it only inspects the bytes of a buffer, so this function passes it the beginning of the file as
 * one.
 */
export async function withType(
	{ helpers }: TransferContext,
	stored: IBinaryData,
	head: Buffer,
): Promise<IBinaryData> {
	const isGuess = stored.mimeType === 'text/plain' && !TEXT_FILE.test(stored.fileName ?? '');
	if (!isGuess) return stored;
	const { fileType, fileExtension, ...rest } = stored;
	void fileType;
	const detected = await helpers.prepareBinaryData(head).catch(() => undefined);
	if (detected === undefined || detected.mimeType === 'text/plain') {
		return { ...rest, mimeType: UNKNOWN_TYPE };
	}
	return {
		...rest,
		mimeType: detected.mimeType,
		fileType: detected.fileType,
		fileExtension: fileExtension ?? detected.fileExtension,
	};
}
