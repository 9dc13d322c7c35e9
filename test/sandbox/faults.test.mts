import { AxiosError } from 'axios';
import { Faults, type NewFaultRule } from '../../sandbox/core/faults.mts';
import type { RequestEntry } from '../../sandbox/core/requestLog.mts';
import { Bench, http, Receiver, REQUEST, upload } from './support.mts';

let bench: Bench;
beforeAll(async () => (bench = await Bench.start()));
afterAll(async () => await bench.stop());
beforeEach(async () => {
	await bench.control('delete', '/api/faults');
	await bench.control('delete', '/api/requests');
});

const add = async (rule: object) =>
	await bench.control<{ id: string; error: string }>('post', '/api/faults', {
		service: 'fileCourier',
		...rule,
	});

/** Returns the error code of a broken connection, or the status of the response. */
const outcome = async (call: Promise<{ status: number }>) =>
	await call.then(
		({ status }) => status,
		(error: unknown) => (error as AxiosError).code,
	);

const ping = async () => await outcome(http.get(`${bench.api}/req_1`, { auth: bench.auth }));
const sessions = async () =>
	(await bench.control<unknown[]>('get', '/api/services/fileCourier/sessions')).data.length;

describe('faults of requests', () => {
	test("status: responds with an error in the service's shape and with headers, without processing", async () => {
		const before = await sessions();
		await add({ fault: { type: 'status', status: 429, headers: { 'Retry-After': '7' } } });
		const answer = await bench.create(REQUEST);
		expect([answer.status, answer.headers['retry-after']]).toEqual([429, '7']);
		expect(answer.data).toEqual({ status: false, error: 'Too many requests' });
		expect(await sessions()).toBe(before);
	});

	test('status: uses a custom message', async () => {
		await add({ fault: { type: 'status', status: 503, message: 'Back soon' } });
		expect((await bench.create(REQUEST)).data).toEqual({ status: false, error: 'Back soon' });
	});

	test('html: responds with a page instead of JSON', async () => {
		await add({ fault: { type: 'html', status: 502 } });
		const { status, headers, data } = await http.get<string>(bench.api);
		expect(status).toBe(502);
		expect(headers['content-type']).toContain('text/html');
		expect(data).toContain('<html>');
	});

	test('reset: closes the connection without processing', async () => {
		const before = await sessions();
		await add({ fault: { type: 'reset' } });
		expect(await outcome(bench.create(REQUEST))).toBe('ECONNRESET');
		expect(await sessions()).toBe(before);
	});

	test('resetAfterBody: processes the request but sends no response', async () => {
		const before = await sessions();
		await add({ method: 'POST', fault: { type: 'resetAfterBody' } });
		expect(await outcome(bench.create(REQUEST))).toBe('ECONNRESET');
		expect(await sessions()).toBe(before + 1);
	});

	test('truncate: sends half of the response', async () => {
		await add({ fault: { type: 'truncate' } });
		await expect(bench.create(REQUEST)).rejects.toThrow('aborted');
	});

	test('truncate: sends this many bytes of a file with its full Content-Length', async () => {
		const receiver = await Receiver.start();
		const { link } = await bench.session({ callback_url: receiver.url });
		await upload(link, { name: 'a.txt', bytes: 'x'.repeat(200_000) });
		await bench.delivery(({ state }) => state === 'delivered');
		const { url } = (
			JSON.parse(receiver.requests[0].body) as { data: { files: { url: string }[] } }
		).data.files[0];
		await add({ origin: 'files', fault: { type: 'truncate', bytes: 70_000 } });
		const response = await fetch(url);
		expect(response.headers.get('content-length')).toBe('200000');
		let received = 0;
		const reading = (async () => {
			for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>)
				received += chunk.length;
		})();
		await expect(reading).rejects.toThrow('terminated');
		expect(received).toBe(70_000);
		await receiver.stop();
	});

	test('delay: delays the response', async () => {
		await add({ fault: { type: 'delay', milliseconds: 250 } });
		const started = performance.now();
		expect(await ping()).toBe(404);
		expect(performance.now() - started).toBeGreaterThanOrEqual(245);
	});

	test('applies several rules together: a delay, then an error', async () => {
		await add({ fault: { type: 'delay', milliseconds: 100 } });
		await add({ fault: { type: 'status', status: 500 } });
		expect(await ping()).toBe(500);
		const { data } = await bench.control<RequestEntry[]>('get', '/api/requests');
		expect(data.at(-1)).toMatchObject({ status: 500, faults: ['delay', 'status'] });
	});
});

