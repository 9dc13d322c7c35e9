/**
 * FSZK containers: byte for byte like those of FileShot's desktop app, and no changed container is accepted as complete.
 */
import { createCipheriv, pbkdf2Sync, randomBytes } from 'node:crypto';

import { ByteReader, encrypt, openContainer } from '../../../../nodes/FileShot/encryption/cipher';
import {
	containerSize,
	type ContainerHeader,
	decodeBase64,
	encodeHeader,
	newHeader,
} from '../../../../nodes/FileShot/encryption/container';
import { deriveKey, newKey, parseKey } from '../../../../nodes/FileShot/encryption/keys';
import vectors from '../../../support/fszkVectors.json';

interface Vector {
	name: string;
	rawKey: string | null;
	passphrase: string | null;
	plainHex: string;
	header: Record<string, unknown> & { kdf: Record<string, unknown> | null };
	containerHex: string;
}

/** Written by fileshot-desktop 660f45c (utils/zke-stream.js); the last one, whose counter wraps, was read by it. */
const VECTORS: Vector[] = [
	...(vectors.filter((one) => 'containerHex' in one) as unknown as Vector[]),
	{
		name: 'a counter that wraps',
		rawKey: 'BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc',
		passphrase: null,
		plainHex: Buffer.from('ABCDEFGHIJ').toString('hex'),
		header: {
			chunkSize: 4,
			fileSize: 10,
			name: 'w.bin',
			mime: 'application/octet-stream',
			iv: 'AAECAwQFBgf_____',
			kdf: null,
			createdAt: 1700000000000,
		},
		containerHex:
			'46535a4b01000000b07b2276223a312c226d61676963223a2246535a4b222c226368756e6b53697a65223a342c2266696c6553697a65223a31302c226e616d65223a22772e62696e222c226d696d65223a226170706c69636174696f6e2f6f637465742d73747265616d222c226976223a2241414543417751464267665f5f5f5f5f222c226b65794d6f6465223a22726177222c226b6466223a6e756c6c2c22637265617465644174223a313730303030303030303030307d' +
			'8fdf483ef5212806089407fc1384cbc3f7a1c61c5bae6cf60fe0de41eeb2165bc0a6082a54baca516e8b60d2755f8d1bcfad0dc7369e5d746f44',
	},
];

const headerOf = ({ header }: Vector) =>
	({
		...header,
		iv: decodeBase64(header.iv),
		kdf: header.kdf
			? {
					algorithm: 'pbkdf2',
					salt: decodeBase64(header.kdf.salt),
					iterations: header.kdf.iterations,
				}
			: undefined,
	}) as ContainerHeader;

const keyOf = async (vector: Vector) =>
	vector.rawKey === null
		? await deriveKey(vector.passphrase!, headerOf(vector).kdf!)
		: parseKey(vector.rawKey)!;

async function collect(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
	const all: Buffer[] = [];
	for await (const chunk of chunks) all.push(chunk);
	return Buffer.concat(all);
}

/** Cuts bytes into pieces of changing sizes. */
async function* pieces(bytes: Buffer, size = 1000): AsyncGenerator<Buffer> {
	for (let at = 0; at < bytes.length;) {
		const length = 1 + ((at * 7919) % size);
		yield await Promise.resolve(bytes.subarray(at, at + length));
		at += length;
	}
}

async function* streamOf(bytes: Buffer): AsyncGenerator<Buffer> {
	yield await Promise.resolve(bytes);
}

const encrypted = async (plain: Buffer, header: ContainerHeader, key: Buffer, size?: number) =>
	await collect(encrypt(pieces(plain, size), header, key));

async function decrypted(container: Buffer, key: Buffer, size?: number): Promise<Buffer> {
	const opened = await openContainer(new ByteReader(pieces(container, size)));
	return await collect(opened.decrypt(key));
}

describe.each(VECTORS.map((vector) => [vector.name, vector] as const))(
	'the container of the desktop app: %s',
	(_, vector) => {
		const container = Buffer.from(vector.containerHex, 'hex');
		const plain = Buffer.from(vector.plainHex, 'hex');

		it('is decrypted', async () => {
			expect(await decrypted(container, await keyOf(vector))).toEqual(plain);
			const { header, size } = await openContainer(new ByteReader(pieces(container)));
			expect({ size, name: header.name, mime: header.mime }).toEqual({
				size: container.length,
				name: vector.header.name,
				mime: vector.header.mime,
			});
		});

		it('is what encrypting the same file gives', async () => {
			expect(await encrypted(plain, headerOf(vector), await keyOf(vector), 7)).toEqual(container);
		});
	},
);

