import type { RequestEntry } from '../../sandbox/core/requestLog.mts';
import { App } from './filesAppSupport.mts';
import { form, text } from './formSupport.mts';
import { http } from './support.mts';

let app: App;
beforeAll(async () => (app = await App.start()));
afterAll(async () => await app.stop());

const NO_KEY = { code: 'unauthorized', message: 'Missing or invalid API key' };
const BAD_KEY = {
	code: 'invalid_api_key',
	message: 'The API key provided is invalid or has been revoked.',
};

describe('the API key', () => {
	test('is the one in the credential', () => {
		const { credentials, origins } = app.bench.sandbox.info.services.filesApp;
		expect(credentials).toEqual({
			baseUrl: `${origins.api}/api/v2`,
			apiKey: expect.stringMatching(/^sk_live_[0-9a-f]{32}$/) as string,
		});
	});

	test.each([
		['none', undefined, NO_KEY],
		['Basic', 'Basic c2tfbGl2ZTp4', NO_KEY],
		['no scheme', 'sk_live_0', NO_KEY],
		['a wrong one', 'Bearer sk_live_00000000000000000000000000000000', BAD_KEY],
		['a test key', 'Bearer sk_test_1', BAD_KEY],
		['a very long one', `Bearer ${'x'.repeat(5000)}`, BAD_KEY],
	])('%s: 401', async (_what, authorization, error) => {
		const headers = { authorization };
		for (const path of ['/files', '/files/file_0', '/nowhere', '/upload']) {
			const { status, data } = await http.get<unknown>(app.api + path, { headers });
			expect([status, data]).toEqual([401, { error }]);
		}
		const upload = await http.post<unknown>(`${app.api}/upload`, form({ file: text('a') }, 'a'), {
			headers,
		});
		expect([upload.status, upload.data]).toEqual([401, { error }]);
		expect(await app.list('files')).toEqual([]);
	});
});

describe('rate limits', () => {
	/** An unused account. */
	let app: App;
	beforeEach(async () => (app = await App.start()));
	afterEach(async () => await app.stop());
	const limits = (headers: object) => {
		const sent = headers as Record<string, string>;
		return ['limit', 'remaining', 'reset'].map((name) => Number(sent[`x-ratelimit-${name}`]));
	};

	test.each([
		['free', 100],
		['pro', 1000],
		['team', 10_000],
	])('of the plan %s: %d per hour', async (plan, limit) => {
		await app.settings({ plan });
		const now = app.bench.sandbox.clock.now().getTime() / 1000;
		const { headers } = await app.get('/files');
		expect(limits(headers).slice(0, 2)).toEqual([limit, limit - 1]);
		expect(limits(headers)[2] - now).toBeGreaterThan(3590);
		expect(limits(headers)[2] - now).toBeLessThanOrEqual(3600);
	});

	test('are reported in every response, end in a 429 and reset after one hour', async () => {
		await app.settings({ requestsPerHour: 3 });
		const id = 'file_0';
		expect(limits((await app.get('/files')).headers).slice(0, 2)).toEqual([3, 2]);
		expect(limits((await app.get(`/files/${id}`)).headers).slice(0, 2)).toEqual([3, 1]);
		const headersOf = { headers: { ...app.http.defaults.headers.common } } as object;
		const nowhere = await http.get(`${app.api}/nowhere`, headersOf);
		expect([nowhere.status, ...limits(nowhere.headers).slice(0, 2)]).toEqual([404, 3, 0]);
		const { status, headers, data } = await app.get('/files');
		const [limit, remaining, reset] = limits(headers);
		expect([status, limit, remaining]).toEqual([429, 3, 0]);
		const at = new Date(reset * 1000).toISOString().slice(0, 19);
		const message = `Too many requests. Please retry after ${at}Z.`;
		expect(data).toEqual({ error: { code: 'rate_limited', message } });
		expect(headers['retry-after']).toBeUndefined();
		await app.bench.advance(reset - app.bench.sandbox.clock.now().getTime() / 1000);
		expect((await app.get('/files')).status).toBe(200);
	});

	test('default to the free plan', async () => {
		await app.stop();
		app = await App.start({ plan: 'free' });
		const { data } = await app.bench.control('get', '/api/services/filesApp/settings');
		expect(data).toMatchObject({ plan: 'free', requestsPerHour: 0 });
	});

	test('are the same in a 429 created by a fault, which ends soon', async () => {
		const fault = { type: 'status', status: 429 };
		await app.bench.control('post', '/api/faults', { service: 'filesApp', times: 1, fault });
		const { status, headers, data } = await app.get('/files');
		const [, remaining, reset] = limits(headers);
		expect([status, remaining]).toEqual([429, 0]);
		expect(reset * 1000 - app.bench.sandbox.clock.now().getTime()).toBeLessThanOrEqual(2000);
		expect(data.error.message).toContain(new Date(reset * 1000).toISOString().slice(0, 19));
	});
});

test.each(['files-app.com', '192.168.1.5:4010', 'localhost.evil.example'])(
	'rejects plain HTTP to %s, which is not this machine',
	async (host) => {
		const response = await app.http.get('/files', { headers: { host } });
		expect(response).toMatchObject({
			status: 403,
			data: { error: { code: 'forbidden', message: 'API requests must be made over HTTPS' } },
		});
	},
);

test.each(['localhost', '127.0.0.1:1', '[::1]:80'])('%s is this machine', async (host) => {
	expect((await app.http.get('/files', { headers: { host } })).status).toBe(200);
});

test.each([
	['/upload', 'POST'],
	['/chunks', 'POST'],
	['/chunks/init', 'POST'],
	['/chunks/complete', 'POST'],
	['/files', 'GET'],
	['/files/file_0', 'GET, DELETE'],
	['/share', 'POST'],
	['/sync', 'GET'],
])('%s only accepts %s', async (path, allow) => {
	for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
		if (allow.includes(method)) continue;
		const { status, headers, data } = await http.request<unknown>({
			...{ method, url: app.api + path },
			headers: app.http.defaults.headers.common,
		});
		expect([method, status, headers.allow]).toEqual([method, 405, allow]);
		expect(data).toEqual({ error: { code: 'method_not_allowed', message: 'Method not allowed' } });
	}
});

test.each([
	['malformed JSON', '{"file_id":', 'application/json', 400],
	['nothing', '', 'application/json', 400],
	['text', 'abc', 'text/plain', 400],
	['a form', 'file_id=1', 'application/x-www-form-urlencoded', 400],
	['XML', '<a/>', 'application/xml', 400],
	['2 MiB', JSON.stringify({ file_id: 'x'.repeat(2 ** 21) }), 'application/json', 413],
	['__proto__', '{"__proto__":{"file_id":"1"}}', 'application/json', 400],
])('%s as the body of a share: %s', async (_what, body, type, status) => {
	const response = await app.http.post('/share', body, {
		headers: { 'content-type': type },
		transformRequest: (data: unknown) => data,
	});
	expect(response).toMatchObject({
		status,
		data: { error: { message: expect.any(String) as string } },
	});
});

test('the log contains no key', async () => {
	await app.get('/files');
	const { data } = await app.bench.control<RequestEntry[]>('get', '/api/requests');
	expect(data.at(-1)).toMatchObject({
		service: 'filesApp',
		path: '/api/v2/files',
		authorized: true,
	});
	expect(JSON.stringify(data)).not.toContain('sk_live');
});
