import { parse } from 'content-disposition';
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { RequestEntry } from '../../sandbox/core/requestLog.mts';
import { eventually, http } from './support.mts';
import { handleOf, refusal, Stack } from './filestackSupport.mts';

let stack: Stack;
/** The sandbox's log, which contains only its own faults. */
const problems: string[] = [];
beforeAll(async () => (stack = await Stack.start(undefined, (line) => problems.push(line))));
afterAll(async () => await stack.bench.stop());
afterEach(() => expect(problems).toEqual([]));

const NAMES = [
	...['../../../etc/passwd', '..', '.', '/', 'a\0b', 'a\r\nX-Evil: 1', 'Résumé 🎉.pdf', '"\'<>&%'],
	...['%2e%2e%2f', 'con', ' ', 'n'.repeat(300), '__proto__', 'constructor'],
];

/** Sends a request that no HTTP client would send and returns the response. */
async function raw(url: string, request: string): Promise<string> {
	const { hostname, port } = new URL(url);
	const socket = connect(Number(port), hostname);
	socket.end(request);
	return await text(socket);
}

describe('file names', () => {
	test.each(NAMES)('%j: is stored, returned and delivered unchanged', async (filename) => {
		const { status, data } = await stack.store('abc', { filename, path: `${filename}/` });
		expect(status).toBe(200);
		expect(data.filename).toBe(filename);
		const handle = handleOf(data.url);
		expect(await stack.metadata(handle, 'filename')).toEqual({ filename });
		const { headers } = await stack.http.get(stack.cdn(handle));
		const header = String(headers['content-disposition']);
		expect(header).toMatch(/^inline; filename=[\x20-\x7e]+$/);
		expect(parse(header).parameters.filename).toBe(filename);
		expect(headers['x-evil']).toBeUndefined();
	});

	test('replaces a lone surrogate in JSON', async () => {
		const body = {
			...{ apikey: stack.apiKey, sources: [`${stack.origins.developer}/assets/style.css`] },
			tasks: [
				{ name: 'store', params: { filename: 'a\ud83d.txt' } },
				{ name: 'security', params: stack.sign() },
			],
		};
		const { data } = await stack.http.post<{ filename: string }>(
			`${stack.origins.process}/process`,
			body,
		);
		expect(data.filename).toBe('a\ufffd.txt');
	});

	test('are never used on disk', async () => {
		const folder = join(stack.bench.folder, 'services/filestack');
		for (const name of await readdir(folder, { recursive: true })) {
			expect(name).toMatch(
				/^(files|handles|objects|uploads|videos|jobs|webhooks)?\/?[A-Za-z0-9]*(\.json)?$/,
			);
		}
	});
});

describe('handles', () => {
	test.each([
		...[
			'..%2f..%2fsecrets',
			'%00',
			'%0d%0ax',
			'x'.repeat(500),
			'__proto__',
			'%F0%9F%8E%89',
			'.',
			'..%2Fa',
		],
		...['http:', 'metadata', 'store', ';', '%2F', '+'],
	])('%s does not exist, or is not a path', async (handle) => {
		const query = new URLSearchParams({ ...stack.sign() }).toString();
		for (const method of ['get', 'post', 'delete']) {
			const url = `${stack.origins.api}/api/file/${handle}?${query}`;
			const headers = { 'content-type': 'text/plain' };
			const response = await http.request<unknown>({ method, url, headers, data: 'x' });
			expect([400, 404, 405]).toContain(response.status);
			expect(response.data).toMatchObject({ result: 'error', error: { code: response.status } });
		}
		for (const path of [
			handle,
			`imagesize/${handle}`,
			`${handle}/metadata`,
			`run_workflow=id:a/${handle}`,
		]) {
			const response = await http.get(stack.cdn(path));
			expect([400, 401, 403, 404]).toContain(response.status);
		}
	});

	test('rejects malformed policies', async () => {
		const handle = await stack.handle('abc');
		const wild = [
			'',
			'=',
			'====',
			'A'.repeat(4000),
			'%',
			'\0',
			'🎉',
			'bnVsbA==',
			'MQ==',
			'InRleHQi',
		];
		for (const policy of wild) {
			for (const signature of ['', '0'.repeat(64), '🎉']) {
				const params = { policy, signature };
				const response = await http.get(stack.file(handle), { params });
				expect([401, 403]).toContain(response.status);
				const path = `security=p:${encodeURIComponent(policy)},s:${encodeURIComponent(signature)}`;
				expect((await http.get(`${stack.origins.cdn}/${path}/${handle}`)).status).toBe(403);
			}
		}
	});
});

