import { createHash, randomBytes } from 'node:crypto';
import { http } from './support.mts';
import { refusal, Stack } from './filestackSupport.mts';

let stack: Stack;
beforeAll(async () => (stack = await Stack.start()));
afterAll(async () => await stack.bench.stop());

describe('downloading (Filestack docs, File API, Download)', () => {
	const get = async (handle: string, query: object = {}, headers: object = {}) =>
		await stack.http.get<string>(stack.file(handle), {
			params: { ...stack.sign({ call: ['read'] }), ...query },
			headers: { ...headers },
			responseType: 'text',
		});

	test('returns the bytes with name and type, inline or as an attachment', async () => {
		const handle = await stack.handle('0123456789', { filename: 'Résumé "1".txt' });
		const { status, data, headers } = await get(handle);
		expect([status, data]).toEqual([200, '0123456789']);
		expect(headers).toMatchObject({
			'content-type': 'text/plain',
			'content-length': '10',
			'content-disposition': String.raw`inline; filename="R?sum? \"1\".txt"; filename*=UTF-8''R%C3%A9sum%C3%A9%20%221%22.txt`,
			'accept-ranges': 'bytes',
		});
		const saved = await get(handle, { dl: true });
		expect(saved.headers['content-disposition']).toMatch(/^attachment; /);
		expect((await get(handle, { dl: 'x' })).status).toBe(400);
		expect((await get(`${handle}+txt`)).data).toBe('0123456789');
	});

	test('supports HEAD, ranges and If-None-Match', async () => {
		const handle = await stack.handle('0123456789');
		const params = stack.sign();
		const head = await stack.http.head<string>(stack.file(handle), { params });
		expect([head.status, head.headers['content-length'], head.data]).toEqual([200, '10', '']);
		const part = await get(handle, {}, { range: 'bytes=2-4' });
		expect([part.status, part.data, part.headers['content-range']]).toEqual([
			206,
			'234',
			'bytes 2-4/10',
		]);
		const beyond = await get(handle, {}, { range: 'bytes=50-' });
		expect([beyond.status, beyond.headers['content-range']]).toEqual([416, 'bytes */10']);
		const same = await get(handle, {}, { 'if-none-match': String(head.headers.etag) });
		expect(same.status).toBe(304);
	});

	test('sets the cache lifetime to the cache parameter', async () => {
		const handle = await stack.handle('abc');
		const control = async (cache?: string) =>
			(await get(handle, { cache })).headers['cache-control'] as unknown;
		expect(await control()).toMatch(/^public, max-age=\d+$/);
		expect(await control('false')).toBe('no-cache');
		expect(await control('expiry:60')).toBe('public, max-age=60');
	});
});

describe('metadata (Filestack docs, File API, Metadata)', () => {
	const bytes = randomBytes(70_000);

	test('returns the default fields', async () => {
		const handle = await stack.handle(bytes, { filename: 'a.png', mimetype: 'image/png' });
		const fields = await stack.metadata(handle);
		expect(Object.keys(fields)).toEqual([
			...['mimetype', 'uploaded', 'container', 'writeable', 'filename', 'location', 'key'],
			...['path', 'size'],
		]);
		expect(fields).toMatchObject({
			...{
				mimetype: 'image/png',
				writeable: true,
				filename: 'a.png',
				location: 'S3',
				size: 70_000,
			},
			path: fields.key,
		});
		// Milliseconds with a fraction.
		expect(Number.isInteger(fields.uploaded)).toBe(false);
		const now = stack.bench.sandbox.clock.now().getTime();
		expect(Math.abs(Number(fields.uploaded) - now)).toBeLessThan(10_000);
	});

	test('returns only the requested fields', async () => {
		const handle = await stack.handle(bytes);
		expect(await stack.metadata(handle, 'size')).toEqual({ size: 70_000 });
		expect(await stack.metadata(handle, 'cloud', 'source_url', 'upload_status')).toEqual({
			...{ cloud: null, source_url: null, upload_status: 'Stored' },
		});
		const params = { ...stack.sign(), size: true, mimetype: false };
		const { data } = await stack.http.get<unknown>(stack.file(handle, '/metadata'), { params });
		expect(data).toEqual({ size: 70_000 });
		const wrong = { ...stack.sign(), size: 'please' };
		const response = await stack.http.get<unknown>(stack.file(handle, '/metadata'), {
			params: wrong,
		});
		expect(response.data).toEqual(refusal(400, 'size must be true or false'));
	});

	test('returns real hashes', async () => {
		const handle = await stack.handle(bytes);
		const names = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'];
		const right = names.map((name) => [name, createHash(name).update(bytes).digest('hex')]);
		expect(await stack.metadata(handle, ...names)).toEqual(Object.fromEntries(right));
	});

	test('returns width and height for an image but not for text', async () => {
		const gif = Buffer.from('GIF89a\x02\x00\x03\x00\x00\x00\x00', 'latin1');
		const handle = await stack.handle(gif, {}, 'image/gif');
		expect(await stack.metadata(handle, 'width', 'height')).toEqual({ width: 2, height: 3 });
		expect(await stack.metadata(await stack.handle('abc'), 'width', 'size')).toEqual({ size: 3 });
	});

	test('is wrong if a fault applies', async () => {
		const handle = await stack.handle('abc');
		for (const type of ['wrongSize', 'wrongHash']) {
			await stack.bench.control('post', '/api/faults', { service: 'filestack', fault: { type } });
		}
		const { size, md5 } = await stack.metadata(handle, 'size', 'md5');
		expect(size).toBe(4);
		expect(md5).toMatch(/^[0-9a-f]{32}$/);
		expect(md5).not.toBe(createHash('md5').update('abc').digest('hex'));
		await stack.bench.control('delete', '/api/faults');
	});
});

