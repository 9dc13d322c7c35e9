import { runInNewContext } from 'node:vm';

/** Maximum length of a pattern, in characters. */
const MAX_PATTERN_LENGTH = 1000;

/** Timeout for matching, in real milliseconds; a normal pattern needs microseconds, unless the machine is busy. */
const TIMEOUT_MS = 1000;

/**
 * Whether a policy's regular expression matches the text. Runs with a time limit, because clients supply the pattern
 * and it may backtrack catastrophically. An invalid or too slow pattern does not match.
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
