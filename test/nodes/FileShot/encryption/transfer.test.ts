/** Encrypted uploads and downloads in n8n's engine, against the simulation. */
import * as crypto from 'node:crypto';
import { randomBytes } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import { inMemory, itemWith, sha256Of } from '../../../support/binary';
import {
	binaryData,
	bytesOf,
	errorOf,
	type NodeUnderTest,
	outputOf,
	runNode,
} from '../../../support/engine';
import { fileShotNode } from '../../../support/fileShot';
import { TestServer } from '../../../support/testServer';
import { byId, byUrl } from '../../../support/locators';
import { useSandbox } from '../../../support/useSandbox';
import {
	type KeyDerivation,
	newHeader,
	PBKDF2_ITERATIONS,
} from '../../../../nodes/FileShot/encryption/container';
import { encrypt } from '../../../../nodes/FileShot/encryption/cipher';
import { deriveKey } from '../../../../nodes/FileShot/encryption/keys';
import { keyIn, opened } from '../../../support/fszk';
import vectors from '../../../support/fszkVectors.json';
import { storedFiles, storedSince } from '../../../support/storedFiles';

const MIB = 1024 * 1024;
const PASSPHRASE = ' Tr0ub4dor & 3 – ü ';

const sandbox = useSandbox();
const settings = async (values: object) =>
	await sandbox.control.patch('/services/fileShot/settings', values);
const NORMAL = {
	dialect: 'both',
	download: 'redirect',
	encryptedDownloads: 'unchanged',
	zeroKnowledgeFlag: 'correct',
};
beforeEach(async () => void (await settings(NORMAL)));

const run = async (parameters: IDataObject, more: Partial<NodeUnderTest> = {}) =>
	await runNode(fileShotNode(sandbox, parameters, more));

async function upload(
	bytes: Buffer,
	parameters: IDataObject,
	more: Partial<NodeUnderTest> = {},
	name = 'contract.pdf',
) {
	const input = [await itemWith({ data: { name, bytes, type: 'application/pdf' } })];
	return await run({ operation: 'upload', ...parameters }, { input, ...more });
}
const uploaded = async (
	bytes: Buffer,
	parameters: IDataObject,
	more: Partial<NodeUnderTest> = {},
) => outputOf(await upload(bytes, parameters, more))[0].json;
const download = async (fileId: unknown, parameters: object = {}, more = {}) =>
	await run({ operation: 'download', fileId, ...parameters } as IDataObject, more);

/** The bytes that FileShot has. */
async function storedBytes(id: unknown): Promise<Buffer> {
	const [{ binary }] = outputOf(await download(byId(id), { decrypt: 'never' }));
	return await bytesOf(binary!.data);
}

/** Everything that the simulation received or keeps. */
async function seenByService(): Promise<string> {
	const parts = await Promise.all(
		['/requests', '/services/fileShot/files', '/services/fileShot/uploads'].map(async (path) =>
			JSON.stringify((await sandbox.control.get(path)).data),
		),
	);
	return parts.join('\n');
}

