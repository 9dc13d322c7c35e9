import { createHash } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import {
	BYTES,
	FILE,
	known,
	MultipartFlow,
	PARTS,
	put,
	type Started,
	type Target,
} from './filestackMultipartSupport.mts';
import { Stack } from './filestackSupport.mts';
import { eventually } from './support.mts';

let stack: Stack;
let flow: MultipartFlow;
beforeAll(async () => {
	stack = await Stack.start();
	flow = new MultipartFlow(stack);
});
afterAll(async () => await stack.bench.stop());

describe('a multipart upload', () => {
	test('merges three parts, sent out of order and one of them twice', async () => {
		const upload = await flow.start({ store: { location: 'S3', path: 'in/' } });
		expect(upload.location_url).toBe(new URL(stack.origins.upload).host);
		const third = await flow.send(upload, 3, PARTS[2]);
		await flow.send(upload, 1, PARTS[1]);
		const first = await flow.send(upload, 1, PARTS[0]);
		const second = await flow.send(upload, 2, PARTS[1]);
		expect(first.etag).toBe(`"${createHash('md5').update(PARTS[0]).digest('hex')}"`);
		const tags = { upload_tags: { a: 'b' } };
		const parts = [first, second, third];
		expect((await flow.complete(upload, parts, tags)).status).toBe(202);
		const { status, data } = await flow.completed(upload, parts, tags);
		expect(status).toBe(200);
		expect(data).toEqual({
			handle: expect.stringMatching(/^[A-Za-z0-9]{20}$/) as string,
			url: `${stack.origins.cdn}/${String(data.handle)}`,
			...FILE,
			status: 'Stored',
			container: expect.any(String) as string,
			key: expect.stringMatching(/^in\/.{20}_big ü\.bin$/) as string,
			...tags,
		});
		expect((await stack.bytes(String(data.handle))).equals(BYTES)).toBe(true);
		// A second call returns the same response and stores nothing else.
		expect((await flow.complete(upload, parts, tags)).data).toEqual(data);
		expect((await stack.list('files')).length).toBe(1);
		expect((await flow.target(upload, 1, PARTS[0])).status).toBe(400);
	});

	test('accepts etags without quotes; two concurrent calls create one file', async () => {
		const bytes = Buffer.from('small');
		const size = { size: bytes.length };
		const upload = await flow.start(size);
		const { part_number, etag } = await flow.send(upload, 1, bytes);
		const parts = [{ part_number, etag: etag.replaceAll('"', '') }];
		const before = (await stack.list('objects')).length;
		expect((await flow.complete(upload, parts, size)).status).toBe(202);
		await eventually(async () => {
			const uploads = await stack.list<{ id: string; state: string }>('uploads');
			return uploads.find(({ id, state }) => id === upload.upload_id && state === 'merged');
		});
		await Promise.all([1, 2, 3].map(() => flow.completed(upload, parts, size)));
		expect(await stack.list('objects')).toHaveLength(before + 1);
	});

	test('runs the workflows that it names', async () => {
		const bytes = Buffer.from('small');
		const size = { size: bytes.length };
		const upload = await flow.start(size);
		const store = { location: 's3', workflows: ['wf-1', { id: 'wf-2' }] };
		const { data } = await flow.completed(upload, [await flow.send(upload, 1, bytes)], {
			...size,
			store,
		});
		expect(Object.keys(data.workflows as object).sort()).toEqual(['wf-1', 'wf-2']);
	});

	test('reports an error if it cannot be merged, and can be completed later', async () => {
		const bytes = Buffer.from('small');
		const size = { size: bytes.length };
		const upload = await flow.start(size);
		const parts = [await flow.send(upload, 1, bytes)];
		const uploads = await stack.list<{ id: string; parts: Record<string, { blob: string }[]> }>(
			'uploads',
		);
		const [{ blob }] = uploads.find(({ id }) => id === upload.upload_id)!.parts[1];
		const file = join(stack.bench.folder, 'services/filestack/files', blob);
		await rename(file, `${file}.away`);
		expect((await flow.completed(upload, parts, size)).status).toBe(500);
		await rename(`${file}.away`, file);
		const { status, data } = await flow.completed(upload, parts, size);
		expect(status).toBe(200);
		expect((await stack.bytes(String(data.handle))).equals(bytes)).toBe(true);
	});

	test('continues after a restart', async () => {
		const before = await Stack.start();
		const post = async (on: Stack, name: string, body: object) =>
			await on.http.post<Started & Target & { handle: string }>(
				`${on.origins.upload}/multipart/${name}`,
				{
					...{ apikey: on.apiKey, ...on.sign(), ...body },
				},
			);
		const bytes = Buffer.from('kept');
		const file = { filename: 'a', mimetype: 'text/plain', size: 4 };
		const { data: upload } = await post(before, 'start', file);
		const { data } = await post(before, 'upload', { ...known(upload), part: 1, size: 4 });
		const { headers } = await put(data, bytes);
		await before.bench.stop({ keep: true });
		const after = await Stack.start(before.bench.folder);
		const parts = [{ part_number: 1, etag: String(headers.etag) }];
		const body = { ...known(upload), ...file, parts };
		const { status, data: stored } = await eventually(async () => {
			const response = await post(after, 'complete', body);
			return response.status !== 202 && response;
		});
		expect(status).toBe(200);
		expect((await after.bytes(stored.handle)).toString()).toBe('kept');
		await after.bench.stop();
	});
});

describe('Intelligent Ingestion', () => {
	test('is off by default', async () => {
		expect((await flow.start({ fii: true })).upload_type).toBeUndefined();
	});

	test('accepts a part in chunks, commits it and needs no etags', async () => {
		await stack.settings({ intelligentIngestion: 'on' });
		const bytes = Buffer.from('0123456789');
		const size = { size: bytes.length };
		const upload = await flow.start({ ...size, fii: true });
		expect(upload.upload_type).toBe('intelligent_ingestion');
		const commit = async () => await flow.call('commit', { ...known(upload), part: 1, ...size });
		expect((await commit()).status).toBe(400);
		for (const offset of [6, 0]) {
			const chunk = bytes.subarray(offset, offset + (offset === 0 ? 6 : 4));
			const { data } = await flow.target(upload, 1, chunk, { offset });
			expect((await put(data, chunk)).status).toBe(200);
			expect((await commit()).status).toBe(offset === 0 ? 200 : 400);
		}
		const { status, data } = await flow.completed(upload, undefined, { ...size, fii: true });
		expect(status).toBe(200);
		expect(await stack.bytes(String(data.handle))).toEqual(bytes);
		await stack.settings({ intelligentIngestion: 'off' });
	});
});