describe('sizes around chunk boundaries', () => {
	const chunkSize = 1024;
	const sizes = [0, 1, 2, 3].flatMap((chunks) =>
		[-17, -16, -1, 0, 1, 15, 16, 17].map((more) => chunks * chunkSize + more),
	);

	it.each(sizes.filter((size) => size >= 0))(
		'%i bytes are encrypted to the announced size and decrypted again',
		async (fileSize) => {
			const key = newKey();
			const plain = randomBytes(fileSize);
			const header = {
				...newHeader({ name: 'ä', mime: 'text/plain', fileSize }, 'raw'),
				chunkSize,
			};
			const container = await encrypted(plain, header, key);
			expect(container.length).toBe(containerSize(header, encodeHeader(header).length));
			expect(await decrypted(container, key)).toEqual(plain);
		},
	);

	it.each([524_287, 524_288, 524_289, 8_388_608, 8_388_609])(
		'%i bytes with the chunk size of the desktop app',
		async (fileSize) => {
			const key = newKey();
			const plain = randomBytes(fileSize);
			const header = newHeader({ name: 'a', mime: 'text/plain', fileSize }, 'raw');
			const container = await encrypted(plain, header, key, 100_000);
			expect(container.length).toBe(containerSize(header, encodeHeader(header).length));
			expect((await decrypted(container, key, 100_000)).equals(plain)).toBe(true);
		},
	);

	it.each([-1, 1])('a file that is %i bytes longer than announced is an error', async (more) => {
		const header = { ...newHeader({ name: 'a', mime: 'b', fileSize: 2048 }, 'raw'), chunkSize };
		await expect(encrypted(randomBytes(2048 + more), header, newKey())).rejects.toThrow(RangeError);
	});
});

describe('a new file', () => {
	it('has its own IV and salt', () => {
		const file = { name: 'a', mime: 'b', fileSize: 1 };
		const [one, other] = [newHeader(file, 'passphrase'), newHeader(file, 'passphrase')];
		expect(one.iv).not.toEqual(other.iv);
		expect(one.kdf!.salt).not.toEqual(other.kdf!.salt);
	});

	it('has all fields that the desktop apps require', () => {
		const header = newHeader({ name: 'a', mime: 'b/c', fileSize: 1 }, 'raw');
		const json = JSON.parse(String(encodeHeader(header).subarray(9))) as object;
		expect(json).toEqual({
			...{ v: 1, magic: 'FSZK', chunkSize: 524_288, fileSize: 1, name: 'a', mime: 'b/c' },
			...{ keyMode: 'raw', kdf: null, iv: expect.stringMatching(/^[\w-]{16}$/) as string },
			createdAt: expect.any(Number) as number,
		});
	});
});

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

describe('keys', () => {
	const key = Buffer.from('fb'.repeat(32), 'hex');
	const url = key.toString('base64url');

	it.each([
		url,
		`${url}=`,
		` ${url}\n`,
		key.toString('base64'),
		`#k=${url}`,
		`k=${url}`,
		`#key=${url}`,
		`https://fileshot.io/f/abc#k=${url}`,
		`https://fileshot.io/downloads.html?f=abc#a=b&k=${url}&c=d`,
		`https://fileshot.io/f/abc%23k=${url}`,
		`#k=${url}%3D`,
	])('%s is a key', (text) => expect(parseKey(text)).toEqual(key));

	it.each([
		'',
		'abc',
		url.slice(1),
		`${url}AA`,
		`#x=${url}`,
		'https://fileshot.io/f/abc',
		`${url} x`,
	])('%j is not a key', (text) => expect(parseKey(text)).toBeUndefined());

	const kdf = {
		algorithm: 'pbkdf2',
		salt: Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex'),
		iterations: 100_000,
	} as const;

	it.each([
		['correct horse', '57f2c2f0739748d516419b062a884666323c583ea4ae165504a81f7b53c62a09'],
		['pässwörd “1”', '92363fc2bc6714becf938a7a0cd2e81a025ccc60fe065fa5e9bc04b828e1177b'],
	])('PBKDF2 of “%s”', async (passphrase, expected) => {
		expect((await deriveKey(passphrase, kdf)).toString('hex')).toBe(expected);
	});

	it('a passphrase is used as it was typed', async () => {
		const typed = ' pa\u0308ss ';
		const expected = pbkdf2Sync(typed, kdf.salt, 100_000, 32, 'sha256');
		expect(await deriveKey(typed, kdf)).toEqual(expected);
	});

	it('a container written by hand is read', async () => {
		const plain = Buffer.from('hello');
		const header = { ...newHeader({ name: 'a', mime: 'b', fileSize: 5 }, 'raw') };
		const cipher = createCipheriv('aes-256-gcm', key, header.iv);
		const body = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
		expect(await decrypted(Buffer.concat([encodeHeader(header), body]), key)).toEqual(plain);
	});
});