describe('matching of rules', () => {
	const fault = { type: 'status', status: 500 } as const;
	const counted = async (rule: object, calls: number) => {
		await add({ ...rule, fault });
		const statuses = [];
		for (let call = 0; call < calls; call += 1) statuses.push(await ping());
		return statuses;
	};

	test('nth: applies to this request only', async () => {
		expect(await counted({ nth: 2 }, 4)).toEqual([404, 500, 404, 404]);
	});
	test('times: applies this many times', async () => {
		expect(await counted({ times: 2 }, 4)).toEqual([500, 500, 404, 404]);
	});
	test('nth and times: applies this many times, starting at nth', async () => {
		expect(await counted({ nth: 2, times: 2 }, 4)).toEqual([404, 500, 500, 404]);
	});
	test('matches an origin, a method, a path prefix and a path pattern', async () => {
		for (const [rule, expected] of [
			[{ origin: 'api' }, 500],
			[{ origin: 'files' }, 404],
			[{ method: 'GET' }, 500],
			[{ method: 'POST' }, 404],
			[{ path: '/api/ext' }, 500],
			[{ path: '/ext' }, 404],
			[{ path: '*/sessions/*' }, 500],
			[{ path: '/api/*/sessions' }, 404],
		] as const) {
			await bench.control('delete', '/api/faults');
			expect([rule, ...(await counted(rule, 1))]).toEqual([rule, expected]);
		}
	});
	test('applies with a probability', () => {
		const chances = [0.1, 0.6, 0.29];
		const faults = new Faults(() => chances.shift() ?? 1);
		const rule: NewFaultRule = { service: 's', probability: 0.3, fault };
		faults.add(rule);
		const occasion = { on: 'request', service: 's', method: 'GET', path: '/' } as const;
		expect([1, 2, 3].map(() => faults.apply(occasion).length)).toEqual([1, 0, 1]);
	});
});

describe('the list of rules', () => {
	test('shows the counts; removes one rule or all', async () => {
		const { status, data: rule } = await add({ times: 1, fault: { type: 'status', status: 500 } });
		expect(status).toBe(201);
		await add({ fault: { type: 'badSignature' } });
		await ping();
		await ping();
		const list = async () => (await bench.control<object[]>('get', '/api/faults')).data;
		expect(await list()).toMatchObject([
			{ id: rule.id, on: 'request', seen: 2, applied: 1 },
			{ on: 'delivery', seen: 0, applied: 0 },
		]);
		expect((await bench.control('delete', `/api/faults/${rule.id}`)).status).toBe(204);
		expect((await bench.control('delete', `/api/faults/${rule.id}`)).status).toBe(404);
		expect(await list()).toHaveLength(1);
		expect((await bench.control('delete', '/api/faults')).status).toBe(204);
		expect(await list()).toHaveLength(0);
	});

	const reset = { type: 'reset' };
	const wrong: [string, object][] = [
		['an unknown fault', { fault: { type: 'explode' } }],
		['no fault', {}],
		['a delay without a time', { fault: { type: 'delay' } }],
		['an invalid status', { fault: { type: 'status', status: 99 } }],
		['an unknown field', { fault: { type: 'reset', status: 500 } }],
		['an unknown service', { service: 'unknown', fault: reset }],
		['an unknown origin', { origin: 'nowhere', fault: reset }],
		['an unknown method', { method: 'BREW', fault: reset }],
		['nth 0', { nth: 0, fault: reset }],
		['a probability over 1', { probability: 2, fault: reset }],
		['a reset of a delivery', { on: 'delivery', fault: reset }],
		['a bad signature of a request', { on: 'request', fault: { type: 'badSignature' } }],
	];
	test.each(wrong)('rejects %s with a message', async (_what, rule) => {
		const { status, data } = await add(rule);
		expect([400, 404]).toContain(status);
		expect(data.error).toMatch(/\w+/);
		expect((await bench.control('get', '/api/faults')).data).toEqual([]);
	});
});