describe('Upload → Encrypt', () => {
	const content = randomBytes(2 * MIB + 345);

	it('encrypts a file with a key in the link, which only the output contains', async () => {
		const json = await uploaded(content, { encrypt: 'raw' });
		expect(json).toMatchObject({
			name: 'contract.pdf',
			size: content.length,
			mimeType: 'application/pdf',
			isZeroKnowledge: true,
			keyMode: 'raw',
			sha256: sha256Of(content),
			binaryPropertyName: 'data',
		});
		const container = await storedBytes(json.fileId);
		expect(json.encryptedSize).toBe(container.length);
		expect(json.encryptedSha256).toBe(sha256Of(container));
		expect(opened(container, keyIn(json.secretLink)).equals(content)).toBe(true);
		expect(json.secretLink).toBe(`${String(json.link)}#k=${String(json.secretLink).slice(-43)}`);
		expect(json.link).not.toContain('#');
		const { secretLink, ...others } = json;
		const key = String(secretLink).slice(-43);
		expect(JSON.stringify(others)).not.toContain(key);
		expect(await seenByService()).not.toContain(key);
	});

	it('encrypts a file with a passphrase, which is not part of any request', async () => {
		const parameters = { encrypt: 'passphrase', encryptionPassphrase: PASSPHRASE };
		const json = await uploaded(content, parameters);
		expect(json).toMatchObject({ keyMode: 'passphrase', isZeroKnowledge: true });
		expect(json).not.toHaveProperty('secretLink');
		expect(opened(await storedBytes(json.fileId), PASSPHRASE).equals(content)).toBe(true);
		expect(JSON.stringify(json) + (await seenByService())).not.toContain('Tr0ub4dor');
	});

	it('uses the passphrase of the credential if the node has none', async () => {
		const credentials = { encryptionPassphrase: 'from the credential' } as never;
		const json = await uploaded(content, { encrypt: 'passphrase' }, { credentials });
		expect(opened(await storedBytes(json.fileId), 'from the credential').equals(content)).toBe(
			true,
		);
	});

	it('uses other keys, IVs and salts for each file', async () => {
		const links = new Set<unknown>();
		const headers = new Set<string>();
		for (const encrypt of ['raw', 'raw', 'passphrase', 'passphrase']) {
			const json = await uploaded(content, { encrypt, encryptionPassphrase: PASSPHRASE });
			links.add(json.secretLink);
			const container = await storedBytes(json.fileId);
			headers.add(/"iv":"([^"]+)"/.exec(String(container.subarray(0, 500)))![1]);
			headers.add(/"salt":"([^"]+)"/.exec(String(container.subarray(0, 500)))?.[1] ?? '');
		}
		expect([links.size, headers.size]).toEqual([3, 7]);
	});

	it.each([0, 1, 524_287, 524_288, 524_289])(
		'a file of %i bytes arrives and comes back',
		async (size) => {
			const bytes = randomBytes(size);
			const { secretLink, fileId } = await uploaded(bytes, { encrypt: 'raw' });
			expect(opened(await storedBytes(fileId), keyIn(secretLink))).toEqual(bytes);
			const [{ json, binary }] = outputOf(await download(byUrl(String(secretLink))));
			expect(await bytesOf(binary!.data)).toEqual(bytes);
			expect(json).toMatchObject({ decrypted: true, verified: size > 0, size });
		},
	);

	it('sends chunks in parallel, and sends a failed one again', async () => {
		const large = randomBytes(9 * MIB + 77);
		for (const [index, type] of [
			[2, 'reset'],
			[5, 'status'],
		]) {
			const path = `/api/files/upload-chunk/*/${index}`;
			const fault = { type, ...(type === 'status' && { status: 503 }) };
			await sandbox.fault({ service: 'fileShot', path, times: 1, fault });
		}
		const options = { partSizeMb: 1 };
		const { secretLink, fileId } = await uploaded(large, { encrypt: 'raw', options });
		expect(opened(await storedBytes(fileId), keyIn(secretLink)).equals(large)).toBe(true);
	});

	it('starts over with another key after a failure, because the key is not stored', async () => {
		const input = [await itemWith({ data: { name: 'a.bin', bytes: randomBytes(3 * MIB) } })];
		const parameters = { operation: 'upload', encrypt: 'raw', options: { partSizeMb: 1 } };
		const path = '/api/files/upload-chunk/*/2';
		const fault = { type: 'status', status: 413 };
		await sandbox.fault({ service: 'fileShot', path, times: 1, fault });
		const failed = await run(parameters, { input });
		expect(errorOf(failed).description).toMatch(/the upload is incomplete\.$/);
		const [{ json }] = outputOf(await run(parameters, { input }));
		expect(opened(await storedBytes(json.fileId), keyIn(json.secretLink)).length).toBe(3 * MIB);
		const started = (await sandbox.requests()).filter(({ path: one }) => /pre-upload/.test(one));
		expect(started.length).toBe(2);
		const first = (await sandbox.requests()).filter(({ path: one }) => /chunk\/\w+\/0$/.test(one));
		expect(new Set(first.map((request) => request.path)).size).toBe(2);
	});

	it('encrypts a file that n8n keeps in memory', async () => {
		const input = [{ json: {}, binary: { data: inMemory({ name: 'a.txt', bytes: content }) } }];
		const [{ json }] = outputOf(await run({ operation: 'upload', encrypt: 'raw' }, { input }));
		expect(opened(await storedBytes(json.fileId), keyIn(json.secretLink)).equals(content)).toBe(
			true,
		);
	});

	it('encrypts a file from a URL', async () => {
		const host = await new TestServer()
			.respondByUrl({
				'/a.bin': { body: content, headers: { 'content-length': String(content.length) } },
			})
			.start();
		const parameters = { encrypt: 'raw', source: 'url', url: `${host.url}/a.bin` };
		const json = await uploaded(content, parameters);
		await host.stop();
		expect(opened(await storedBytes(json.fileId), keyIn(json.secretLink)).equals(content)).toBe(
			true,
		);
		expect(json.sha256).toBe(sha256Of(content));
	});

	it('shows FileShot the name and type of the file, unless they are hidden', async () => {
		const nameIn = async (options: IDataObject) => {
			const json = await uploaded(content, { encrypt: 'raw', options });
			const header = String((await storedBytes(json.fileId)).subarray(9, 300));
			return { json, header, seen: await seenByService() };
		};
		const open = await nameIn({});
		expect(open.header).toContain('"name":"contract.pdf","mime":"application/pdf"');
		await sandbox.reset();
		for (const { id } of (
			await sandbox.control.get<Array<{ id: string }>>('/services/fileShot/files')
		).data) {
			await run({ operation: 'delete', fileId: byId(id) });
		}
		await sandbox.reset();
		const hidden = await nameIn({ hideFileName: true });
		expect(hidden.header).toContain('"name":"file.bin","mime":"application/octet-stream"');
		expect(hidden.seen).not.toContain('contract');
		expect(hidden.json.name).toBe('contract.pdf');
	});

	it('sends the passphrase flag and the options of the link', async () => {
		const host = await new TestServer().respond({ status: 400, body: '{"error":"no"}' }).start();
		const credentials = { baseUrl: host.url } as never;
		const options = { customSlug: 'my-doc' };
		const parameters = { encrypt: 'passphrase', encryptionPassphrase: PASSPHRASE, options };
		const error = errorOf(await upload(content, parameters, { credentials }));
		await host.stop();
		expect(error.description).toContain('may not accept them with an API key');
		expect(host.requests.map(({ url }) => url)).toEqual(['/api/files/pre-upload']);
		expect(JSON.parse(host.requests[0].body)).toEqual({
			fileName: 'contract.pdf.encrypted',
			fileSize: expect.any(Number) as number,
			isZeroKnowledge: 'true',
			originalFileName: 'contract.pdf',
			originalFileSize: content.length,
			originalMimeType: 'application/pdf',
			isPasswordProtected: 'true',
			expirationDays: 30,
			maxDownloads: null,
			customLink: 'my-doc',
		});
	});

	it.each([
		[{ options: { uploadStyle: 'documented' } }, 'cannot be used with Upload Style “Documented”'],
		[{ passwordProtected: true, password: 'x' }, 'cannot be used with Password Protected'],
		[{ paidAccess: true, price: 100 }, 'cannot be used with Paid Access'],
		[{ encrypt: 'passphrase' }, 'The field “Encryption Passphrase” is empty'],
		[{ encrypt: 'passphrase', encryptionPassphrase: ' abc ' }, 'must have 4 characters or more'],
	])('with %j, fails without sending a request: %s', async (parameters, message) => {
		const error = errorOf(await upload(content, { encrypt: 'raw', ...parameters }));
		expect(error.message).toContain(message);
		expect(await sandbox.requests()).toEqual([]);
	});

	it.each([-1, 1])('fails if the stored file is %i bytes longer than n8n reports', async (more) => {
		const item = await itemWith({ data: { name: 'a.bin', bytes: randomBytes(1000) } });
		const service = await binaryData();
		const getMetadata = service.getMetadata.bind(service);
		const spy = jest
			.spyOn(service, 'getMetadata')
			.mockImplementation(async (id) => ({ ...(await getMetadata(id)), fileSize: 1000 - more }));
		const error = errorOf(await run({ operation: 'upload', encrypt: 'raw' }, { input: [item] }));
		spy.mockRestore();
		expect(error.message).toMatch(/“a.bin” is (larger than the 999 bytes|1000 bytes, but)/);
		expect((await sandbox.requests()).map(({ path }) => path.split('/')[3])).not.toContain(
			'finalize-upload',
		);
	});
});

