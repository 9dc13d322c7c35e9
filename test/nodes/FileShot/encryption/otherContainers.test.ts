/** Downloads of encrypted files that the server has changed, or that FileShot's own apps have written. */
import * as crypto from 'node:crypto';
import { randomBytes } from 'node:crypto';

import { encrypt } from '../../../../nodes/FileShot/encryption/cipher';
import {
	type KeyDerivation,
	newHeader,
	PBKDF2_ITERATIONS,
} from '../../../../nodes/FileShot/encryption/container';
import { deriveKey } from '../../../../nodes/FileShot/encryption/keys';
import { sha256Of } from '../../../support/binary';
import { bytesOf, errorOf, outputOf } from '../../../support/engine';
import { fileShotEncryption, PASSPHRASE } from '../../../support/fileShotEncryption';
import vectors from '../../../support/fszkVectors.json';
import { byId, byUrl } from '../../../support/locators';
import { storedFiles, storedSince } from '../../../support/storedFiles';

const { sandbox, settings, uploaded, download, filesWithBothKeys } = fileShotEncryption();

describe('a server that changes encrypted files', () => {
	const content = randomBytes(1_300_000);
	const files = filesWithBothKeys(content);

	it.each([
		['cutInChunk', /incomplete or was changed/],
		['cutAtChunk', /incomplete or was changed/],
		['cutAndLowered', /incomplete or was changed: it contains 1048576 bytes/],
		['emptied', /incomplete or was changed: it contains 0 bytes/],
		['trailing', /incomplete or was changed/],
		['swapped', /does not fit this file, or the file was changed/],
		['longHeader', /its header has 4294967295 bytes/],
		['noChunkSize', /“chunkSize” in its header/],
		['manyIterations', /“iterations” in its header/],
		['newVersion', /version 2 of FileShot’s format/],
	])('%s is an error, and no file is stored', async (encryptedDownloads, message) => {
		await settings({ encryptedDownloads });
		const isKdf = encryptedDownloads === 'manyIterations';
		const fileId = byId((isKdf ? files.withPassphrase : files.raw).fileId);
		const secret = isKdf
			? { decryptionPassphrase: PASSPHRASE }
			: { decryptionKey: files.raw.secretLink };
		const before = storedFiles();
		expect(errorOf(await download(fileId, secret)).message).toMatch(message);
		expect(await storedSince(before)).toEqual([]);
	});

	it('a changed name is made safe', async () => {
		await settings({ encryptedDownloads: 'renamed' });
		const [{ json }] = outputOf(await download(byUrl(String(files.raw.secretLink))));
		expect(json).toMatchObject({ name: 'ct.pdf', sha256: sha256Of(content) });
	});

	it('a wrong flag does not make a file that is not encrypted unreadable', async () => {
		await settings({ zeroKnowledgeFlag: 'inverted' });
		const { fileId } = await uploaded(content, {});
		const [{ json }] = outputOf(
			await download(byId(fileId), { decryptionKey: files.raw.secretLink }),
		);
		expect(json).toMatchObject({
			sha256: sha256Of(content),
			notice: expect.stringContaining('not in FileShot’s current format') as string,
		});
	});

	it.each(['absent', 'inverted'])(
		'the file decides if the flag is %s',
		async (zeroKnowledgeFlag) => {
			await settings({ zeroKnowledgeFlag });
			const [{ json }] = outputOf(await download(byUrl(String(files.raw.secretLink))));
			expect(json.sha256).toBe(sha256Of(content));
			const [{ json: encrypted }] = outputOf(await download(byId(files.raw.fileId)));
			expect(encrypted).toMatchObject({ isCiphertext: true, sha256: files.raw.encryptedSha256 });
		},
	);
});

describe('files of FileShot’s own apps', () => {
	const content = Buffer.from('hello');
	const added = async (content: Buffer, more: object = {}) => {
		const file = {
			fileName: 'x.bin',
			content: content.toString('base64'),
			isZeroKnowledge: true,
			...more,
		};
		const { data } = await sandbox.control.post<{ fileId: string }>(
			'/services/fileShot/files',
			file,
		);
		return byId(data.fileId);
	};

	it('the desktop app’s containers are decrypted', async () => {
		for (const one of vectors) {
			if (!one.containerHex) continue;
			const fileId = await added(Buffer.from(one.containerHex, 'hex'));
			const secret = one.rawKey
				? { decryptionKey: one.rawKey }
				: { decryptionPassphrase: one.passphrase };
			const [{ json, binary }] = outputOf(await download(fileId, secret));
			expect((await bytesOf(binary!.data)).toString('hex')).toBe(one.plainHex);
			expect(json.name).toBe(one.header!.name);
		}
	});

	it('a passphrase with few iterations of PBKDF2 is reported', async () => {
		const file = { name: 'a.txt', mime: 'text/plain', fileSize: content.length };
		const header = newHeader(file, 'passphrase');
		for (const iterations of [PBKDF2_ITERATIONS - 1, PBKDF2_ITERATIONS]) {
			const kdf = { ...header.kdf!, iterations } as KeyDerivation;
			const key = await deriveKey(PASSPHRASE, kdf);
			const chunks: Buffer[] = [];
			for await (const chunk of encrypt([content], { ...header, kdf }, key)) chunks.push(chunk);
			const fileId = await added(Buffer.concat(chunks));
			const [{ json }] = outputOf(await download(fileId, { decryptionPassphrase: PASSPHRASE }));
			const isReported = String(json.notice).includes('can be guessed faster');
			expect([iterations, isReported]).toEqual([iterations, iterations < PBKDF2_ITERATIONS]);
		}
	});

	/** “hello” with the passphrase “correct horse” (FileShotZKE, release v2026.03 and master b3d0053). */
	const LEGACY =
		'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1ac1716631a11abd00e7cfd4c3315906a652d166a6';

	it('the older browser format is decrypted if it is selected', async () => {
		const fileId = await added(Buffer.from(LEGACY, 'hex'), { fileName: 'hello.txt.encrypted' });
		const parameters = { decryptionPassphrase: 'correct horse' };
		const [{ json }] = outputOf(await download(fileId, parameters));
		expect(json).toMatchObject({
			isCiphertext: true,
			notice: expect.stringContaining('Older Browser Format') as string,
		});
		const decrypt = 'browserFormat';
		const [{ json: decrypted, binary }] = outputOf(
			await download(fileId, { decrypt, ...parameters }),
		);
		expect(String(await bytesOf(binary!.data))).toBe('hello');
		expect(decrypted).toMatchObject({
			name: 'hello.txt',
			decrypted: true,
			isCiphertext: false,
		});
		const error = errorOf(await download(fileId, { decrypt, decryptionPassphrase: 'wrong' }));
		expect(error.message).toContain('The passphrase does not fit');
	});

	it('the later browser format is decrypted where Node.js has Argon2', async () => {
		const V2 =
			'02000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f101112131415161718191a1bee1dd6377d7f018526fa91920ac059366c24036704';
		const fileId = await added(Buffer.from(V2, 'hex'));
		const parameters = { decrypt: 'browserFormat', decryptionPassphrase: 'correct horse' };
		const downloaded = await download(fileId, parameters);
		if ('argon2' in crypto) {
			const [{ binary }] = outputOf(downloaded);
			expect(String(await bytesOf(binary!.data))).toBe('hello');
		} else {
			expect(errorOf(downloaded).description).toContain('Node.js 24.7');
		}
	});
});
