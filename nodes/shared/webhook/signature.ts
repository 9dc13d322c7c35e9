import { createHmac, timingSafeEqual } from 'node:crypto';

import { withoutBlanks } from '../blanks';

/** A hex SHA-256 digest, with the optional prefix of some services. */
const HEX_DIGEST = /^(?:sha256=)?([0-9a-f]{64})$/i;

/** Decodes the digest in a signature header; undefined if it is missing or invalid. */
export function digestIn(header: unknown): Buffer | undefined {
	const hex = typeof header === 'string' ? HEX_DIGEST.exec(header.trim())?.[1] : undefined;
	return hex === undefined ? undefined : Buffer.from(hex, 'hex');
}

/**
 * Whether the header contains the HMAC-SHA256 of one of the texts under one of the secrets.
 *
 * Compares decoded digests in constant time and checks every secret, so that timing reveals nothing about a secret.
 * Only builds the next text if no secret matches the previous one.
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

/** Whether two texts are equal, compared in constant time for any lengths. */
export function isSameText(given: string, expected: string): boolean {
	const digest = (text: string) => createHmac('sha256', 'compare').update(text).digest();
	return timingSafeEqual(digest(given), digest(expected));
}

/** Minimum characters for comma-separated text to count as a separate secret. */
const MIN_LENGTH_OF_SEVERAL = 16;

/**
 * Returns the webhook secrets in a credential field, which contains several during a rotation: one per line, or
 * separated by commas if each has at least 16 characters. The whole line counts as well, because a secret may contain
 * commas.
 */
export function secretsOf(field: unknown): string[] {
	const secrets = linesOf(field).flatMap((line) => {
		const pieces = line.split(',').map(withoutBlanks).filter(Boolean);
		return pieces.every(({ length }) => length >= MIN_LENGTH_OF_SEVERAL)
			? [line, ...pieces]
			: [line];
	});
	return [...new Set(secrets)];
}

/** Returns the user-defined keys in a credential field: one per line, with any characters. */
export function linesOf(field: unknown): string[] {
	const lines = typeof field === 'string' ? field.split(/[\r\n]+/) : [];
	return lines.map(withoutBlanks).filter(Boolean);
}
