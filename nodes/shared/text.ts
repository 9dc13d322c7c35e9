/**
 * Normalizes a text for the comparison of names: ignores case, Unicode representation (NFKC; macOS stores `é` as `e` and
 * an accent) and invisible characters.
 *
 * JavaScript has no case folding, so the text goes through upper case: `ẞ` and `ß` become `SS`, `ς` and `σ` become `Σ`,
 * the Turkish `ı` becomes `I`. The first `toLowerCase` handles letters such as `ẞ`, which `toUpperCase` leaves unchanged.
 * All four forms of the Turkish letter i are equal, because languages pair them differently.
 */
export function foldName(text: string): string {
	const compatible = splitMarks(text).normalize('NFKC').replace(INVISIBLE, '');
	const folded = splitMarks(compatible.toLowerCase().toUpperCase().toLowerCase());
	return (
		folded
			// `toLowerCase` uses a different sigma at the end of a word.
			.replaceAll('ς', 'σ')
			// `İ` becomes an i with an extra dot in lower case, and Lithuanian keeps the dot below accents.
			.normalize('NFKD')
			.replace(MARKED_I, (marked) => marked.replaceAll('\u0307', ''))
			.normalize('NFKC')
	);
}

/** Whether a name contains a text; false for a name that is not text. */
export function containsName(name: unknown, text: string): boolean {
	return typeof name === 'string' && foldName(name).includes(foldName(text));
}

/** Whether two names are equal; false if one of them is not text. */
export function isSameName(one: unknown, other: unknown): boolean {
	return typeof one === 'string' && typeof other === 'string' && foldName(one) === foldName(other);
}

/**
 * Whether a text is empty or has only spaces and control, format or other invisible characters. As a filter, such a text
 * would match everything or nothing.
 */
export const isBlankText = (text: string): boolean => !VISIBLE.test(text);

/** Soft hyphens, zero-width characters, variation selectors, direction marks. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;
/**
 * Splits excessive sequences of combining marks with a joiner (UAX #15, Stream-Safe Text Format): normalization sorts each
 * sequence, which takes a time proportional to the square of its length, a second for 64 KiB.
 */
const splitMarks = (text: string) => text.replace(/\p{M}{30}/gu, '$&\u034F');
const MARKED_I = /[ij]\p{M}+/gu;
const VISIBLE = /[^\p{White_Space}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/u;

/** White space, control and invisible characters: zero-width spaces, direction marks, soft hyphens. */
const BLANK_START = /^[\s\p{Cc}\p{Cf}]+/u;
const BLANK = /[\s\p{Cc}\p{Cf}]/u;

/** Removes white space and invisible characters at both ends, which are often pasted along. */
export const withoutBlanks = (text: string): string =>
	withoutEnd(text.replace(BLANK_START, ''), BLANK);

/**
 * Removes the characters at the end that match a pattern for one character. A pattern such as `/x+$/` would take a time
 * proportional to the square of the text's length.
 */
export function withoutEnd(text: string, pattern: RegExp): string {
	let end = text.length;
	while (end > 0) {
		// An emoji and some invisible characters consist of two units.
		const start = end >= 2 && text.codePointAt(end - 2)! > 0xffff ? end - 2 : end - 1;
		if (!pattern.test(text.slice(start, end))) break;
		end = start;
	}
	return text.slice(0, end);
}

/**
 * Returns the text of a credential field without surrounding white space. Accepts numbers, because a credential field may
 * contain an expression.
 * @returns undefined for a value that is not text, '' for an empty field
 */
export function pastedText(value: unknown): string | undefined {
	if (value === undefined || value === null) return '';
	if (typeof value === 'number' || typeof value === 'bigint') return String(value);
	return typeof value === 'string' ? withoutBlanks(value) : undefined;
}

/** Decodes a part of a URL; one that is not valid percent-encoding is returned unchanged. */
export function decodePercents(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

/** Characters; longer than any presigned URL. Parsing a longer one may take seconds. */
export const MAX_URL_LENGTH = 8_192;

/**
 * Parses an http or https URL of up to 8,192 characters, without the spaces around it; undefined for anything else.
 * @param base the URL that a relative one refers to
 */
export function parseHttpUrl(text: unknown, base?: string): URL | undefined {
	if (typeof text !== 'string' || text.length > MAX_URL_LENGTH) return undefined;
	if (!URL.canParse(text.trim(), base)) return undefined;
	const url = new URL(text.trim(), base);
	return /^https?:$/.test(url.protocol) ? url : undefined;
}
