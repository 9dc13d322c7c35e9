/** FSZK containers, byte for byte like those of FileShot's desktop app, and their keys. */
import { createCipheriv, pbkdf2Sync, randomBytes } from 'node:crypto';

import { ByteReader, openContainer } from '../../../../nodes/FileShot/encryption/cipher';
import {
	containerSize,
	type ContainerHeader,
	decodeBase64,
	encodeHeader,
	newHeader,
} from '../../../../nodes/FileShot/encryption/container';
import { deriveKey, newKey, parseKey } from '../../../../nodes/FileShot/encryption/keys';
import { decrypted, encrypted, pieces } from '../../../support/containers';
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