describe('Download → Decrypt', () => {
	const content = randomBytes(MIB + 99);
	let raw: IDataObject;
	let withPassphrase: IDataObject;
	beforeAll(async () => {
		await settings(NORMAL);
		raw = await uploaded(content, { encrypt: 'raw' });
		withPassphrase = await uploaded(content, {
			encrypt: 'passphrase',
			encryptionPassphrase: PASSPHRASE,
		});
	});
	const key = () => String(raw.secretLink).slice(-43);

	it('decrypts with the key in the link', async () => {
		const [{ json, binary }] = outputOf(await download(byUrl(String(raw.secretLink))));
		expect((await bytesOf(binary!.data)).equals(content)).toBe(true);
		expect(binary!.data).toMatchObject({ fileName: 'contract.pdf', mimeType: 'application/pdf' });
		expect(json).toMatchObject({
			fileId: raw.fileId,
			name: 'contract.pdf',
			mimeType: 'application/pdf',
			size: content.length,
			encryptedSize: raw.encryptedSize,
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
		['the Key field', () => ({ fileId: byId(raw.fileId), decryptionKey: key() })],
		[
			'a whole link in the Key field',
			() => ({ fileId: byId(raw.fileId), decryptionKey: raw.secretLink }),
		],
		['the key behind an ID', () => ({ fileId: byId(`${String(raw.fileId)}#k=${key()}`) })],
		['an encoded key behind an ID', () => ({ fileId: byId(`${String(raw.fileId)}%23k=${key()}`) })],
		['a link as an ID', () => ({ fileId: String(raw.secretLink) })],
		[
			'an older link',
			() => ({
				fileId: byUrl(`https://fileshot.io/downloads.html?f=${String(raw.fileId)}#key=${key()}`),
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
		const fileId = byId(withPassphrase.fileId);
		const credentials = { encryptionPassphrase: PASSPHRASE } as never;
		for (const [parameters, more] of [
			[{ decryptionPassphrase: PASSPHRASE }, {}],
			[{}, { credentials }],
		]) {
			const [{ json }] = outputOf(await download(fileId, parameters, more));
			expect(json).toMatchObject({ sha256: sha256Of(content), keyMode: 'passphrase' });
		}
		expect(await seenByService()).not.toContain('Tr0ub4dor');
	});

	it.each([
		['auto without a key', {}],
		['never', { decrypt: 'never' }],
	])('returns the encrypted file with a notice: %s', async (_, parameters) => {
		const [{ json, binary }] = outputOf(await download(byId(raw.fileId), parameters));
		expect(json).toMatchObject({
			isCiphertext: true,
			size: raw.encryptedSize,
			notice: expect.stringContaining('is still encrypted') as string,
		});
		expect(sha256Of(await bytesOf(binary!.data))).toBe(raw.encryptedSha256);
	});

	it('leaves a file with a key encrypted if only the credential has a passphrase', async () => {
		const credentials = { encryptionPassphrase: PASSPHRASE } as never;
		const [{ json }] = outputOf(await download(byId(raw.fileId), {}, { credentials }));
		expect(json.isCiphertext).toBe(true);
	});

	it.each([
		[
			'a wrong key',
			() => [raw, { decryptionKey: 'A'.repeat(43) }],
			'The key does not fit this file',
		],
		[
			'a wrong passphrase',
			() => [withPassphrase, { decryptionPassphrase: 'wrong' }],
			'The passphrase does not fit this file',
		],
		[
			'a key instead of a passphrase',
			() => [withPassphrase, { decryptionKey: 'A'.repeat(43) }],
			'encrypted with a passphrase, not with a key',
		],
		[
			'a passphrase instead of a key',
			() => [raw, { decryptionPassphrase: 'wrong' }],
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
		const [{ json }] = outputOf(await download(byUrl(String(raw.secretLink))));
		expect(json.sha256).toBe(sha256Of(content));
	});

	it('downloads in parallel parts', async () => {
		const options = { partsAtOnce: 3, partSizeMb: 0.25, thresholdMb: 0 };
		const [{ json }] = outputOf(await download(byUrl(String(raw.secretLink)), { options }));
		expect(json.sha256).toBe(sha256Of(content));
		expect(
			(await sandbox.requests()).filter(({ origin }) => origin === 'cdn').length,
		).toBeGreaterThan(3);
	});

	it('limits the size of the decrypted file', async () => {
		const options = { maxSizeMb: 1 };
		const error = errorOf(await download(byUrl(String(raw.secretLink)), { options }));
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

describe('a server that changes encrypted files', () => {
	const content = randomBytes(1_300_000);
	let raw: IDataObject;
	let withPassphrase: IDataObject;
	beforeAll(async () => {
		await settings(NORMAL);
		raw = await uploaded(content, { encrypt: 'raw' });
		withPassphrase = await uploaded(content, {
			encrypt: 'passphrase',
			encryptionPassphrase: PASSPHRASE,
		});
	});

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
		const fileId = byId((isKdf ? withPassphrase : raw).fileId);
		const secret = isKdf ? { decryptionPassphrase: PASSPHRASE } : { decryptionKey: raw.secretLink };
		const before = storedFiles();
		expect(errorOf(await download(fileId, secret)).message).toMatch(message);
		expect(await storedSince(before)).toEqual([]);
	});

	it('a changed name is made safe', async () => {
		await settings({ encryptedDownloads: 'renamed' });
		const [{ json }] = outputOf(await download(byUrl(String(raw.secretLink))));
		expect(json).toMatchObject({ name: 'ct.pdf', sha256: sha256Of(content) });
	});

	it('a wrong flag does not make a file that is not encrypted unreadable', async () => {
		await settings({ zeroKnowledgeFlag: 'inverted' });
		const { fileId } = await uploaded(content, {});
		const [{ json }] = outputOf(await download(byId(fileId), { decryptionKey: raw.secretLink }));
		expect(json).toMatchObject({
			sha256: sha256Of(content),
			notice: expect.stringContaining('not in FileShot’s current format') as string,
		});
	});

	it.each(['absent', 'inverted'])(
		'the file decides if the flag is %s',
		async (zeroKnowledgeFlag) => {
			await settings({ zeroKnowledgeFlag });
			const [{ json }] = outputOf(await download(byUrl(String(raw.secretLink))));
			expect(json.sha256).toBe(sha256Of(content));
			const [{ json: encrypted }] = outputOf(await download(byId(raw.fileId)));
			expect(encrypted).toMatchObject({ isCiphertext: true, sha256: raw.encryptedSha256 });
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
