import { createHash, randomBytes } from 'node:crypto';

/** Python's `secrets.token_urlsafe`: random bytes in URL-safe base64 (16 bytes give 22 characters, 32 give 43). */
export function urlSafeToken(bytes: number): string {
	return randomBytes(bytes).toString('base64url');
}

/** Returns the hash that the service stores of an API token. */
export function digestOf(token: string): string {
	return createHash('sha256').update(token).digest('hex');
}
