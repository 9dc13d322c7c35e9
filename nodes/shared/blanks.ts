/** White space, control characters and characters that nobody sees: zero-width spaces, marks of direction, soft hyphens. */
const AT_ENDS = /^[\s\p{Cc}\p{Cf}]+|[\s\p{Cc}\p{Cf}]+$/gu;

/** A text without what is copied along at its ends. */
export const withoutBlanks = (text: string): string => text.replace(AT_ENDS, '');

/**
 * Returns the text of a credential field without the blanks around it. Accepts numbers, because a credential field may
 * contain an expression.
 * @returns undefined for a value that is not text, '' for an empty field
 */
export function pastedText(value: unknown): string | undefined {
	if (value === undefined || value === null) return '';
	if (typeof value === 'number' || typeof value === 'bigint') return String(value);
	return typeof value === 'string' ? withoutBlanks(value) : undefined;
}
