import type { RequestEntry } from '../../sandbox/core/requestLog.mts';
import { Bench, http, REQUEST } from './support.mts';

let bench: Bench;
beforeAll(async () => (bench = await Bench.start()));
afterAll(async () => await bench.stop());

describe('the control API', () => {
	test('reads, advances and resets the clock and changes its speed', async () => {
		const change = async (data: object) => await bench.control('post', '/api/clock', data);
		expect((await change({ speed: 0 })).data).toMatchObject({ speed: 0 });
		const { now } = (await bench.control<{ now: string }>('get', '/api/clock')).data;
		const later = (await change({ advance: 90 })).data as { now: string; aheadSeconds: number };
		expect(Date.parse(later.now) - Date.parse(now)).toBe(90_000);
		expect(later.aheadSeconds).toBe(90);
		expect((await change({ reset: true })).data).toMatchObject({ speed: 1, aheadSeconds: 0 });
	});

	test.each([
		{},
		{ advance: -1 },
		{ advance: '60' },
		{ speed: -1 },
		{ speed: 1e9 },
		{ back: 1 },
		{ advance: 1e12 },
	])('rejects %j as a change of the clock with 400', async (change) => {
		const { status, data } = await bench.control<{ error: string }>('post', '/api/clock', change);
		expect(status).toBe(400);
		expect(data.error).toMatch(/\w+/);
	});

	test('sets the Date header of every origin to sandbox time', async () => {
		await bench.advance(10 * 86_400);
		const { origins } = bench.sandbox.info.services.fileCourier;
		for (const origin of Object.values(origins)) {
			const date = Date.parse(String((await http.get(origin)).headers.date));
			expect((date - Date.now()) / 86_400_000).toBeCloseTo(10, 2);
		}
		await bench.control('post', '/api/clock', { reset: true });
	});

	test('logs requests without secrets', async () => {
		await bench.control('delete', '/api/requests');
		await bench.create({ ...REQUEST, callback_api_key: 'callback-key-2' });
		await bench.create({ subject: 7 });
		await http.get(`${bench.api}/req_1?token=query-secret`);
		const { data } = await bench.control<RequestEntry[]>('get', '/api/requests');
		expect(data).toMatchObject([
			{
				service: 'fileCourier',
				origin: 'api',
				method: 'POST',
				path: '/api/ext/sessions',
				status: 201,
				authorized: true,
				body: { ...REQUEST, callback_api_key: '***' },
			},
			{ status: 400, body: { subject: 7 } },
			{ method: 'GET', path: '/api/ext/sessions/req_1', status: 401, authorized: false },
		]);
		expect(data[0].headers).toEqual(expect.arrayContaining(['authorization', 'content-type']));
		const text = JSON.stringify(data);
		for (const secret of [
			'callback-key-2',
			bench.credentials.clientSecret,
			'Basic ',
			'query-secret',
		]) {
			expect(text).not.toContain(secret);
		}
	});

	test('keeps the latest 1,000 requests', async () => {
		for (let batch = 0; batch < 21; batch += 1) {
			await Promise.all(Array.from({ length: 50 }, () => http.get(bench.files)));
		}
		const { data } = await bench.control<RequestEntry[]>('get', '/api/requests');
		expect(data).toHaveLength(1000);
		expect((await bench.control('delete', '/api/requests')).status).toBe(204);
	});

	test.each([
		['get', '/api/nothing'],
		['get', '/api/deliveries/dlv_0'],
		['get', '/api/services/unknown/sessions'],
		['get', '/api/services/fileCourier/nothing'],
		['get', '/api/services/fileCourier/toString'],
		['put', '/api/info'],
	])('responds to %s %s with 404 and a message', async (method, path) => {
		const { status, data } = await bench.control<{ error: string }>(method, path);
		expect(status).toBe(404);
		expect(data.error).toMatch(/^There is no /);
	});
});
