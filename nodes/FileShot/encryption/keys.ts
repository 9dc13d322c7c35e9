import * as crypto from 'node:crypto';

import { decodeBase64, EncryptionError, type KeyDerivation } from './container';
/** Bytes of a key of AES-256. */
const KEY_SIZE = 32;

export const newKey = (): Buffer => crypto.randomBytes(KEY_SIZE);

/** Returns the fragment of a link with which FileShot's page decrypts the file. */
export const fragmentOf = (key: Buffer): string => `#k=${key.toString('base64url')}`;

/**
 * The key at the end of an ID, also if its # was percent-encoded on the way: it must never be part of a request. A slug
 * may contain a # as well.
 */
export const SECRET_FRAGMENT =
	/(?:#|%23)(?:(?:.*(?:&|%26))?k(?:ey)?(?:=|%3D).*|(?:[\w+/-]|%2[BF]){43}(?:=|%3D)?)$/is;

/** Returns the text after the first # of a link; undefined without one. */
export const fragmentIn = (link: string): string | undefined => /(?:#|%23)(.*)$/is.exec(link)?.[1];

/**
 * Parses a key: 32 bytes in base64, alone, in the fragment of a link (`k`, or `key` in FileShot's older texts) or in a
 * whole link.
 * @returns undefined if the text is not a key
 */
export function parseKey(text: string): Buffer | undefined {
	const fragment = (fragmentIn(text) ?? text)
		.replace(/%(?:26|2B|2F|3D)/gi, (encoded) => decodeURIComponent(encoded))
		.trim();
	const named = fragment
		.split('&')
		.map((pair) => /^k(?:ey)?=(.*)$/is.exec(pair)?.[1])
		.find((value) => value !== undefined);
	const key = decodeBase64(named ?? fragment);
	return key?.length === KEY_SIZE ? key : undefined;
}

/** The shortest passphrase that FileShot's programs accept, in characters without surrounding spaces. */
export const MIN_PASSPHRASE_LENGTH = 4;

/** The end of the last derivation: one at a time, because one of Argon2id may need a gigabyte. */
let lastDerivation: Promise<unknown> = Promise.resolve();

/**
 * Derives a key from a passphrase, which is used exactly as it was typed.
 * @throws EncryptionError for Argon2id on a version of Node.js without it
 */
export async function deriveKey(passphrase: string, kdf: KeyDerivation): Promise<Buffer> {
	const derive = async () =>
		kdf.algorithm === 'pbkdf2' ? await pbkdf2(passphrase, kdf) : await argon2id(passphrase, kdf);
	const derivation = lastDerivation.then(derive, derive);
	lastDerivation = derivation;
	return await derivation;
}

const pbkdf2 = async (
	passphrase: string,
	{ salt, iterations }: Extract<KeyDerivation, { algorithm: 'pbkdf2' }>,
): Promise<Buffer> =>
	await new Promise((resolve, reject) => {
		crypto.pbkdf2(passphrase, salt, iterations, KEY_SIZE, 'sha256', (error, key) =>
			error ? reject(error) : resolve(key),
		);
	});

/** Node.js has Argon2 since version 24.7, if it was built with OpenSSL 3.2 or later. */
async function argon2id(
	passphrase: string,
	{ salt, memory, iterations, parallelism }: Extract<KeyDerivation, { algorithm: 'argon2id' }>,
): Promise<Buffer> {
	const argon2 = Reflect.get(crypto, 'argon2') as typeof crypto.argon2 | undefined;
	if (argon2 === undefined) {
		throw new EncryptionError(
			'The passphrase of this file is protected with Argon2id, which this version of Node.js does not support',
			'Run n8n on Node.js 24.7 or later, or open the link in a browser.',
		);
	}
	const parameters = {
		message: Buffer.from(passphrase),
		nonce: salt,
		parallelism,
		tagLength: KEY_SIZE,
		memory,
		passes: iterations,
	};
	return await new Promise((resolve, reject) => {
		argon2('argon2id', parameters, (error, key) =>
			error ? reject(error) : resolve(Buffer.from(key)),
		);
	});
}
