/**
 * Whether a text is what the user wants: the pattern has `*` for anything, and capitals do not matter. An empty pattern
 * wants everything; a missing text is only wanted by that.
 */
export function matchesPattern(pattern: string | undefined, text: unknown): boolean {
	const wanted = pattern?.trim().toLowerCase() ?? '';
	if (wanted === '') return true;
	if (typeof text !== 'string') return false;
	const pieces = wanted.split('*');
	let rest = text.toLowerCase();
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
