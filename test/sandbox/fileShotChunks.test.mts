import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Body, Shot } from './fileShotSupport.mts';
import { eventually } from './support.mts';

let shot: Shot;
const stored = async () =>
	(await readdir(join(shot.bench.folder, 'services/fileShot/files'))).length;
const begin = async (path: string, body: object) => (await shot.post(path, body)).data.fileId;
const finalize = async (fileId: string) => await shot.post(`/files/finalize-upload/${fileId}`, {});
const missing = { status: 404, data: { error: expect.any(String) as string } };

describe('the documented profile: init-upload and raw chunks', () => {
	beforeAll(async () => (shot = await Shot.start()));
	afterAll(async () => await shot.stop());
	const init = async (body: object) => await begin('/files/init-upload', body);

	test.each([
		['the size', { fileName: 'large.mp4', fileSize: 10 }],
		['the size with another field name', { filename: 'large.mp4', size: 10 }],
		['the number of chunks', { fileName: 'large.mp4', totalChunks: 3 }],
	])(
		'completes the file once all of %s has arrived, in any order and with a repeated chunk',
		async (_what, body) => {
			const before = await stored();
			const id = await init(body);
			expect((await shot.raw(id, 2, '89')).data).toEqual({
				success: true,
				fileId: id,
				chunkIndex: 2,
			});
			await shot.raw(id, 0, 'xx');
			await shot.raw(id, 0, '0123');
			expect(await shot.get(`/files/${id}`)).toMatchObject(missing);
			await shot.raw(id, 1, '4567');
			expect((await shot.get(`/files/${id}`)).data).toMatchObject({
				fileName: 'large.mp4',
				fileSize: 10,
				mimeType: 'video/mp4',
			});
			expect(await shot.bytes(id)).toBe('0123456789');
			// The three chunks are one file now; the client may retry the last one because its response was lost.
			expect((await shot.raw(id, 1, '4567')).status).toBe(200);
			expect(await stored()).toBe(before + 1);
		},
	);

	test('publishes the chunks received so far if nothing was announced', async () => {
		const before = await stored();
		const { status, data } = await shot.http.post<Body>(`${shot.api}/files/init-upload`);
		expect(status).toBe(200);
		await shot.raw(data.fileId, 1, '45');
		expect(await shot.get(`/files/${data.fileId}`)).toMatchObject(missing);
		await shot.raw(data.fileId, 0, '0123');
		expect((await shot.get(`/files/${data.fileId}`)).data.fileSize).toBe(6);
		expect(await shot.bytes(data.fileId)).toBe('012345');
		await shot.raw(data.fileId, 2, '6789');
		expect(await shot.bytes(data.fileId)).toBe('0123456789');
		// The chunks and the merged file; the earlier merged file has been removed.
		expect(await stored()).toBe(before + 4);
		await shot.delete(`/files/${data.fileId}`);
		expect(await stored()).toBe(before);
		expect(await shot.raw(data.fileId, 3, 'x')).toMatchObject(missing);
	});

	test('rejects more bytes than announced with 400', async () => {
		const id = await init({ fileName: 'a', fileSize: 3 });
		const response = await shot.raw(id, 0, '0123');
		expect(response).toMatchObject({
			status: 400,
			data: { error: 'The chunks have 4 bytes instead of 3' },
		});
	});

	test('rejects chunks in forms and the desktop app’s calls', async () => {
		const id = await init({ fileName: 'a', fileSize: 3 });
		expect(await shot.part(id, 0, 'abc')).toMatchObject({
			status: 415,
			data: { error: 'Content-Type must be application/octet-stream' },
		});
		expect(await finalize(id)).toMatchObject(missing);
		expect(await shot.post('/files/pre-upload', { fileName: 'a', fileSize: 1 })).toMatchObject(
			missing,
		);
		for (const path of ['my-files', 'info/0', 'usage']) {
			expect(await shot.get(`/files/${path}`)).toMatchObject(missing);
		}
		expect(await shot.delete('/files/delete/0')).toMatchObject(missing);
	});

	test.each([
		['application/json', '{}'],
		['text/plain', 'abc'],
		['application/x-www-form-urlencoded', 'abc'],
	])('rejects %s as a chunk', async (type, content) => {
		const id = await init({ fileName: 'a', fileSize: 3 });
		const headers = { 'content-type': type };
		const { status } = await shot.http.post(shot.chunkUrl(id, 0), content, { headers });
		expect(status).toBe(415);
	});

	test.each(['-1', '1.5', 'x', '0x1', '9'.repeat(30), '%2e%2e%2fx', '1000000'])(
		'rejects the index %s with 400',
		async (index) => {
			const id = await init({ fileName: 'a' });
			expect((await shot.raw(id, index, 'abc')).status).toBe(400);
		},
	);

	test('rejects an index above the number of chunks with 400', async () => {
		const id = await init({ fileName: 'a', totalChunks: 2 });
		expect(await shot.raw(id, 2, 'x')).toMatchObject({
			status: 400,
			data: { error: 'chunkIndex must be at most 1' },
		});
	});

	test.each(['0', 'abc', '..%2F..%2Fx', '%00', '🎉', 'x'.repeat(300)])(
		'rejects a chunk of the unknown upload %j with 404',
		async (id) => expect(await shot.raw(encodeURI(decodeURI(id)), 0, 'abc')).toMatchObject(missing),
	);

	test('rejects a chunk, file or announcement that is too large with 413 and stores nothing', async () => {
		const before = await stored();
		const id = await init({ fileName: 'a' });
		await shot.withSettings({ maxUploadBytes: 3 }, async () => {
			expect((await shot.raw(id, 0, '0123')).status).toBe(413);
		});
		await shot.withSettings({ maxFileBytes: 5 }, async () => {
			expect((await shot.post('/files/init-upload', { fileSize: 6 })).status).toBe(413);
		});
		expect(await stored()).toBe(before);
	});

	test('stores nothing of an aborted chunk', async () => {
		const before = await stored();
		const id = await init({ fileName: 'a' });
		const body = new ReadableStream({
			start: (controller) => controller.enqueue(new TextEncoder().encode('abc')),
			pull: (controller) => controller.error(new Error('gone')),
		});
		const { headers } = shot.http.defaults;
		const sent = fetch(shot.chunkUrl(id, 0), {
			method: 'POST',
			body,
			duplex: 'half',
			headers: {
				'content-type': 'application/octet-stream',
				authorization: headers.common.authorization as string,
			},
		});
		await expect(sent).rejects.toThrow();
		await eventually(async () => ((await stored()) === before ? true : undefined));
	});

	test('rejects a blocked or invalid name and an invalid type with 400', async () => {
		for (const body of [
			{ fileName: 'a.exe' },
			{ fileName: 'a\0b' },
			{ fileName: 7 },
			{ fileSize: -1 },
			{ fileSize: 'many' },
			{ totalChunks: 0 },
			{ expiryDays: 400 },
			[],
		]) {
			expect([body, (await shot.post('/files/init-upload', body)).status]).toEqual([body, 400]);
		}
	});

	test('keeps an upload open for one day', async () => {
		const before = await stored();
		const id = await init({ fileName: 'a', fileSize: 10 });
		await shot.raw(id, 0, '01234');
		await shot.bench.advance(25 * 3600);
		expect(await shot.raw(id, 1, '56789')).toMatchObject(missing);
		await eventually(async () => ((await stored()) <= before ? true : undefined));
	});

	test('returns and enforces the configured chunk size', async () => {
		await shot.withSettings({ chunkSize: 4 }, async () => {
			const { data } = await shot.post('/files/init-upload', { fileName: 'a', fileSize: 6 });
			expect(data.chunkSize).toBe(4);
			expect((await shot.raw(data.fileId, 0, '01234')).status).toBe(413);
			await shot.raw(data.fileId, 0, '012');
			expect(await shot.raw(data.fileId, 1, '345')).toMatchObject({
				status: 400,
				data: { error: 'Chunk 0 has 3 bytes instead of 4' },
			});
		});
	});
});
