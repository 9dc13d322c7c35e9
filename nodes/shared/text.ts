/**
 * Normalizes a text for the comparison of names: ignores case, Unicode representation (NFKC; macOS stores `é` as `e` and
 * an accent) and invisible characters.
 *
 * JavaScript has no case folding, so the text goes through upper case: `ẞ` and `ß` become `SS`, `ς` and `σ` become `Σ`,
 * the Turkish `ı` becomes `I`. The first `toLowerCase` handles letters such as `ẞ`, which `toUpperCase` leaves unchanged.
 * All four forms of the Turkish letter i are equal, because languages pair them differently.
 */
export function foldName(text: string): string {
	const compatible = text.normalize('NFKC').replace(INVISIBLE, '');
	const folded = compatible.toLowerCase().toUpperCase().toLowerCase();
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
const MARKED_I = /[ij]\p{M}+/gu;
const VISIBLE = /[^\p{White_Space}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/u;

/** White space, control and invisible characters (zero-width spaces, direction marks, soft hyphens) at the ends. */
const BLANK_ENDS = /^[\s\p{Cc}\p{Cf}]+|[\s\p{Cc}\p{Cf}]+$/gu;

/** Removes white space and invisible characters at both ends, which are often pasted along. */
export const withoutBlanks = (text: string): string => text.replace(BLANK_ENDS, '');

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

/**
 * Parses an http or https URL, without the spaces around it; undefined for anything else.
 * @param base the URL that a relative one refers to
 */
export function parseHttpUrl(text: unknown, base?: string): URL | undefined {
	if (typeof text !== 'string' || !URL.canParse(text.trim(), base)) return undefined;
	const url = new URL(text.trim(), base);
	return /^https?:$/.test(url.protocol) ? url : undefined;
}
