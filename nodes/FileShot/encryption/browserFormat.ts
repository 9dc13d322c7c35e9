import { type ByteReader, openSealed } from './cipher';
import { EncryptionError, PBKDF2_ITERATIONS, TAG_SIZE } from './container';
import { deriveKey } from './keys';

/** Bytes of the largest file: it must be in memory, because its only tag is at its end. */
const MAX_SIZE = 100 * 1024 * 1024;

const IV_SIZE = 12;

/**
 * The formats of FileShot's older browser encryption, which encrypted a whole file at once (FileShotZKE, master b3d0053
 * and release v2026.03): salt, IV, ciphertext and tag, with 2 as the first byte in the later format. A salt of the earlier
 * one may begin with 2 as well.
 */
const FORMATS = [
	{
		start: 1,
		saltSize: 32,
		kdf: { algorithm: 'argon2id', memory: 65536, iterations: 2, parallelism: 1 },
	},
	{ start: 0, saltSize: 16, kdf: { algorithm: 'pbkdf2', iterations: PBKDF2_ITERATIONS } },
] as const;

/**
 * Decrypts a file in one of the older formats.
 * @throws EncryptionError for a wrong passphrase, a damaged file, one in another format, and one of more than 100 MiB
 */
export async function decryptBrowserFile(reader: ByteReader, passphrase: string): Promise<Buffer> {
	const bytes = await reader.take(MAX_SIZE + 1);
	if (bytes.length > MAX_SIZE) {
		throw new EncryptionError(
			'The file is too large for the older browser format, which is decrypted in memory',
			'The limit is 100 MiB. Set Decrypt to Never and decrypt the file in a browser.',
		);
	}
	let unsupported: unknown;
	for (const { start, saltSize, kdf } of FORMATS) {
		const ivAt = start + saltSize;
		const sealed = bytes.subarray(ivAt + IV_SIZE);
		if (sealed.length < TAG_SIZE || (start === 1 && bytes[0] !== 2)) continue;
		const salt = bytes.subarray(start, ivAt);
		try {
			const key = await deriveKey(passphrase, { ...kdf, salt });
			const opened = openSealed(sealed, key, bytes.subarray(ivAt, ivAt + IV_SIZE));
			if (opened) return opened;
		} catch (error) {
			unsupported = error;
		}
	}
	if (unsupported instanceof EncryptionError) throw unsupported;
	throw new EncryptionError(
		'The passphrase does not fit this file, or the file is damaged or in another format',
		'Check the Passphrase. If it is correct, set Decrypt to Never and decrypt the file in a browser.',
	);
}
