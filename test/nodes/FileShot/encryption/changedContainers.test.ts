/** No changed FSZK container is accepted as complete. */
import { randomBytes } from 'node:crypto';

import { ByteReader, openContainer } from '../../../../nodes/FileShot/encryption/cipher';
import { encodeHeader, newHeader } from '../../../../nodes/FileShot/encryption/container';
import { newKey } from '../../../../nodes/FileShot/encryption/keys';
import { collect, decrypted, encrypted, streamOf } from '../../../support/containers';

describe('changed containers', () => {
	const plain = randomBytes(1000);
	const key = newKey();
	const header = {
		...newHeader({ name: 'report.pdf', mime: 'application/pdf', fileSize: 1000 }, 'raw'),
		chunkSize: 100,
	};
	const start = encodeHeader(header).length;
	let container: Buffer;
	beforeAll(async () => void (container = await encrypted(plain, header, key)));

	/** Returns what a reader would keep, if it compares the size with the one that the service reports. */
	const accepted = async (changed: Buffer) => {
		try {
			const opened = await openContainer(new ByteReader(streamOf(changed)));
			if (opened.header.fileSize !== plain.length) return undefined;
			return await collect(opened.decrypt(key));
		} catch {
			return undefined;
		}
	};

	const chance = (max: number) => Math.floor(Math.random() * max);
	const mutations: Record<string, (bytes: Buffer) => Buffer> = {
		flip(bytes) {
			bytes[chance(bytes.length)] ^= 1 << chance(8);
			return bytes;
		},
		cut: (bytes) => bytes.subarray(0, chance(bytes.length)),
		drop(bytes) {
			const at = chance(bytes.length);
			return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + chance(200))]);
		},
		insert(bytes) {
			const at = chance(bytes.length + 1);
			return Buffer.concat([
				bytes.subarray(0, at),
				randomBytes(1 + chance(200)),
				bytes.subarray(at),
			]);
		},
		swapChunks(bytes) {
			const [one, other] = [chance(10), chance(10)].map((index) => start + index * 116);
			const former = Buffer.from(bytes.subarray(one, one + 116));
			bytes.copy(bytes, one, other, other + 116);
			former.copy(bytes, other);
			return bytes;
		},
		lowerFileSize: (bytes) => {
			const chunks = 1 + chance(9);
			const lowered = encodeHeader({ ...header, fileSize: chunks * 100 });
			return Buffer.concat([lowered, bytes.subarray(start, start + chunks * 116)]);
		},
	};

	it('are never accepted as complete, in 10,000 attempts', async () => {
		const names = Object.keys(mutations);
		for (let n = 0; n < 10_000; n++) {
			const name = names[n % names.length];
			const kept = await accepted(mutations[name](Buffer.from(container)));
			// The header is not authenticated, so a change of the name, for example, is not noticed.
			if (kept && !kept.equals(plain)) throw new Error(`Accepted after: ${name}`);
		}
		expect(await accepted(container)).toEqual(plain);
	});

	it.each([
		['a later version', (bytes: Buffer) => (bytes.writeUInt8(2, 4), bytes), /version 2/],
		['a header of 4 GiB', (bytes: Buffer) => (bytes.fill(0xff, 5, 9), bytes), /4294967295 bytes/],
		['an end within the prefix', (bytes: Buffer) => bytes.subarray(0, 7), /within its header/],
		['an end within the header', (bytes: Buffer) => bytes.subarray(0, 50), /within its header/],
		['an end within a chunk', (bytes: Buffer) => bytes.subarray(0, -1), /within chunk 10 of 10/],
		['trailing bytes', (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(1)]), /longer/],
		[
			'a change in a later chunk',
			(bytes: Buffer) => ((bytes[start + 300] ^= 1), bytes),
			/chunk 3 of 10 was changed/,
		],
		[
			'a change in the first chunk',
			(bytes: Buffer) => ((bytes[start] ^= 1), bytes),
			/key does not fit this file, or the file was changed/,
		],
	])('%s is explained', async (_, change, message) => {
		await expect(decrypted(change(Buffer.from(container)), key)).rejects.toThrow(message);
	});

	it('a wrong key is explained', async () => {
		await expect(decrypted(container, newKey())).rejects.toThrow(/key does not fit/);
	});

	it('no chunk is released before its tag was verified, nor the last one before the end', async () => {
		const released: Buffer[] = [];
		const trailing = Buffer.concat([container, Buffer.alloc(1)]);
		const opened = await openContainer(new ByteReader(streamOf(trailing)));
		await expect(
			(async () => {
				for await (const chunk of opened.decrypt(key)) released.push(chunk);
			})(),
		).rejects.toThrow();
		expect(Buffer.concat(released)).toEqual(plain.subarray(0, 900));
	});
});

describe('claims of a header', () => {
	const BASE = { chunkSize: 100, fileSize: 100, iv: 'A'.repeat(16) };
	const withHeader = async (fields: object | string) => {
		const json = Buffer.from(typeof fields === 'string' ? fields : JSON.stringify(fields));
		const prefix = Buffer.from('FSZK\x01\0\0\0\0');
		prefix.writeUInt32BE(json.length, 5);
		return await openContainer(new ByteReader(streamOf(Buffer.concat([prefix, json]))));
	};
	const passphrase = (kdf: unknown) => ({ ...BASE, keyMode: 'passphrase', kdf });
	const salt = 'A'.repeat(22);
	const argon2 = { alg: 'argon2id', salt };

	it.each([
		'',
		'[]',
		'null',
		'"text"',
		'{',
		{},
		{ ...BASE, fileSize: undefined },
		{ ...BASE, fileSize: -1 },
		{ ...BASE, fileSize: '100' },
		{ ...BASE, fileSize: 1.5 },
		{ ...BASE, fileSize: 2 ** 53 },
		{ ...BASE, chunkSize: 0 },
		{ ...BASE, chunkSize: -1 },
		{ ...BASE, chunkSize: 2 ** 31 },
		{ ...BASE, iv: 'A'.repeat(15) },
		{ ...BASE, iv: 'A'.repeat(22) },
		{ ...BASE, iv: '§'.repeat(16) },
		{ ...BASE, v: 2 },
		{ ...BASE, magic: 'ZIP' },
		{ ...BASE, keyMode: 'vault' },
		passphrase(null),
		passphrase([]),
		passphrase({}),
		passphrase({ salt: 'AAAA' }),
		passphrase({ salt: 'A'.repeat(100) }),
		passphrase({ salt, iterations: 2 ** 31 }),
		passphrase({ salt, iterations: 0 }),
		passphrase({ salt, hash: 'MD5' }),
		passphrase({ salt, alg: 'scrypt' }),
		passphrase({ ...argon2, memory: 2 ** 21 }),
		passphrase({ ...argon2, memory: 7 }),
		passphrase({ ...argon2, iterations: 17 }),
		passphrase({ ...argon2, parallelism: 17 }),
		passphrase({ ...argon2, hashLen: 16 }),
	])('%j is rejected', async (fields) => {
		await expect(withHeader(fields)).rejects.toThrow(/^The encrypted file is damaged: /);
	});

	it('missing and unknown fields are accepted as in the desktop app', async () => {
		const { header } = await withHeader({ fileSize: 0, iv: 'A'.repeat(16), more: { a: 1 } });
		expect(header).toMatchObject({ chunkSize: 524_288, fileSize: 0 });
		expect(header.kdf).toBeUndefined();
		const { header: other } = await withHeader(passphrase({ salt, algorithm: 'Argon2id' }));
		expect(other.kdf).toMatchObject({ memory: 65_536, iterations: 2, parallelism: 1 });
	});
});