describe('other requests', () => {
	test('get errors in the shape of the origin for unknown paths and wrong methods', async () => {
		for (const path of ['', '/api', '/api/file', '/api/file/a/b', '/api/files/a']) {
			const { status, data } = await http.get<unknown>(stack.origins.api + path);
			expect([path, status, data]).toEqual([path, 404, refusal(404, 'File not found')]);
		}
		const patch = await http.patch<unknown>(stack.file('a'), {});
		expect([patch.status, patch.headers.allow]).toEqual([405, 'GET, POST, PUT, DELETE']);
		const get = await http.get<unknown>(`${stack.origins.api}/api/store/S3`);
		expect([get.status, get.headers.allow, get.data]).toEqual([
			405,
			'POST',
			refusal(405, 'Method Not Allowed'),
		]);
		expect((await http.get(`${stack.origins.process}/process`)).data).toHaveProperty('error');
	});

	test.each([
		['not HTTP', 'HELLO\r\n\r\n'],
		['a path with invalid encoding', 'GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
		['a header with a NUL', 'GET / HTTP/1.1\r\nHost: x\r\nx: \0\r\n\r\n'],
	])('%s: 400', async (_what, request) => {
		expect(await raw(stack.origins.api, request)).toMatch(/^HTTP\/1.1 400 [^]*"result":"error"/);
		expect(await raw(stack.origins.upload, request)).toMatch(/^HTTP\/1.1 400 [^]*"i":"UPL-/);
		expect(await raw(stack.origins.cdn, request)).toMatch(
			/^HTTP\/1.1 400 [^]*content-type: text\/plain/i,
		);
	});

	test('leave nothing behind if an upload is aborted', async () => {
		const files = join(stack.bench.folder, 'services/filestack/files');
		const before = await readdir(files);
		const proof = new URLSearchParams({ key: stack.apiKey, ...stack.sign() }).toString();
		for (const query of [proof, `${proof}&base64decode=true`]) {
			await stack.bench.control('delete', '/api/requests');
			const { hostname, port } = new URL(stack.origins.api);
			const socket = connect(Number(port), hostname);
			socket.write(
				`POST /api/store/S3?${query} HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\nabcd`,
			);
			await eventually(async () =>
				(await readdir(files)).length > before.length ? true : undefined,
			);
			socket.resetAndDestroy();
			await eventually(async () =>
				(await readdir(files)).length === before.length ? true : undefined,
			);
		}
	});

	test('count against one rate limit for all origins', async () => {
		await stack.bench.advance(61);
		await stack.settings({ requestsPerMinute: 3 });
		const handle = 'A'.repeat(20);
		const responses = [
			await http.get(stack.file(handle)),
			await http.get<unknown>(`${stack.origins.cdn}/${handle}`),
			await http.post<unknown>(`${stack.origins.upload}/multipart/start`, {}),
			await http.get<unknown>(stack.file(handle)),
			await http.get<unknown>(`${stack.origins.cdn}/${handle}`),
			await http.post<unknown>(`${stack.origins.upload}/multipart/start`, {}),
		];
		expect(responses.map(({ status }) => status)).toEqual([403, 403, 400, 429, 429, 429]);
		expect(responses.map(({ headers }) => headers['filestack-remaining'] as unknown)).toEqual([
			'2',
			'1',
			'0',
			'0',
			'0',
			'0',
		]);
		expect(responses[3].data).toEqual(refusal(429, 'Rate limit exceeded'));
		expect(responses[4].data).toBe('Rate limit exceeded');
		expect(responses[5].data).toMatchObject({ error: 'Rate limit exceeded' });
		const { headers } = responses[3];
		expect(headers['filestack-limit']).toBe('3');
		expect(headers['retry-after']).toBeUndefined();
		const now = stack.bench.sandbox.clock.now().getTime() / 1000;
		const wait = Number(headers['filestack-reset']) - now;
		expect(wait).toBeGreaterThan(0);
		expect(wait).toBeLessThanOrEqual(61);
		await stack.bench.advance(Math.ceil(wait));
		expect((await http.get(stack.file(handle))).status).toBe(403);
		await stack.settings({ requestsPerMinute: 10_000 });
	});

	test("get a 429 with the service's headers from a fault", async () => {
		const fault = { type: 'status', status: 429 };
		await stack.bench.control('post', '/api/faults', { service: 'filestack', times: 1, fault });
		const { status, headers } = await http.get(stack.file('a'));
		expect([status, headers['filestack-remaining']]).toEqual([429, '0']);
	});

	test('leave no secrets in the log', async () => {
		const { data } = await stack.bench.control<RequestEntry[]>('get', '/api/requests');
		const log = JSON.stringify(data);
		for (const secret of [stack.appSecret, stack.webhookSecret]) expect(log).not.toContain(secret);
	});
});
