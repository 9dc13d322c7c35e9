import { randomBytes, randomInt } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Letters and digits, as handles, API keys and the unique part of a storage key are made of. */
export function randomLetters(length: number): string {
	return Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

/** Hex digits, an even number. */
export function randomHex(length: number): string {
	return randomBytes(length / 2).toString('hex');
}
