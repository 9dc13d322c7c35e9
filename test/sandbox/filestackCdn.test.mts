import { readFile } from 'node:fs/promises';
import { imageSize } from '../../sandbox/services/filestack/imageSize.mts';
import {
	readCdnPath,
	securityIn,
	taskParameters,
} from '../../sandbox/services/filestack/cdnPath.mts';
import { http, Receiver } from './support.mts';
import { handleOf, Stack, type Stored } from './filestackSupport.mts';
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';

let stack: Stack;
let source: string;
beforeAll(async () => {
	stack = await Stack.start();
	source = `${stack.origins.developer}/assets/style.css`;
});
afterAll(async () => await stack.bench.stop());

const PNG = await readFile('sandbox/documents/photo-id.png');
/** Two segments to skip, one of them with a fill byte, then the frame header: 300 by 200. */
const JPEG = Buffer.from(
	'ffd8ffe000104a46494600010100000100010000ffffdb0004aaaaffc2001108' + '00c8012c' + '03012200',
	'hex',
);

describe('delivery (Filestack docs, Processing)', () => {
	test('accepts the security task in short and long form, in any order, and the query', async () => {
		const handle = await stack.handle('abc', { filename: 'a.txt' });
		const { policy, signature } = stack.sign({ call: ['read'], handle });
		const paths = [
			`/security=p:${policy},s:${signature}/${handle}`,
			`/security=s:${signature},p:${policy}/${handle}`,
			`/security=policy:${policy},signature:${signature}/${handle}`,
			`/security=signature:${signature},policy:${policy}/${handle}`,
			`/${encodeURIComponent(`security=p:${policy},s:${signature}`)}/${handle}`,
			`/${handle}?policy=${encodeURIComponent(policy)}&signature=${signature}`,
		];
		for (const path of paths) {
			const { status, data, headers } = await stack.http.get<string>(stack.origins.cdn + path);
			expect([path, status, data]).toEqual([path, 200, 'abc']);
			expect(headers['content-disposition']).toMatch(/^inline; filename=a\.txt$/);
		}
	});

	test('supports dl, cache, HEAD, ranges and ETag', async () => {
		const handle = await stack.handle('0123456789');
		const url = stack.cdn(handle);
		const saved = await stack.http.get(`${url}?dl=true`);
		expect(saved.headers['content-disposition']).toMatch(/^attachment; /);
		const head = await stack.http.head(url);
		expect([head.status, head.headers['content-length']]).toEqual([200, '10']);
		const part = await stack.http.get<string>(url, {
			headers: { range: 'bytes=-3' },
			responseType: 'text',
		});
		expect([part.status, part.data]).toEqual([206, '789']);
		const headers = { 'if-none-match': String(head.headers.etag) };
		expect((await stack.http.get(url, { headers })).status).toBe(304);
		const cached = await http.get(stack.cdn(`cache=expiry:60/${handle}`));
		expect(cached.headers['cache-control']).toBe('public, max-age=60');
		expect((await http.get(stack.cdn(`cache=false/${handle}`))).headers['cache-control']).toBe(
			'no-cache',
		);
	});

	test('returns the new file with another ETag after an overwrite', async () => {
		const handle = await stack.handle('old');
		const before = await stack.http.get(stack.cdn(handle));
		const params = stack.sign({ call: ['write'] });
		await stack.http.put(stack.file(handle), 'new', {
			params,
			headers: { 'content-type': 'text/plain' },
		});
		const after = await stack.http.get<string>(stack.cdn(handle));
		expect(after.data).toBe('new');
		expect(after.headers.etag).not.toBe(before.headers.etag);
	});

	test('returns metadata', async () => {
		const handle = await stack.handle('abc');
		const { data } = await stack.http.get<unknown>(`${stack.cdn(`${handle}/metadata`)}?size=true`);
		expect(data).toEqual({ size: 3 });
		const query = new URLSearchParams({ ...stack.sign(), size: 'true' });
		const other = await stack.http.get<unknown>(
			`${stack.origins.cdn}/${handle}/metadata?${query.toString()}`,
		);
		expect(other.data).toEqual({ size: 3 });
		expect(
			(await stack.http.get(`${stack.cdn(`${handle}/metadata`, { call: ['read'] })}`)).status,
		).toBe(403);
	});

	const NONE = 'policy error: proper credentials were not provided';
	test('responds with errors in plain text', async () => {
		const handle = await stack.handle('abc');
		const { policy, signature } = stack.sign();
		const refused: [string, number, string | RegExp][] = [
			[`/${handle}`, 403, NONE],
			[`/AAAAAAAAAAAAAAAAAAAA`, 403, NONE],
			[`/security=p:${policy}/${handle}`, 403, 'invalid security policy path'],
			[`/security=${policy},${signature}/${handle}`, 403, 'invalid security policy path'],
			[`/security=p:${policy},s:${signature},x:y/${handle}`, 403, 'invalid security policy path'],
			[
				`/security=p:${policy},s:0/${handle}`,
				403,
				new RegExp(
					String.raw`^application \[\d+\] policy error: signature does not match the policy: \(signature: "0"; policy "ey[^"]+"\)$`,
				),
			],
		];
		for (const [path, status, sentence] of refused) {
			const response = await stack.http.get<string>(stack.origins.cdn + path);
			expect([path, response.status]).toEqual([path, status]);
			expect(response.headers['content-type']).toBe('text/plain; charset=utf-8');
			if (typeof sentence === 'string') expect(response.data).toBe(sentence);
			else expect(response.data).toMatch(sentence);
		}
		expect((await stack.http.get<string>(stack.cdn('A'.repeat(20)))).data).toBe('File not found');
		const auth = { username: 'app', password: stack.appSecret };
		expect((await stack.http.get(`${stack.origins.cdn}/${handle}`, { auth })).status).toBe(403);
	});

	test('needs no policy if security is off', async () => {
		const handle = await stack.handle('abc');
		await stack.settings({ security: 'off' });
		expect((await stack.http.get(`${stack.origins.cdn}/${handle}`)).status).toBe(200);
		await stack.settings({ security: 'on' });
	});

	test('rejects unsupported tasks and methods', async () => {
		const handle = await stack.handle('abc');
		for (const path of ['enlarge=width:100', 'resize=heigt:100', 'resize=width:0']) {
			expect((await http.get(stack.cdn(`${path}/${handle}`))).status).toBe(400);
		}
		for (const method of ['put', 'patch', 'delete']) {
			const response = await http.request<unknown>({ method, url: stack.cdn(handle) });
			expect([response.status, response.headers.allow]).toEqual([405, 'GET, POST']);
		}
		expect((await http.post(stack.cdn(handle))).status).toBe(405);
		expect((await http.get(`${stack.origins.cdn}/`)).status).not.toBe(500);
		expect((await http.get(`${stack.origins.cdn}/%zz`)).status).toBe(400);
	});
});

