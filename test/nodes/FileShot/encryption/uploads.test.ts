/** Encrypted uploads of sizes around the boundaries of their chunks on the wire, and of files from URLs. */
import { randomBytes } from 'node:crypto';

import type { IDataObject } from 'n8n-workflow';

import { itemWith, sha256Of } from '../../../support/binary';
import { bytesOf, errorOf, type NodeUnderTest, outputOf, runNode } from '../../../support/engine';
import { fileShotNode, fileThere } from '../../../support/fileShot';
import { keyIn, opened } from '../../../support/fszk';
import { TestServer } from '../../../support/testServer';
import { byId, byUrl } from '../../../support/locators';
import { useSandbox } from '../../../support/useSandbox';

const KIB = 1024;

const sandbox = useSandbox();
beforeAll(async () => {
	await sandbox.control.patch('/services/fileShot/settings', { dialect: 'both' });
});

const run = async (parameters: object, more: Partial<NodeUnderTest> = {}) =>
	await runNode(fileShotNode(sandbox, parameters as IDataObject, more));

async function upload(bytes: Buffer, options: IDataObject): Promise<IDataObject> {
	const input = [
		await itemWith({ data: { name: 'contract.pdf', bytes, type: 'application/pdf' } }),
	];
	const parameters = { operation: 'upload', encrypt: 'raw', options };
	return outputOf(await run(parameters, { input }))[0].json;
}

async function storedBytes(id: unknown): Promise<Buffer> {
	const parameters = { operation: 'download', fileId: byId(id), decrypt: 'never' };
	const [{ binary }] = outputOf(await run(parameters));
	return await bytesOf(binary!.data);
}

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
		const { fileSize, encryptedSize } = await upload(randomBytes(100_000), {});
		overhead = Number(encryptedSize) - Number(fileSize);
	});

	const targets = [1, 2, 3].flatMap((parts) =>
		[-17, -16, -1, 0, 1, 16, 17].map((more) => [parts, more] as const),
	);

	it.each(targets)('%i chunks and %i bytes', async (parts, more) => {
		const target = parts * partSize + more;
		// A second encrypted chunk has a tag of its own.
		const size = target - overhead - (target - overhead > 512 * KIB ? 16 : 0);
		const bytes = randomBytes(size);
		const { fileId, secretLink, ...json } = await upload(bytes, { partSizeMb: 0.25 });
		expect(json).toMatchObject({ fileSize: size, encryptedSize: target });
		const count = more > 0 ? parts + 1 : parts;
		expect(await chunkIndices()).toEqual(Array.from({ length: count }, (_, index) => index));
		const container = await storedBytes(fileId);
		expect([container.length, sha256Of(container)]).toEqual([target, json.encryptedSha256]);
		expect(opened(container, keyIn(secretLink)).equals(bytes)).toBe(true);
		const parameters = { operation: 'download', fileId: byUrl(String(secretLink)) };
		const [{ json: downloaded }] = outputOf(await run(parameters));
		expect(downloaded).toMatchObject({ size, sha256: sha256Of(bytes), verified: true });
	});
});

it('calls nothing but the requests of an upload, in particular not FileShot’s vault for keys', async () => {
	const { fileId } = await upload(randomBytes(1000), {});
	const paths = (await sandbox.requests()).map(({ path }) => path.split('/').slice(2, 4).join('/'));
	expect(paths).toEqual(
		['pre-upload', 'upload-chunk', 'finalize-upload', fileId].map(
			(name) => `files/${String(name)}`,
		),
	);
});

describe('a file from a URL', () => {
	const content = randomBytes(1_700_000);
	const fromUrl = async (url: string) =>
		await run({
			...{ operation: 'upload', encrypt: 'raw', source: 'url', url },
			options: { partSizeMb: 0.25, giveUpMinutes: 0 },
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
		expect(json).toMatchObject({ fileSize: content.length, sha256: sha256Of(content) });
		expect(opened(await storedBytes(json.fileId), keyIn(json.secretLink)).equals(content)).toBe(
			true,
		);
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
