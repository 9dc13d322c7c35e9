import { foldName } from '../text';

/**
 * Whether a text matches a pattern, in which `*` stands for any text and all else is compared like names. An empty
 * pattern matches everything; a missing text only matches an empty pattern.
 */
export function matchesPattern(pattern: string | undefined, text: unknown): boolean {
	const glob = pattern?.trim() ?? '';
	if (glob === '') return true;
	if (typeof text !== 'string') return false;
	// Split before folding: a full-width asterisk is an ordinary character, but folding would turn it into a wildcard.
	const pieces = glob.split('*').map(foldName);
	let rest = foldName(text);
	// Not a regular expression: one made from `*a*a*a*` can backtrack for a very long time.
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
