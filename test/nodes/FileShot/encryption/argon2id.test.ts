/** Passphrases with Argon2id, compared with hash-wasm, which shares no code with Node.js. */
import * as crypto from 'node:crypto';
import { createCipheriv, randomBytes } from 'node:crypto';

import { argon2id } from 'hash-wasm';

import { encodeHeader, newHeader } from '../../../../nodes/FileShot/encryption/container';
import { deriveKey } from '../../../../nodes/FileShot/encryption/keys';
import { bytesOf, errorOf, outputOf, runNode } from '../../../support/engine';
import { fileShotNode } from '../../../support/fileShot';
import vectors from '../../../support/fszkVectors.json';
import { byId } from '../../../support/locators';
import { useSandbox } from '../../../support/useSandbox';

/** Node.js 24.7 and later have it. */
const HAS_ARGON2 = 'argon2' in crypto;

const sandbox = useSandbox();

interface Parameters {
	salt: Buffer;
	/** KiB. */
	memory: number;
	iterations: number;
	parallelism: number;
}

const referenceKey = async (password: string, { memory, ...others }: Parameters) =>
	Buffer.from(
		await argon2id({
			...{ password, memorySize: memory, hashLength: 32, outputType: 'binary' },
			...others,
		}),
	);

const vector = vectors.find((one) => 'keyHex' in one)!;
/** The parameters with which FileShot's apps derive keys. */
const OF_APPS: Parameters = {
	salt: Buffer.from(vector.saltHex!, 'hex'),
	memory: vector.memoryKiB!,
	iterations: vector.iterations!,
	parallelism: vector.parallelism!,
};

describe('the key of a passphrase', () => {
	it('is the published one in hash-wasm', async () => {
		const key = await referenceKey(vector.password!, OF_APPS);
		expect(key.toString('hex')).toBe(vector.keyHex);
	});

	it.each([
		['correct horse', OF_APPS],
		[' pässwörd “1” ', { salt: randomBytes(8), memory: 8, iterations: 1, parallelism: 1 }],
		['日本語', { salt: randomBytes(64), memory: 1000, iterations: 3, parallelism: 2 }],
		['a'.repeat(1000), { salt: randomBytes(16), memory: 128, iterations: 16, parallelism: 16 }],
	])(
		'is that of hash-wasm, or an error on a Node.js without Argon2: %s',
		async (passphrase, parameters) => {
			const deriving = deriveKey(passphrase, { algorithm: 'argon2id', ...parameters });
			if (HAS_ARGON2) expect(await deriving).toEqual(await referenceKey(passphrase, parameters));
			else await expect(deriving).rejects.toThrow(/protected with Argon2id/);
		},
	);

	it('is derived after a derivation that failed', async () => {
		const kdf = { algorithm: 'argon2id', ...OF_APPS, memory: 1 } as const;
		await expect(deriveKey('x', kdf)).rejects.toThrow();
		const pbkdf2 = { algorithm: 'pbkdf2', salt: OF_APPS.salt, iterations: 1 } as const;
		expect(await deriveKey('x', pbkdf2)).toHaveLength(32);
	});
});

it('a file with such a passphrase is decrypted, or the error names the version of Node.js', async () => {
	const plain = Buffer.from('Only for you');
	const file = { name: 'plan.txt', mime: 'text/plain', fileSize: plain.length };
	const header = {
		...newHeader(file, 'passphrase'),
		kdf: { algorithm: 'argon2id', ...OF_APPS } as const,
	};
	const cipher = createCipheriv(
		'aes-256-gcm',
		await referenceKey('correct horse', OF_APPS),
		header.iv,
	);
	const sealed = [cipher.update(plain), cipher.final(), cipher.getAuthTag()];
	const content = Buffer.concat([encodeHeader(header), ...sealed]).toString('base64');
	const { data } = await sandbox.control.post<{ fileId: string }>('/services/fileShot/files', {
		...{ fileName: 'x.bin', content, isZeroKnowledge: true },
	});
	const download = async (decryptionPassphrase: string) =>
		await runNode(
			fileShotNode(sandbox, {
				...{ operation: 'download', fileId: byId(data.fileId), decryptionPassphrase },
			}),
		);
	const downloaded = await download('correct horse');
	const wrong = errorOf(await download('correct horse '));
	if (HAS_ARGON2) {
		const [{ json, binary }] = outputOf(downloaded);
		expect(json).toMatchObject({ name: 'plan.txt', decrypted: true, keyMode: 'passphrase' });
		expect(await bytesOf(binary!.data)).toEqual(plain);
		expect(wrong.message).toContain('The passphrase does not fit');
	} else {
		expect(errorOf(downloaded).description).toContain('Node.js 24.7');
	}
});