describe('imagesize', () => {
	const images: [string, Buffer, object][] = [
		['PNG', PNG, { height: PNG.readUInt32BE(20), width: PNG.readUInt32BE(16) }],
		['JPEG', JPEG, { height: 200, width: 300 }],
		['GIF', Buffer.from('GIF87a\x02\x01\x03\x00', 'latin1'), { height: 3, width: 258 }],
	];
	test.each(images)('%s', async (_type, bytes, size) => {
		const handle = await stack.handle(bytes, {}, 'image/x');
		const { data } = await stack.http.get<unknown>(stack.cdn(`imagesize/${handle}`));
		expect(data).toEqual(size);
		// The order of the tasks does not matter.
		const { policy, signature } = stack.sign({ call: ['read', 'convert'] });
		const path = `/imagesize/security=p:${policy},s:${signature}/${handle}`;
		expect((await stack.http.get<unknown>(stack.origins.cdn + path)).data).toEqual(size);
	});

	test('needs both calls, and an image', async () => {
		const handle = await stack.handle(PNG);
		for (const call of [['read'], ['convert']]) {
			expect((await stack.http.get(stack.cdn(`imagesize/${handle}`, { call }))).status).toBe(403);
		}
		const text = await stack.http.get<string>(stack.cdn(`imagesize/${await stack.handle('abc')}`));
		expect([text.status, text.data]).toEqual([
			400,
			'imagesize: the file is not a PNG, JPEG or GIF',
		]);
	});

	test('rejects a file that only starts like an image without reading all of it', async () => {
		const path = join(stack.bench.folder, 'image');
		const broken = [
			...[Buffer.alloc(0), PNG.subarray(0, 20), JPEG.subarray(0, 25), Buffer.from('GIF8')],
			...[
				Buffer.from('ffd8', 'hex'),
				Buffer.concat([JPEG.subarray(0, 2), Buffer.alloc(1e6, 0xff)]),
			],
		];
		for (const bytes of broken) {
			await writeFile(path, bytes);
			expect(await imageSize(path)).toBeUndefined();
		}
	});
});

