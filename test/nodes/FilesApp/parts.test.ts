import { errorOf, outputOf } from '../../support/engine';
import { itemWith, sha256Of } from '../../support/binary';
import { filesAppUploads } from '../../support/filesAppUploads';

const MIB = 1024 * 1024;

const { bytes, credentials, fault, get, paths, settings, stored, upload } = filesAppUploads();

const IN_PARTS = { options: { thresholdMb: 10 } };

const large = async (name = 'large.bin') => await itemWith({ data: { name, bytes } });

it.each([['200'], ['201']])(
	'starts, sends and completes an upload in chunks on a server that responds with %s',
	async (createdStatus) => {
		await settings({ createdStatus });
		const [{ json }] = outputOf(await upload([await large()], IN_PARTS));
		expect(json).toMatchObject({
			name: 'large.bin',
			size: bytes.length,
			fileId: expect.stringMatching(/^file_/) as string,
			sha256: sha256Of(bytes),
		});
		expect(await paths()).toEqual([
			'/chunks/init',
			'/chunks',
			'/chunks',
			'/chunks',
			'/chunks/complete',
		]);
	},
);

it('uploads the file byte for byte', async () => {
	const [{ json }] = outputOf(await upload([await large()], IN_PARTS));
	const { baseUrl, apiKey } = credentials();
	const { data } = await get<Buffer>(`${baseUrl}/files/${String(json.fileId)}`, {
		params: { download: true },
		headers: { Authorization: `Bearer ${apiKey}` },
		responseType: 'arraybuffer',
	});
	expect(sha256Of(data)).toBe(sha256Of(bytes));
});

it('sends the folder and the encryption, for servers that support them', async () => {
	await settings({ chunkOptions: 'used' });
	const parameters = { ...IN_PARTS, folderId: 'folder_1', encrypt: false };
	const [{ json }] = outputOf(await upload([await large()], parameters));
	expect((await stored()).find(({ id }) => id === json.fileId)).toMatchObject({
		folderId: 'folder_1',
		encrypted: false,
	});
});

it('starts again if the server’s chunk size gives a different number of chunks', async () => {
	await settings({ chunkSize: 2 * MIB });
	const [{ json }] = outputOf(await upload([await large()], IN_PARTS));
	expect(json.size).toBe(bytes.length);
	const sent = await paths();
	expect(sent.filter((path) => path === '/chunks/init')).toHaveLength(2);
	expect(sent.filter((path) => path === '/chunks')).toHaveLength(7);
});

it('uses the server’s chunk size if the number of chunks stays the same', async () => {
	await settings({ chunkSize: 6 * MIB });
	await upload([await large()], IN_PARTS);
	expect((await paths()).filter((path) => path === '/chunks')).toHaveLength(3);
});

it.each([{ type: 'reset' }, { type: 'resetAfterBody' }, { type: 'status', status: 503 }])(
	'after %j, retries only that chunk, not the file',
	async (kind) => {
		await fault('/chunks', kind, { nth: 3 });
		expect(outputOf(await upload([await large()], IN_PARTS))).toHaveLength(1);
		const sent = await paths();
		expect(sent.filter((path) => path === '/chunks')).toHaveLength(4);
		expect(sent.filter((path) => path === '/chunks/init')).toHaveLength(1);
	},
);

it('starts again once if the session expires', async () => {
	await fault('/chunks', { type: 'status', status: 404 }, { nth: 3 });
	expect(outputOf(await upload([await large()], IN_PARTS))).toHaveLength(1);
	expect((await paths()).filter((path) => path === '/chunks/init')).toHaveLength(2);
});

it('reports which chunks were uploaded if one finally fails', async () => {
	await fault('/chunks', { type: 'status', status: 413 }, { nth: 4 });
	const parameters = { options: { thresholdMb: 10, partsAtOnce: 1 } };
	const error = errorOf(await upload([await large()], parameters));
	expect(error.message).toMatch(/^Files App responded with 413: .* \(file_too_large\)$/);
	expect(error.description).toContain('2 of 3 chunks were uploaded (1–2)');
	expect(error.description).toContain(
		'If a chunk was rejected, lower “Chunk Size (MiB)” under Options',
	);
});

it('sends no more chunks after one has finally failed', async () => {
	await fault('/chunks', { type: 'status', status: 413 }, { nth: 3 });
	const parameters = { options: { thresholdMb: 10, partsAtOnce: 1 } };
	const error = errorOf(await upload([await large('refused.bin')], parameters));
	expect(error.description).toContain('1 of 3 chunks were uploaded (1)');
	expect(await paths()).toEqual(['/chunks/init', '/chunks', '/chunks']);
});

it('retries the completion after a lost response, and reports it if the session no longer exists', async () => {
	await fault('/chunks/complete', { type: 'resetAfterBody' }, { times: 1 });
	const error = errorOf(await upload([await large('lost.bin')], IN_PARTS));
	expect(error.message).toContain('Files App responded with 404');
	expect(error.description).toContain('an earlier attempt may have completed the upload');
	expect((await paths()).filter((path) => path === '/chunks/init')).toHaveLength(1);
});

it('retries the completion after a 503', async () => {
	await fault('/chunks/complete', { type: 'status', status: 503 }, { times: 1 });
	expect(outputOf(await upload([await large()], IN_PARTS))).toHaveLength(1);
});

it('cancels a chunk that stalls on every attempt', async () => {
	const partSize = 64 * 1024;
	await settings({ chunkSize: partSize });
	await fault('/chunks', { type: 'delay', milliseconds: 60_000 }, { nth: 3, times: 4 });
	const size = { thresholdMb: 1 / 16, partSizeMb: 1 / 16, partsAtOnce: 1 };
	const options = { ...size, stallSeconds: 1, giveUpMinutes: 0 };
	const file = { name: 'a.bin', bytes: Buffer.alloc(3 * partSize) };
	const error = errorOf(await upload([await itemWith({ data: file })], { options }));
	// One second, plus the time for a slow connection.
	expect(error.message).toMatch(/^Files App: No data was transferred for [23] seconds$/);
	expect(error.description).toContain('1 of 3 chunks were uploaded (1)');
});
