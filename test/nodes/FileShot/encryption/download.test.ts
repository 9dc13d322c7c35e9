/** Downloads of encrypted files in n8n's engine, against the simulation. */
import { randomBytes } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import { sha256Of } from '../../../support/binary';
import { bytesOf, errorOf, outputOf } from '../../../support/engine';
import { fileShotEncryption, MIB, PASSPHRASE } from '../../../support/fileShotEncryption';
import { byId, byUrl } from '../../../support/locators';

const { sandbox, run, uploaded, download, seenByService, filesWithBothKeys } = fileShotEncryption();

describe('Download → Decrypt', () => {
	const content = randomBytes(MIB + 99);
	const files = filesWithBothKeys(content);
	const key = () => String(files.raw.secretLink).slice(-43);

	it('decrypts with the key in the link', async () => {
		const [{ json, binary }] = outputOf(await download(byUrl(String(files.raw.secretLink))));
		expect((await bytesOf(binary!.data)).equals(content)).toBe(true);
		expect(binary!.data).toMatchObject({ fileName: 'contract.pdf', mimeType: 'application/pdf' });
		expect(json).toMatchObject({
			fileId: files.raw.fileId,
			name: 'contract.pdf',
			mimeType: 'application/pdf',
			size: content.length,
			encryptedSize: files.raw.encryptedSize,
			sha256: sha256Of(content),
			isCiphertext: false,
			decrypted: true,
			verified: true,
			keyMode: 'raw',
		});
		expect(json).not.toHaveProperty('notice');
		expect(JSON.stringify(json) + (await seenByService())).not.toContain(key());
	});

	it.each([
		['the Key field', () => ({ fileId: byId(files.raw.fileId), decryptionKey: key() })],
		[
			'a whole link in the Key field',
			() => ({ fileId: byId(files.raw.fileId), decryptionKey: files.raw.secretLink }),
		],
		['the key behind an ID', () => ({ fileId: byId(`${String(files.raw.fileId)}#k=${key()}`) })],
		[
			'an encoded key behind an ID',
			() => ({ fileId: byId(`${String(files.raw.fileId)}%23k=${key()}`) }),
		],
		[
			'a completely encoded key behind an ID',
			() => ({
				fileId: byId(`${String(files.raw.fileId)}${encodeURIComponent(`#v=1&k=${key()}`)}`),
			}),
		],
		['a link as an ID', () => ({ fileId: String(files.raw.secretLink) })],
		[
			'an older link',
			() => ({
				fileId: byUrl(
					`https://fileshot.io/downloads.html?f=${String(files.raw.fileId)}#key=${key()}`,
				),
			}),
		],
	])('decrypts with %s, and does not send the key', async (_, parameters) => {
		const { fileId, ...more } = parameters() as IDataObject;
		const [{ json }] = outputOf(await download(fileId, { decrypt: 'require', ...more }));
		expect(json.sha256).toBe(sha256Of(content));
		expect(await seenByService()).not.toContain(key());
	});

	it.each(['get', 'delete'])('%s does not send the key of a link either', async (operation) => {
		const json = await uploaded(Buffer.from('x'), { encrypt: 'raw' });
		for (const fileId of [
			byUrl(String(json.secretLink)),
			byId(`${String(json.fileId)}${String(json.secretLink).slice(-46)}`),
		]) {
			await run({ operation, fileId });
		}
		const paths = (await sandbox.requests()).map(({ path }) => path);
		expect(paths.filter((path) => /k=|%23/.test(path))).toEqual([]);
		expect(paths.at(-1)!.split('/').at(-1)).toBe(json.fileId);
	});

	it('decrypts with a passphrase, from the node or from the credential', async () => {
		const fileId = byId(files.withPassphrase.fileId);
		const credentials = { encryptionPassphrase: PASSPHRASE } as never;
		for (const [parameters, more] of [
			[{ decryptionPassphrase: PASSPHRASE }, {}],
			[{}, { credentials }],
		] as Array<[object, object]>) {
			const [{ json }] = outputOf(await download(fileId, parameters, more));
			expect(json).toMatchObject({ sha256: sha256Of(content), keyMode: 'passphrase' });
		}
		expect(await seenByService()).not.toContain('Tr0ub4dor');
	});

	it.each([
		['auto without a key', {}],
		['never', { decrypt: 'never' }],
	])('returns the encrypted file with a notice: %s', async (_, parameters) => {
		const [{ json, binary }] = outputOf(await download(byId(files.raw.fileId), parameters));
		expect(json).toMatchObject({
			isCiphertext: true,
			size: files.raw.encryptedSize,
			notice: expect.stringContaining('is still encrypted') as string,
		});
		expect(sha256Of(await bytesOf(binary!.data))).toBe(files.raw.encryptedSha256);
	});

	it('leaves a file with a key encrypted if only the credential has a passphrase', async () => {
		const credentials = { encryptionPassphrase: PASSPHRASE } as never;
		const [{ json }] = outputOf(await download(byId(files.raw.fileId), {}, { credentials }));
		expect(json.isCiphertext).toBe(true);
	});

	it.each([
		[
			'a wrong key',
			() => [files.raw, { decryptionKey: 'A'.repeat(43) }],
			'The key does not fit this file',
		],
		[
			'a wrong passphrase',
			() => [files.withPassphrase, { decryptionPassphrase: 'wrong' }],
			'The passphrase does not fit this file',
		],
		[
			'a key instead of a passphrase',
			() => [files.withPassphrase, { decryptionKey: 'A'.repeat(43) }],
			'encrypted with a passphrase, not with a key',
		],
		[
			'a passphrase instead of a key',
			() => [files.raw, { decryptionPassphrase: 'wrong' }],
			'encrypted with a key, not with a passphrase',
		],
	] as Array<[string, () => [IDataObject, IDataObject], string]>)(
		'fails with %s, without storing a file',
		async (_, given, message) => {
			const [file, parameters] = given();
			const error = errorOf(await download(byId(file.fileId), parameters));
			expect(error.message).toContain(message);
			expect(error.message + String(error.description)).not.toContain('AAAA');
		},
	);

	it.each([
		[{ decrypt: 'require' }, 'The field “Key” is empty'],
		[{ decrypt: 'browserFormat' }, 'The field “Passphrase” is empty'],
		[{ decryptionKey: 'abc' }, 'The field “Key” is not a valid key'],
	])('with %j, fails without sending a request: %s', async (parameters, message) => {
		expect(errorOf(await download(byId('abc'), parameters)).message).toBe(message);
		expect(await sandbox.requests()).toEqual([]);
	});

	it('requires an encrypted file if that is selected, and otherwise accepts any', async () => {
		const { fileId } = await uploaded(content, {});
		const decryptionKey = 'A'.repeat(43);
		const error = errorOf(await download(byId(fileId), { decrypt: 'require', decryptionKey }));
		expect(error.message).toBe('The file is not encrypted in FileShot’s format');
		const [{ json }] = outputOf(await download(byId(fileId), { decryptionKey }));
		expect(json).toMatchObject({ isCiphertext: false, sha256: sha256Of(content) });
		expect(json).not.toHaveProperty('decrypted');
	});

	it.each(['truncate', 'reset'])('continues after a %s of the file host', async (type) => {
		await sandbox.fault({ service: 'fileShot', origin: 'cdn', times: 2, fault: { type } });
		const [{ json }] = outputOf(await download(byUrl(String(files.raw.secretLink))));
		expect(json.sha256).toBe(sha256Of(content));
	});

	it('downloads in parallel parts', async () => {
		const options = { partsAtOnce: 3, partSizeMb: 0.25, thresholdMb: 0 };
		const [{ json }] = outputOf(await download(byUrl(String(files.raw.secretLink)), { options }));
		expect(json.sha256).toBe(sha256Of(content));
		expect(
			(await sandbox.requests()).filter(({ origin }) => origin === 'cdn').length,
		).toBeGreaterThan(3);
	});

	it('limits the size of the decrypted file', async () => {
		const options = { maxSizeMb: 1 };
		const error = errorOf(await download(byUrl(String(files.raw.secretLink)), { options }));
		expect(error.message).toContain('of Maximum Size');
	});
});

it('Get and Get Many report which files are encrypted', async () => {
	for (const encrypt of ['raw', 'none']) {
		const { fileId } = await uploaded(Buffer.from('x'), { encrypt });
		const [{ json }] = outputOf(await run({ operation: 'get', fileId: byId(fileId) as never }));
		const listed = outputOf(await run({ operation: 'getAll', returnAll: true }));
		const entry = listed.find((one) => one.json.fileId === fileId)!.json;
		const isZeroKnowledge = encrypt === 'raw';
		expect([json, entry]).toMatchObject([{ isZeroKnowledge }, { isZeroKnowledge }]);
	}
});