describe('storing a URL', () => {
	test('works through /process on both hosts', async () => {
		const body = (policy: object) => ({
			apikey: stack.apiKey,
			sources: [source],
			tasks: [
				{ name: 'store', params: { location: 'gcs', path: 'x/', filename: 'b.css' } },
				{ name: 'security', params: stack.sign(policy) },
			],
			upload_tags: { a: 'b' },
		});
		for (const host of [stack.origins.process, stack.origins.cdn]) {
			const { status, data } = await stack.http.post<Stored & { handle: string }>(
				`${host}/process`,
				body({}),
			);
			expect(status).toBe(200);
			expect(data).toMatchObject({ filename: 'b.css', type: 'text/css', upload_tags: { a: 'b' } });
			expect(data.key).toMatch(/^x\//);
			expect(data.url).toBe(`${stack.origins.cdn}/${data.handle}`);
			expect(await stack.metadata(data.handle, 'location')).toEqual({ location: 'gcs' });
			const refused = await stack.http.post<unknown>(`${host}/process`, body({ call: ['read'] }));
			expect(refused.data).toEqual({
				error: 'policy error: policy does not allow the call store or pick',
			});
		}
	});

	test('sends headers to the source if the policy allows it', async () => {
		const receiver = await Receiver.start();
		const post = async (policy: object) =>
			await stack.http.post<unknown>(`${stack.origins.process}/process`, {
				apikey: stack.apiKey,
				sources: [{ source: receiver.url, headers: { 'x-source': 'secret' } }],
				tasks: [{ name: 'security', params: stack.sign(policy) }],
			});
		expect((await post({ url: 'elsewhere' })).status).toBe(403);
		expect(receiver.requests).toHaveLength(0);
		expect((await post({ url: '/hook$' })).status).toBe(200);
		expect(receiver.requests[0].headers['x-source']).toBe('secret');
		await receiver.stop();
	});

	test('responds to an invalid request to /process with a JSON error', async () => {
		const url = `${stack.origins.process}/process`;
		const wrong: [unknown, number][] = [
			[{ apikey: 'x', sources: [source] }, 401],
			[{ apikey: stack.apiKey, sources: [source] }, 403],
			[{ apikey: stack.apiKey }, 400],
			[{ apikey: stack.apiKey, sources: [] }, 400],
			[{ apikey: stack.apiKey, sources: [source], tasks: [{ name: 'resize' }] }, 400],
			['{"no', 400],
		];
		for (const [body, status] of wrong) {
			const headers = { 'content-type': 'application/json' };
			const response = await stack.http.post<{ error: string }>(url, body, { headers });
			expect([body, response.status]).toEqual([body, status]);
		}
	});

	test('works by path, plain or encoded, with a quoted folder', async () => {
		const { policy, signature } = stack.sign({ call: ['store'] });
		const task = `security=p:${policy},s:${signature}`;
		for (const url of [source, encodeURIComponent(source)]) {
			const path = `/${stack.apiKey}/${task}/store=location:s3,path:"/y/",filename:"a, b.css"/${url}`;
			const { status, data } = await http.get<Stored>(stack.origins.cdn + path);
			expect(status).toBe(200);
			expect(Object.keys(data)).toEqual(['container', 'filename', 'key', 'size', 'type', 'url']);
			expect(data.filename).toBe('a, b.css');
			expect(data.key).toMatch(/^y\/.{20}_a, b\.css$/);
			expect(await stack.bytes(handleOf(data.url))).toHaveLength(data.size);
		}
		const stranger = await http.get<string>(`${stack.origins.cdn}/AAA/${task}/store/${source}`);
		expect([stranger.status, stranger.data]).toEqual([
			401,
			'storage provider error: Invalid Application (idx 0)',
		]);
		const head = await http.head(`${stack.origins.cdn}/${stack.apiKey}/${task}/store/${source}`);
		expect(head.status).toBe(405);
	});
});

describe('parsing a CDN path', () => {
	test('returns its components', () => {
		expect(readCdnPath('/KEY/security=p:a,s:b/store=path:"/x/"/http://a/b')).toMatchObject({
			apiKey: 'KEY',
			tasks: [{ name: 'security' }, { name: 'store', parameters: { path: '/x/' } }],
			sources: ['http://a/b'],
		});
		expect(readCdnPath('/imagesize/HANDLE+png')).toMatchObject({ sources: ['HANDLE'] });
		expect(readCdnPath('/resize=width:9/resize=width:5/H').tasks).toHaveLength(2);
		expect(readCdnPath('/KEY/zip/[H,%22https%3A%2F%2Fe.com%2Fa,b%22]')).toMatchObject({
			sources: ['H', 'https://e.com/a,b'],
			isList: true,
		});
		expect(readCdnPath('/KEY/flip/"src://alias/dir/x.jpg"')).toMatchObject({
			sources: ['src://alias/dir/x.jpg'],
		});
		expect(() => readCdnPath('/a/b/c')).toThrow('task "b" is not known');
		expect(taskParameters('a:1,b:"x, y",c:[1,[2,3]]')).toEqual({
			...{ a: '1', b: 'x, y' },
			c: ['1', ['2', '3']],
		});
		expect(taskParameters('false')).toEqual({ '': 'false' });
		expect(securityIn({ s: 'b', p: 'a==' })).toEqual({ policy: 'a==', signature: 'b' });
	});
});
