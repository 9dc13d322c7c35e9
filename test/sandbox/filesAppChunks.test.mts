import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { App } from './filesAppSupport.mts';
import { text } from './formSupport.mts';
import { eventually } from './support.mts';

let app: App;
beforeAll(async () => (app = await App.start()));
afterAll(async () => await app.stop());

/** Returns the number of blobs on disk, to check that rejected uploads leave nothing behind. */
const stored = async () =>
	(await readdir(join(app.bench.folder, 'services/filesApp/files'))).length;
const refusal = (status: number, code: string, message: unknown = expect.any(String)) => ({
	status,
	data: { error: { code, message } },
});

describe('a chunked upload', () => {
	test('returns the ID, the chunk size and an expiry in one hour', async () => {
		await app.settings({ chunkSize: 5_242_880 });
		const before = app.bench.sandbox.clock.now().getTime();
		const { status, data } = await app.post('/chunks/init', {
			filename: 'large-video.mp4',
			total_size: 524_288_000,
			total_chunks: 100,
		});
		expect([status, data.chunk_size]).toEqual([200, 5_242_880]);
		expect((Date.parse(data.expires_at) - before) / 3_600_000).toBeCloseTo(1, 2);
	});

	test('accepts chunks in any order and a repeated chunk', async () => {
		const start = await stored();
		const id = await app.begin('0123456789', 4, 'large.mp4');
		expect((await app.chunk(id, 2, '89')).data).toEqual({ chunk_index: 2, received: true });
		await app.chunk(id, 0, 'xxxx');
		await app.chunk(id, 1, '4567');
		await app.chunk(id, 0, '0123');
		const before = await stored();
		const { status, data } = await app.post('/chunks/complete', { upload_id: id });
		expect([status, data.name, data.size]).toEqual([200, 'large.mp4', 10]);
		expect(await app.bytes(data.id)).toBe('0123456789');
		expect((await app.get(`/files/${data.id}`)).data.mime_type).toBe('video/mp4');
		// Three chunks, then one file.
		expect([before - start, (await stored()) - start]).toEqual([3, 1]);
		expect(await app.post('/chunks/complete', { upload_id: id })).toMatchObject(
			refusal(404, 'not_found'),
		);
	});

	test('names missing chunks with 400; they can still be sent', async () => {
		const id = await app.begin('0123456789', 2);
		await app.chunk(id, 0, '01');
		await app.chunk(id, 3, '67');
		expect(await app.post('/chunks/complete', { upload_id: id })).toMatchObject(
			refusal(400, 'bad_request', 'Missing chunks: 1, 2, 4'),
		);
		for (const [index, data] of [
			[1, '23'],
			[2, '45'],
			[4, '89'],
		] as const)
			await app.chunk(id, index, data);
		expect((await app.post('/chunks/complete', { upload_id: id })).data.size).toBe(10);
	});

	test('with chunks that are shorter than announced: 400', async () => {
		const id = await app.begin('0123456789', 4);
		for (const [index, data] of ['0123', '456', '89'].entries()) await app.chunk(id, index, data);
		expect(await app.post('/chunks/complete', { upload_id: id })).toMatchObject(
			refusal(400, 'bad_request', expect.stringContaining('Chunk 1')),
		);
	});

	test('with a number of chunks that does not match the chunk size: 400 at the end', async () => {
		await app.settings({ chunkSize: 4 });
		const { data } = await app.post('/chunks/init', {
			filename: 'a',
			total_size: 10,
			total_chunks: 2,
		});
		await app.chunk(data.upload_id, 0, '0123');
		await app.chunk(data.upload_id, 1, '4567');
		const response = await app.post('/chunks/complete', { upload_id: data.upload_id });
		expect(response).toMatchObject(refusal(400, 'bad_request', expect.stringContaining('are 3')));
	});

	test('is open for one hour', async () => {
		const before = await stored();
		const id = await app.begin('0123456789', 4);
		await app.bench.advance(3500);
		expect((await app.chunk(id, 0, '0123')).status).toBe(200);
		await app.bench.advance(200);
		const expired = refusal(404, 'not_found', 'Upload session not found or expired');
		expect(await app.chunk(id, 1, '4567')).toMatchObject(expired);
		expect(await app.post('/chunks/complete', { upload_id: id })).toMatchObject(expired);
		await eventually(async () => ((await stored()) <= before ? true : undefined));
		expect(await app.list('uploads')).toEqual([]);
	});

	test('uses folder_id and encrypt only if configured', async () => {
		for (const [chunkOptions, total, encrypted] of [
			['ignored', 0, true],
			['used', 1, false],
		] as const) {
			await app.settings({ chunkOptions, chunkSize: 3 });
			const wishes = { folder_id: `f-${chunkOptions}`, encrypt: false };
			const started = { filename: 'a', total_size: 3, total_chunks: 1, ...wishes };
			const upload_id = (await app.post('/chunks/init', started)).data.upload_id;
			await app.chunk(upload_id, 0, 'abc');
			const { data } = await app.post('/chunks/complete', { upload_id });
			expect(data).toMatchObject({ encrypted });
			expect((await app.get('/files', { folder_id: `f-${chunkOptions}` })).data.total).toBe(total);
		}
		await app.settings({ chunkOptions: 'ignored' });
	});

	const right = { filename: 'a', total_size: 10, total_chunks: 3 };
	const inits: [object | string, string][] = [
		[{ ...right, filename: undefined }, 'filename is required'],
		[{ ...right, filename: '' }, 'filename is required'],
		[{ ...right, filename: 7 }, 'filename must be a string, given once'],
		[{ ...right, filename: 'a\0b' }, 'filename must not contain NUL characters'],
		[{ ...right, total_size: undefined }, 'total_size is required'],
		[{ ...right, total_size: '10' }, 'total_size must be an integer'],
		[{ ...right, total_size: -1 }, 'total_size must be at least 1'],
		[{ ...right, total_size: 1.5 }, 'total_size must be an integer'],
		[{ ...right, total_size: 1e300 }, 'total_size must be an integer'],
		[{ ...right, total_chunks: 0 }, 'total_chunks must be at least 1'],
		[{ ...right, total_chunks: 1e9 }, 'total_chunks must be at most 1000000'],
		[{ ...right, encrypt: 'true' }, 'encrypt must be true or false'],
		[[right], 'The request body must be a JSON object'],
	];
	test.each(inits)('started with %j: 400', async (body, message) => {
		const response = await app.http.post('/chunks/init', body);
		expect(response).toMatchObject(refusal(400, 'bad_request', message));
	});

	test('larger than the plan allows: 413', async () => {
		await app.settings({ maxFileBytes: 9 });
		expect(await app.post('/chunks/init', right)).toMatchObject(refusal(413, 'file_too_large'));
		await app.settings({ maxFileBytes: 10 });
		expect((await app.post('/chunks/init', right)).status).toBe(200);
	});

	test('rejects invalid chunks', async () => {
		const id = await app.begin('0123456789', 4);
		const bad = (message: string) => refusal(400, 'bad_request', message);
		expect(await app.chunk(id, 3, 'x')).toMatchObject(bad('chunk_index must be at most 2'));
		expect(await app.chunk(id, -1, 'x')).toMatchObject(bad('chunk_index must be at least 0'));
		expect(await app.chunk(id, '0x1', 'x')).toMatchObject(bad('chunk_index must be an integer'));
		expect(await app.chunk(id, 0, '01234')).toMatchObject(refusal(413, 'file_too_large'));
		for (const unknown of ['upl_0', '../../x', 'upl_%2F', 'x'.repeat(300), '🎉']) {
			expect(await app.chunk(unknown, 0, 'x')).toMatchObject(refusal(404, 'not_found'));
		}
		expect(await app.form('/chunks', { upload_id: id, chunk_index: '0' })).toMatchObject(
			bad('data is required'),
		);
		expect(await app.form('/chunks', { upload_id: id, data: text('x') })).toMatchObject(
			bad('chunk_index is required'),
		);
		expect(await app.post('/chunks', { upload_id: id })).toMatchObject(
			bad('Content-Type must be multipart/form-data'),
		);
	});

	test('creates one file if two completes run concurrently', async () => {
		const id = await app.begin('0123', 2);
		await app.chunk(id, 0, '01');
		await app.chunk(id, 1, '23');
		const both = await Promise.all(
			[1, 2].map(() => app.post('/chunks/complete', { upload_id: id })),
		);
		expect(both.map(({ status }) => status).sort()).toEqual([200, 404]);
	});

	test('continues after a restart', async () => {
		const first = await App.start();
		const id = await first.begin('0123', 2);
		await first.chunk(id, 0, '01');
		await first.stop({ keep: true });
		const second = await App.start({ folder: first.bench.folder });
		await second.chunk(id, 1, '23');
		const { data } = await second.post('/chunks/complete', { upload_id: id });
		expect(await second.bytes(data.id)).toBe('0123');
		const late = await second.begin('0123', 2);
		await second.stop({ keep: true });
		const third = await App.start({ folder: first.bench.folder });
		await third.bench.advance(3700);
		await eventually(async () => ((await third.list('uploads')).length === 0 ? true : undefined));
		expect((await third.chunk(late, 0, '01')).status).toBe(404);
		await third.stop();
	});
});
