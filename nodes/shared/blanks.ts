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
