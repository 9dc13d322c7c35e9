/** Uploads of encrypted files in n8n's engine, against the simulation. */
import { randomBytes } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import { inMemory, itemWith, sha256Of } from '../../../support/binary';
import { binaryData, bytesOf, errorOf, outputOf } from '../../../support/engine';
import { fileThere } from '../../../support/fileShot';
import { fileShotEncryption, MIB, PASSPHRASE } from '../../../support/fileShotEncryption';
import { keyIn, opened } from '../../../support/fszk';
import { byId, byUrl } from '../../../support/locators';
import { TestServer } from '../../../support/testServer';

const KIB = 1024;

const { sandbox, run, upload, uploaded, download, storedBytes, seenByService } =
	fileShotEncryption();

/** FileShot has this content, encrypted with the key in the link or with a passphrase. */
async function expectStored(
	{ fileId, secretLink }: IDataObject,
	content: Buffer,
	secret: Buffer | string = keyIn(secretLink),
) {
	expect(opened(await storedBytes(fileId), secret).equals(content)).toBe(true);
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
		await expectStored(json, content, PASSPHRASE);
		expect(JSON.stringify(json) + (await seenByService())).not.toContain('Tr0ub4dor');
	});

	it('uses the passphrase of the credential if the node has none', async () => {
		const credentials = { encryptionPassphrase: 'from the credential' } as never;
		const json = await uploaded(content, { encrypt: 'passphrase' }, { credentials });
		await expectStored(json, content, 'from the credential');
	});

	it('does not use the passphrase of the credential if an expression returns none', async () => {
		const credentials = { encryptionPassphrase: 'from the credential' } as never;
		const parameters = { encrypt: 'passphrase', encryptionPassphrase: '={{ $json.missing }}' };
		const error = errorOf(await upload(content, parameters, { credentials }));
		expect(error.message).toBe('The field “Encryption Passphrase” is empty');
		expect(await sandbox.requests()).toEqual([]);
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
		const json = await uploaded(large, { encrypt: 'raw', options });
		await expectStored(json, large);
	});

	it('starts over with another key after a failure, because the key is not stored', async () => {
		const input = [await itemWith({ data: { name: 'a.bin', bytes: randomBytes(3 * MIB) } })];
		const parameters = { operation: 'upload', encrypt: 'raw', options: { partSizeMb: 1 } };
		const path = '/api/files/upload-chunk/*/2';
		const fault = { type: 'status', status: 413 };
		await sandbox.fault({ service: 'fileShot', path, times: 1, fault });
		const failed = await run(parameters, { input });
		const { description } = errorOf(failed);
		expect(description).toContain(
			'2 of 4 chunks were uploaded (1–2); the upload is incomplete. Lower',
		);
		expect(description).not.toContain('continue');
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
		await expectStored(json, content);
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
		[{ encrypt: 'passphrase', encryptionPassphrase: '={{ false }}' }, 'must be text'],
		[{ encrypt: 'passphrase', encryptionPassphrase: '={{ `${$json.x}` }}' }, 'is “undefined”'],
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

/** The chunks that the service has received, in the order of the file. */
async function chunkIndices(): Promise<number[]> {
	const sent = (await sandbox.requests()).filter(({ path }) => path.includes('/upload-chunk/'));
	return sent.map(({ path }) => Number(path.split('/').at(-1))).sort((one, other) => one - other);
}

describe('an encrypted file whose container ends near the end of a chunk on the wire', () => {
	const partSize = 256 * KIB;
	/** Bytes of the container around a file of six digits with one encrypted chunk. */
	let overhead: number;
	beforeAll(async () => {
		const { size, encryptedSize } = await uploaded(randomBytes(100_000), { encrypt: 'raw' });
		overhead = Number(encryptedSize) - Number(size);
	});

	const targets = [1, 2, 3].flatMap((parts) =>
		[-17, -16, -1, 0, 1, 16, 17].map((more) => [parts, more] as const),
	);

	it.each(targets)('%i chunks and %i bytes', async (parts, more) => {
		const target = parts * partSize + more;
		// A second encrypted chunk adds another tag of 16 bytes.
		const size = target - overhead - (target - overhead > 512 * KIB ? 16 : 0);
		const bytes = randomBytes(size);
		const { fileId, secretLink, ...json } = await uploaded(bytes, {
			encrypt: 'raw',
			options: { partSizeMb: 0.25 },
		});
		expect(json).toMatchObject({ size, encryptedSize: target });
		const count = more > 0 ? parts + 1 : parts;
		expect(await chunkIndices()).toEqual(Array.from({ length: count }, (_, index) => index));
		const container = await storedBytes(fileId);
		expect([container.length, sha256Of(container)]).toEqual([target, json.encryptedSha256]);
		expect(opened(container, keyIn(secretLink)).equals(bytes)).toBe(true);
		const [{ json: downloaded }] = outputOf(await download(byUrl(String(secretLink))));
		expect(downloaded).toMatchObject({ size, sha256: sha256Of(bytes), verified: true });
	});
});

it('calls nothing but the requests of an upload, in particular not FileShot’s vault for keys', async () => {
	const { fileId } = await uploaded(randomBytes(1000), { encrypt: 'raw' });
	const paths = (await sandbox.requests()).map(({ path }) => path.split('/').slice(2, 4).join('/'));
	expect(paths).toEqual(
		['pre-upload', 'upload-chunk', 'finalize-upload', fileId].map(
			(name) => `files/${String(name)}`,
		),
	);
});

describe('Upload → Encrypt: a file from a URL', () => {
	const content = randomBytes(1_700_000);
	const fromUrl = async (url: string) =>
		await run({
			...{ operation: 'upload', encrypt: 'raw', source: 'url', url },
			options: { partSizeMb: 0.25, giveUpMinutes: 0 },
		});

	it('is encrypted', async () => {
		const host = await new TestServer()
			.respondByUrl({
				'/a.bin': { body: content, headers: { 'content-length': String(content.length) } },
			})
			.start();
		const parameters = { encrypt: 'raw', source: 'url', url: `${host.url}/a.bin` };
		const json = await uploaded(content, parameters);
		await host.stop();
		await expectStored(json, content);
		expect(json.sha256).toBe(sha256Of(content));
	});

	it.each(['truncate', 'reset'])('is encrypted completely after a %s of its host', async (type) => {
		const fileId = await fileThere(sandbox, 'source.bin', content);
		const { credentials } = sandbox.info.services.fileShot;
		const { headers } = await sandbox.control.get(
			`${credentials.baseUrl}/api/files/download/${fileId}`,
			{
				headers: { authorization: `Bearer ${credentials.apiKey}` },
				maxRedirects: 0,
				validateStatus: () => true,
			},
		);
		await sandbox.fault({ service: 'fileShot', origin: 'cdn', times: 2, fault: { type } });
		const [{ json }] = outputOf(await fromUrl(String(headers.location)));
		expect(json).toMatchObject({ size: content.length, sha256: sha256Of(content) });
		await expectStored(json, content);
	});

	it('is not completed if its host ends too early', async () => {
		const headers = { 'content-length': String(content.length + 1) };
		const host = await new TestServer().respond({ body: content, headers }).start();
		const error = errorOf(await fromUrl(`${host.url}/a.bin`));
		await host.stop();
		expect(error.message).toMatch(/source host/);
		const paths = (await sandbox.requests()).map(({ path }) => path);
		expect(paths.filter((path) => path.includes('finalize-upload'))).toEqual([]);
	});
});
