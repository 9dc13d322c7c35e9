import { createHash, randomBytes } from 'node:crypto';

/** Python's `secrets.token_urlsafe`: so many random bytes in URL-safe Base64 (16 give 22 characters, 32 give 43). */
export function urlSafeToken(bytes: number): string {
	return randomBytes(bytes).toString('base64url');
}

/** What the service keeps of an API token. */
export function digestOf(token: string): string {
	return createHash('sha256').update(token).digest('hex');
}
