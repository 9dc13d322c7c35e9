import { createHmac, timingSafeEqual } from 'node:crypto';

/** A hex SHA-256 digest, with the prefix that some services put before it. */
const HEX_DIGEST = /^(?:sha256=)?([0-9a-f]{64})$/i;

/**
 * Whether the header carries the HMAC-SHA256 of one of the texts under one of the secrets.
 *
 * Compared as decoded digests in constant time, and without stopping at the first match, so that the time tells nothing
 * about the secret. Without a secret, a header or a well-formed digest the answer is no.
 *
 * @param texts the forms of the body that the service may have signed, the raw bytes first
 */
export function isSigned(
	header: unknown,
	texts: ReadonlyArray<Buffer | string>,
	secrets: readonly string[],
): boolean {
	const hex = typeof header === 'string' ? HEX_DIGEST.exec(header.trim())?.[1] : undefined;
	if (hex === undefined) return false;
	const given = Buffer.from(hex, 'hex');
	let matches = 0;
	for (const secret of secrets) {
		for (const text of texts) {
			const expected = createHmac('sha256', secret).update(text).digest();
			matches += Number(timingSafeEqual(given, expected));
		}
	}
	return matches > 0;
}

/** Whether two texts are the same, in constant time for any lengths. */
export function isSameText(given: string, expected: string): boolean {
	const digest = (text: string) => createHmac('sha256', 'compare').update(text).digest();
	return timingSafeEqual(digest(given), digest(expected));
}

/**
 * The secrets of a credential field. During a rotation it holds several, separated by commas or white space; the whole
 * text counts too, in case a secret has such a character in itself.
 */
export function secretsOf(field: unknown): string[] {
	const whole = typeof field === 'string' ? field.trim() : '';
	if (whole === '') return [];
	return [...new Set([whole, ...whole.split(/[\s,]+/)])].filter(Boolean);
}
