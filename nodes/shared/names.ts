/**
 * A text in the form in which names are compared: two texts have the same form if they differ only in upper and lower
 * case, in how Unicode writes them (NFKC; macOS stores `é` as `e` and an accent), or in characters that nobody sees.
 *
 * JavaScript has no case folding, but every change of case goes through upper case: `ẞ` and `ß` become `SS`, `ς` and `σ`
 * become `Σ`, the Turkish `ı` becomes `I`. The first `toLowerCase` is for what has no upper case of its own, such as `ẞ`.
 * All four letters i of Turkish count as the same, because the languages do not agree on which two belong together.
 */
export function foldName(text: string): string {
	const compatible = text.normalize('NFKC').replace(INVISIBLE, '');
	const folded = compatible.toLowerCase().toUpperCase().toLowerCase();
	return (
		folded
			// `toLowerCase` writes a sigma at the end of a word differently.
			.replaceAll('ς', 'σ')
			// `İ` in lower case is an i with one more dot, and Lithuanian keeps the dot below accents.
			.normalize('NFKD')
			.replace(MARKED_I, (marked) => marked.replaceAll('\u0307', ''))
			.normalize('NFKC')
	);
}

/** Whether a name contains a text. A name that is not text contains nothing. */
export function containsName(name: unknown, text: string): boolean {
	return typeof name === 'string' && foldName(name).includes(foldName(text));
}

/** Whether two names are the same. What is not text is not the same as anything. */
export function isSameName(one: unknown, other: unknown): boolean {
	return typeof one === 'string' && typeof other === 'string' && foldName(one) === foldName(other);
}

/**
 * Whether a text has nothing that a person sees: it is empty, or has only spaces and control, format or other invisible
 * characters. Such a text, in place of a filter, would let everything or nothing pass.
 */
export const isBlankText = (text: string): boolean => !VISIBLE.test(text);

/** Soft hyphens, zero-width characters, variation selectors, direction marks. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;
const MARKED_I = /[ij]\p{M}+/gu;
const VISIBLE = /[^\p{White_Space}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/u;
