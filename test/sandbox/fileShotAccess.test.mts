import { Shot } from './fileShotSupport.mts';
import { form, text } from './formSupport.mts';
import { http } from './support.mts';

let shot: Shot;
beforeAll(async () => (shot = await Shot.start()));
afterAll(async () => await shot.stop());

const NO_KEY = { error: 'Invalid or missing API key' };

test('the credential contains both base URLs and the key', () => {
	const { credentials, origins } = shot.bench.sandbox.info.services.fileShot;
	expect(credentials).toEqual({
		baseUrl: origins.api,
		linkBaseUrl: origins.share,
		apiKey: expect.stringMatching(/^fs_[0-9a-f]{48}$/) as string,
	});
	expect(new Set(Object.values(origins)).size).toBe(3);
});

test.each([
	['none', undefined],
	['Basic', 'Basic eDp5'],
	['a wrong one', 'Bearer fs_0'],
	['a very long one', `Bearer ${'x'.repeat(5000)}`],
])('a key that is %s: 401', async (_what, authorization) => {
	const headers = { authorization };
	for (const [method, path] of [
		['get', '/files'],
		['delete', '/files/0'],
		['post', '/files/init-upload'],
		['post', '/files/upload-chunk/0/0'],
		['get', '/nowhere'],
	]) {
		const { status, data } = await http.request<unknown>({ method, url: shot.api + path, headers });
		expect([path, status, data]).toEqual([path, 401, NO_KEY]);
	}
	const file = form({ file: text('a') }, 'a');
	expect((await http.post(`${shot.api}/files/upload`, file, { headers })).status).toBe(401);
	expect(await shot.list('files')).toEqual([]);
});

test('a wrong key is rejected, even for public files', async () => {
	const { fileId } = await shot.upload('a', 'a');
	const headers = { authorization: 'Bearer wrong' };
	expect((await http.get(`${shot.api}/files/${fileId}`, { headers })).status).toBe(401);
	expect((await http.get(`${shot.api}/files/${fileId}`)).status).toBe(200);
});

test.each(['free', 'pro'])('the tier %s: 403 except for public files', async (tier) => {
	const { fileId } = await shot.upload('a', 'a');
	await shot.settings({ tier });
	const denied = { status: 403, data: { error: 'Insufficient tier (Creator+ required)' } };
	expect(await shot.get('/files')).toMatchObject(denied);
	expect(await shot.form('/files/upload', { file: text('a') })).toMatchObject(denied);
	expect(await shot.delete(`/files/${fileId}`)).toMatchObject(denied);
	expect((await shot.get(`/files/${fileId}`)).status).toBe(200);
	expect((await shot.get(`/files/download/${fileId}`)).status).toBe(302);
	await shot.settings({ tier: 'creator' });
});

describe('rate limits', () => {
	/** An unused account. */
	let shot: Shot;
	beforeEach(async () => (shot = await Shot.start()));
	afterEach(async () => await shot.stop());

	test('calls per minute: 429 without headers, then the limit resets', async () => {
		await shot.settings({ callsPerMinute: 2 });
		expect((await shot.get('/files')).status).toBe(200);
		expect((await shot.get('/files')).status).toBe(200);
		const { status, data, headers } = await shot.get('/files');
		expect([status, data]).toEqual([429, { error: 'Rate limit exceeded' }]);
		expect(Object.keys(headers).filter((name) => /retry|limit/.test(name))).toEqual([]);
		await shot.bench.advance(60);
		expect((await shot.get('/files')).status).toBe(200);
	});

	test('uploads per hour: 429 for the next upload of any kind', async () => {
		await shot.settings({ uploadsPerHour: 2 });
		await shot.upload('a', 'a');
		expect((await shot.post('/files/init-upload', {})).status).toBe(200);
		expect((await shot.form('/files/upload', { file: text('a') })).status).toBe(429);
		expect((await shot.post('/files/init-upload', {})).status).toBe(429);
		expect((await shot.get('/files')).status).toBe(200);
		await shot.bench.advance(3600);
		expect((await shot.post('/files/init-upload', {})).status).toBe(200);
	});

	test('creator has 1,000 calls per minute, professional has no limit', async () => {
		const headers = { ...shot.http.defaults.headers.common } as Record<string, string>;
		const call = async () => (await http.get(`${shot.api}/files`, { headers })).status;
		const statuses = async (count: number) => {
			const seen = new Set<number>();
			for (let batch = 0; batch < count; batch += 50) {
				for (const status of await Promise.all(Array.from({ length: 50 }, call))) seen.add(status);
			}
			return [...seen];
		};
		await shot.bench.control('post', '/api/clock', { speed: 0 });
		expect(await statuses(1000)).toEqual([200]);
		expect(await call()).toBe(429);
		await shot.settings({ tier: 'professional' });
		expect(await statuses(100)).toEqual([200]);
	});
});

test.each([
	['/files/upload', 'POST'],
	['/files/init-upload', 'POST'],
	['/files/upload-chunk/0/0', 'POST'],
	['/files', 'GET'],
	['/files/0', 'GET, DELETE'],
	['/files/download/0', 'GET'],
])('%s only accepts %s', async (url, allow) => {
	for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
		if (allow.includes(method)) continue;
		const response = await http.request<unknown>({
			...{ method, url: shot.api + url },
			headers: { ...shot.http.defaults.headers.common },
		});
		const { status, headers, data } = response;
		expect([method, status, headers.allow]).toEqual([method, 405, allow]);
		expect(data).toEqual({ error: 'Method not allowed' });
	}
});

test('a 429 or 503 created by a fault has the documented message', async () => {
	for (const [status, error] of [
		[429, 'Rate limit exceeded'],
		[503, 'Temporary backend issue'],
	]) {
		const rule = { service: 'fileShot', times: 1, fault: { type: 'status', status } };
		await shot.bench.control('post', '/api/faults', rule);
		expect(await shot.get('/files')).toMatchObject({ status, data: { error } });
	}
});
