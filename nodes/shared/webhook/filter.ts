import { foldName } from '../names';

/**
 * Whether a text is what the user wants: the pattern has `*` for anything, the rest is compared as names are. An empty
 * pattern wants everything; a missing text is only wanted by that.
 */
export function matchesPattern(pattern: string | undefined, text: unknown): boolean {
	const wanted = pattern?.trim() ?? '';
	if (wanted === '') return true;
	if (typeof text !== 'string') return false;
	// Split first: a full-width asterisk is a character of a name, and would be folded to the one that stands for anything.
	const pieces = wanted.split('*').map(foldName);
	let rest = foldName(text);
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