describe('overwriting (Filestack docs, File API, Overwrite)', () => {
	const write = async (handle: string, body: unknown, policy: object, config: object = {}) =>
		await stack.http.request<unknown>({
			...{ method: 'post', url: stack.file(handle), data: body, params: stack.sign(policy) },
			headers: { 'content-type': 'text/markdown' },
			...config,
		});

	test.each(['post', 'put'])(
		'%s: stores new bytes and type under the old handle, name and key',
		async (method) => {
			const handle = await stack.handle('old', { filename: 'a.txt' });
			const before = await stack.metadata(handle);
			const { status, data } = await write(handle, '# new', { call: ['write'] }, { method });
			expect(status).toBe(200);
			expect(data).toEqual({
				...{ url: `${stack.origins.cdn}/${handle}`, mimetype: 'text/markdown', isWriteable: true },
				...{ size: 5, filename: 'a.txt' },
			});
			expect((await stack.bytes(handle)).toString()).toBe('# new');
			const after = await stack.metadata(handle);
			expect(after).toMatchObject({ key: before.key, size: 5 });
			expect(Number(after.uploaded)).toBeGreaterThan(Number(before.uploaded));
		},
	);

	test('accepts a URL, which needs another call', async () => {
		const handle = await stack.handle('old');
		const body = new URLSearchParams({ url: `${stack.origins.developer}/assets/style.css` });
		const config = { headers: {} };
		const refused = await write(handle, body, { call: ['write'] }, config);
		expect(refused.data).toEqual(refusal(403, 'policy does not allow the call writeUrl'));
		const { data } = await write(handle, body, { call: ['writeUrl'] }, config);
		expect(data).toMatchObject({ mimetype: 'text/css' });
		expect((await write(handle, 'x', { call: ['writeUrl'] })).status).toBe(403);
	});

	test('accepts multipart, as sent by the Python SDK, if the setting allows it', async () => {
		const handle = await stack.handle('old');
		await stack.settings({ uploadBody: 'multipart' });
		const body = new FormData();
		body.append('fileUpload', new Blob(['new!'], { type: 'image/png' }), 'other.png');
		const { data } = await write(handle, body, { call: ['write'] }, { headers: {} });
		expect(data).toMatchObject({ size: 4, mimetype: 'image/png', filename: handle });
		await stack.settings({ uploadBody: 'documented' });
	});

	test('works with the app secret, and with base64', async () => {
		const handle = await stack.handle('old');
		const auth = { username: 'app', password: stack.appSecret };
		const params = { base64decode: true };
		const { status } = await write(handle, 'bmV3', {}, { params, auth });
		expect(status).toBe(200);
		expect((await stack.bytes(handle)).toString()).toBe('new');
	});

	test('keeps the old file if it fails', async () => {
		const handle = await stack.handle('old');
		expect(
			(await write(handle, '!!', {}, { params: { ...stack.sign(), base64decode: 1 } })).status,
		).toBe(400);
		expect((await write(handle, 'x', { handle: 'other' })).status).toBe(403);
		expect((await write('A'.repeat(20), 'x', {})).status).toBe(404);
		const key = { params: { ...stack.sign(), key: 'other' } };
		expect((await write(handle, 'x', {}, key)).data).toEqual(refusal(401, 'Invalid API key'));
		expect((await stack.bytes(handle)).toString()).toBe('old');
	});
});

describe('deleting (Filestack docs, File API, Delete)', () => {
	const remove = async (
		handle: string,
		query: object = {},
		policy: object = { call: ['remove'] },
	) =>
		await stack.http.delete<unknown>(stack.file(handle), {
			params: { ...stack.sign(policy), ...query },
		});
	const objectOf = async (key: unknown) =>
		(await stack.list<{ key: string }>('objects')).find((object) => object.key === key);

	test('removes the file and its object', async () => {
		const handle = await stack.handle('abc');
		const { key } = await stack.metadata(handle);
		expect(await objectOf(key)).toBeDefined();
		const { status, data } = await remove(handle, { key: stack.apiKey });
		expect([status, data]).toEqual([200, {}]);
		expect(await objectOf(key)).toBeUndefined();
		for (const path of ['', '/metadata']) {
			const gone = await stack.http.get<unknown>(stack.file(handle, path), {
				params: stack.sign(),
			});
			expect([gone.status, gone.data]).toEqual([404, refusal(404, 'File not found')]);
		}
		expect((await remove(handle)).status).toBe(404);
	});

	test('keeps the object with skip_storage', async () => {
		const handle = await stack.handle('abc');
		const { key } = await stack.metadata(handle);
		expect((await remove(handle, { skip_storage: true })).status).toBe(200);
		expect(await objectOf(key)).toMatchObject({ size: 3 });
		expect((await stack.http.get(stack.file(handle), { params: stack.sign() })).status).toBe(404);
		expect((await http.get<string>(stack.origins.developer)).data).toContain(String(key));
	});

	test('works with the old path', async () => {
		const handle = await stack.handle('abc');
		const params = { key: stack.apiKey, ...stack.sign({ call: ['remove'] }) };
		const url = stack.file(handle, '/remove');
		expect((await stack.http.post(url, undefined, { params })).status).toBe(200);
		expect((await remove(handle)).status).toBe(404);
	});

	test('requires permission', async () => {
		const handle = await stack.handle('abc');
		expect((await remove(handle, {}, { call: ['read', 'write'] })).status).toBe(403);
		expect((await remove(handle, { key: 'other' })).status).toBe(401);
		expect((await remove(handle, { skip_storage: 'x' })).status).toBe(400);
		expect(await stack.bytes(handle)).toHaveLength(3);
	});
});
