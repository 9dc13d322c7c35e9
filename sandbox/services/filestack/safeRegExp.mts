import { runInNewContext } from 'node:vm';

/** Longest pattern that is tried, in characters. */
const MAX_PATTERN_LENGTH = 1000;

/** Real milliseconds that a pattern may take: an honest one needs microseconds. */
const TIMEOUT_MS = 50;

/**
 * Whether a policy's regular expression finds something in the text. Whoever signs a policy writes the pattern, and
 * some patterns take years on a short text; so it runs on a leash. A broken or too slow one matches nothing.
 */
export function matches(pattern: string, text: string): boolean {
	if (pattern.length > MAX_PATTERN_LENGTH) return false;
	try {
		return (
			runInNewContext(
				'new RegExp(pattern).test(text)',
				{ pattern, text },
				{ timeout: TIMEOUT_MS },
			) === true
		);
	} catch {
		return false;
	}
}
