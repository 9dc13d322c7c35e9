import { createHmac, timingSafeEqual } from 'node:crypto';

import { withoutBlanks } from '../blanks';

/** A hex SHA-256 digest, with the prefix that some services put before it. */
const HEX_DIGEST = /^(?:sha256=)?([0-9a-f]{64})$/i;

/** The digest in a signature header; undefined if the header is missing or contains anything else. */
export function digestIn(header: unknown): Buffer | undefined {
	const hex = typeof header === 'string' ? HEX_DIGEST.exec(header.trim())?.[1] : undefined;
	return hex === undefined ? undefined : Buffer.from(hex, 'hex');
}

/**
 * Whether the header carries the HMAC-SHA256 of one of the texts under one of the secrets.
 *
 * Digests are compared decoded and in constant time, under every secret, so that the time tells nothing about a secret.
 * The next text is made only if no secret fits the one before it.
 *
 * @param texts the forms of the body that the service may have signed, the raw bytes first
 */
export function isSigned(
	header: unknown,
	texts: Iterable<Buffer | string>,
	secrets: readonly string[],
): boolean {
	const given = digestIn(header);
	if (given === undefined || secrets.length === 0) return false;
	for (const text of texts) {
		let matches = 0;
		for (const secret of secrets) {
			const expected = createHmac('sha256', secret).update(text).digest();
			matches += Number(timingSafeEqual(given, expected));
		}
		if (matches > 0) return true;
	}
	return false;
}

/** Whether two texts are the same, in constant time for any lengths. */
export function isSameText(given: string, expected: string): boolean {
	const digest = (text: string) => createHmac('sha256', 'compare').update(text).digest();
	return timingSafeEqual(digest(given), digest(expected));
}

/** Characters from which on a text between commas counts as a secret of its own. */
const SHORTEST_OF_SEVERAL = 16;

/**
 * The webhook secrets of a credential field. During a rotation it contains several: one per line, or separated by commas
 * if each has 16 characters or more. A comma may also be part of a secret, so the whole line counts as well.
 */
export function secretsOf(field: unknown): string[] {
	const secrets = linesOf(field).flatMap((line) => {
		const pieces = line.split(',').map(withoutBlanks).filter(Boolean);
		return pieces.every(({ length }) => length >= SHORTEST_OF_SEVERAL) ? [line, ...pieces] : [line];
	});
	return [...new Set(secrets)];
}

/** The keys of a credential field that a user has invented: one per line, each with any characters. */
export function linesOf(field: unknown): string[] {
	const lines = typeof field === 'string' ? field.split(/[\r\n]+/) : [];
	return lines.map(withoutBlanks).filter(Boolean);
}
