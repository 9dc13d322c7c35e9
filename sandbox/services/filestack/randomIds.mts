import { randomBytes, randomInt } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Returns random letters and digits, as used in handles, API keys and the unique part of a storage key. */
export function randomLetters(length: number): string {
	return Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

/** Returns random hex digits; the length must be even. */
export function randomHex(length: number): string {
	return randomBytes(length / 2).toString('hex');
}
