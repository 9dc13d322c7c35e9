import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether a secret is the right one, in a time that tells nothing of it. */
export function timingSafeEqualStrings(a: string, b: string): boolean {
	const digest = (text: string) => createHash('sha256').update(text).digest();
	return timingSafeEqual(digest(a), digest(b));
}
