/**
 * A text in the form in which names are compared: two names are the same if people read them as the same.
 *
 * Compatibility forms are unified (Unicode NFKC), because macOS stores names decomposed. Case is folded in full: `ß` is
 * `ss`, the final `ς` is `σ`, and the four Turkish letters I, ı, İ, i are one, because nothing tells in which language a
 * name is. Characters without a shape of their own (soft hyphen, joiners, variation selectors) are left out, as in
 * Unicode's NFKC_Casefold.
 */
export function foldName(text: string): string {
	let folded = text;
	// Some folded characters fold once more; two rounds settle all of Unicode.
	for (let round = 0; round < 2; round++) {
		folded = folded
			.normalize('NFKC')
			.replace(INVISIBLE, '')
			.toUpperCase()
			.toLowerCase()
			.replace(/ς/g, 'σ')
			.replace(/i\u0307/g, 'i')
			.normalize('NFKC');
	}
	return folded;
}

const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;

/** Whether a name has a text in it, both folded; a name that is not text has none. */
export const nameContains = (name: unknown, text: string): boolean =>
	typeof name === 'string' && foldName(name).includes(foldName(text));

/** Whether two names are the same, both folded. */
export const isSameName = (name: unknown, other: string): boolean =>
	typeof name === 'string' && foldName(name) === foldName(other);

/**
 * Whether a name is what the user wants: the pattern has `*` for anything. An empty pattern wants everything; a name that
 * is not text is only wanted by that.
 */
export function matchesPattern(pattern: string | undefined, name: unknown): boolean {
	const wanted = pattern?.trim() ?? '';
	if (wanted === '') return true;
	if (typeof name !== 'string') return false;
	const pieces = wanted.split('*').map(foldName);
	let rest = foldName(name);
	// By hand and from left to right: a regular expression made from `*a*a*a*` can take for ever.
	for (const [index, piece] of pieces.entries()) {
		const isFirst = index === 0;
		const isLast = index === pieces.length - 1;
		if (isFirst && isLast) return rest === piece;
		if (isLast) return rest.endsWith(piece);
		const at = rest.indexOf(piece);
		if (at < 0 || (isFirst && at > 0)) return false;
		rest = rest.slice(at + piece.length);
	}
	return true;
}
