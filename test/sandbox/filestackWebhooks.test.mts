import { createHmac } from 'node:crypto';
import { pythonJson } from '../../sandbox/services/filestack/pythonJson.mts';
import { webhookSignature } from '../../sandbox/services/filestack/webhooks.mts';
import { eventually, Receiver } from './support.mts';
import { Stack } from './filestackSupport.mts';
import type { TestRequest } from '../support/testServer.ts';

interface Event {
	id: number;
	action: string;
	timestamp: number;
	text: Record<string, unknown>;
}

describe('the signature (Filestack docs, Webhooks)', () => {
	const vectors: [string, string, string, string, string][] = [
		[
			'filestack-js, security.spec.node.ts',
			'Y5cWb1rdRDSTSqEjF5pv',
			'1559199901',
			'{"id": 6844, "action": "fp.upload", "timestamp": 1559199901, "text": {"url": "http://cdn.filestackapi.dev/xK88QArxRiyVvFzo4p33", "client": "Computer", "data": {"filename": "01 (1).png", "type": "image/png", "size": 881855}}}',
			'14495b54b246e1352bb69cd91c5c1bfe2221f2d0330414b3df8f5fb2903db730',
		],
		[
			'filestack-python, tests',
			'webhook-secret',
			'123456789999',
			'{"text": {"filename": "filename.jpg", "key": "kGaeljnga9wkysK6Z_filename.jpg"}}',
			'57cbb25386c3d6ff758a7a75cf52ba02cf2b0a1a2d6d5dfb9c886553ca6011cb',
		],
	];
	test.each(vectors)('%s', (_source, secret, timestamp, body, signature) => {
		expect(webhookSignature(timestamp, body, secret)).toBe(signature);
		// The sandbox serializes its bodies in the same way.
		expect(pythonJson(JSON.parse(body))).toBe(body);
	});

	test('does not match a re-serialized body', () => {
		const [, secret, timestamp, body] = vectors[0];
		const again = JSON.stringify(JSON.parse(body));
		expect(webhookSignature(timestamp, again, secret)).toMatch(/^b958ddf2/);
	});

	test('covers bodies that are escaped as Python does', () => {
		const value = { 'ü"': ['é🎉\n', 1.5, null, true, undefined].slice(0, 4), left: undefined };
		expect(pythonJson(value)).toBe('{"\\u00fc\\"": ["\\u00e9\\ud83c\\udf89\\n", 1.5, null, true]}');
	});
});

describe('webhooks', () => {
	let stack: Stack;
	let receiver: Receiver;
	beforeEach(async () => {
		stack = await Stack.start();
		receiver = await Receiver.start();
	});
	afterEach(async () => {
		await stack.bench.stop();
		await receiver.stop();
	});

	const hooks = '/api/services/filestack/webhooks';
	const subscribe = async (body: object = {}) =>
		(
			await stack.bench.control<{ id: string; secret: string }>('post', hooks, {
				url: receiver.url,
				...body,
			})
		).data;
	/** Returns the n-th received delivery. */
	const received = async (index = 0): Promise<TestRequest> =>
		await eventually(() => receiver.requests[index] as TestRequest | undefined);
	const event = async (index = 0) => JSON.parse((await received(index)).body) as Event;

	test('fp.upload: has the envelope, the headers and a signature over timestamp and raw body', async () => {
		await subscribe();
		const { data } = await stack.store('abc', { filename: 'ü.txt' });
		const { body: raw, headers } = await received();
		const body = JSON.parse(raw) as Event;
		const { container } = await stack.metadata(data.url.slice(-20), 'container');
		expect(body).toEqual({
			id: expect.any(Number) as number,
			action: 'fp.upload',
			timestamp: expect.any(Number) as number,
			text: {
				...{ container, url: data.url, filename: 'ü.txt', client: 'Computer', key: data.key },
				...{ type: 'text/plain', status: 'Stored', size: 3 },
			},
		});
		expect(raw).toContain('"filename": "\\u00fc.txt", ');
		expect(raw).not.toBe(JSON.stringify(body));
		expect(headers['content-type']).toBe('application/json');
		const timestamp = String(headers['fs-timestamp']);
		expect(timestamp).toMatch(/^\d{10}$/);
		const right = createHmac('sha256', stack.webhookSecret)
			.update(`${timestamp}.${raw}`)
			.digest('hex');
		expect(headers['fs-signature']).toBe(right);
	});

	test('fp.upload: has an older format', async () => {
		await stack.settings({ uploadEvent: 'nested' });
		await subscribe();
		const { data } = await stack.store('abc', { filename: 'a.txt' });
		expect((await event()).text).toEqual({
			url: data.url,
			client: 'Computer',
			data: { filename: 'a.txt', type: 'text/plain', size: 3 },
		});
	});

	test('fp.overwrite and fp.delete', async () => {
		const handle = await stack.handle('abc', { filename: 'a.txt' });
		await subscribe();
		const url = `${stack.origins.cdn}/${handle}`;
		const params = stack.sign();
		await stack.http.post(stack.file(handle), 'abcd', {
			params,
			headers: { 'content-type': 'text/css' },
		});
		expect(await event(0)).toMatchObject({
			action: 'fp.overwrite',
			text: {
				...{ mimetype: 'text/css', url, isWriteable: true, filename: 'a.txt' },
				...{ client: 'Computer', size: 4 },
			},
		});
		await stack.http.delete(stack.file(handle), { params });
		expect(await event(1)).toMatchObject({ action: 'fp.delete', text: { url } });
	});

	test('fs.workflow: is sent when the workflow has finished, also after a restart', async () => {
		await subscribe({ events: ['fs.workflow'] });
		const handle = await stack.handle('abc');
		const run = `run_workflow=id:c17c8f5e-1111-2222-3333-444455556666/${handle}`;
		const { data } = await stack.http.get<Record<string, unknown>>(stack.cdn(run));
		expect(data).toMatchObject({ sources: [handle], status: 'Started' });
		expect((await stack.http.get(stack.cdn(run, { call: ['read'] }))).status).toBe(403);
		expect(receiver.requests).toHaveLength(0);
		await stack.bench.stop({ keep: true });
		stack = await Stack.start(stack.bench.folder);
		await stack.bench.advance(5);
		const { action, text } = await event();
		expect(action).toBe('fs.workflow');
		expect(text).toEqual({
			workflow: data.workflow,
			createdAt: data.createdAt,
			updatedAt: expect.stringMatching(/Z$/) as string,
			sources: [handle],
			results: expect.any(Object) as object,
			status: 'Finished',
		});
		expect(Object.entries(text.results as object)).toEqual([
			[
				expect.stringMatching(/^virus_detection_\d+$/) as string,
				{ data: { infected: false, infections_list: [] } },
			],
		]);
		expect((await stack.list<{ status: string }>('jobs'))[0].status).toBe('Finished');
	});

	test("are sent to their subscribers only, signed with each webhook's secret", async () => {
		const other = await Receiver.start();
		await subscribe({ events: ['fp.delete'] });
		await subscribe({ url: other.url, events: ['fp.upload', 'fp.upload'], secret: 'of its own' });
		const handle = await stack.handle('abc');
		await stack.http.delete(stack.file(handle), { params: stack.sign() });
		expect((await event()).action).toBe('fp.delete');
		const [{ body: raw, headers }] = await eventually(() =>
			other.requests.length > 0 ? other.requests : undefined,
		);
		expect((JSON.parse(raw) as Event).action).toBe('fp.upload');
		expect(headers['fs-signature']).toBe(
			webhookSignature(String(headers['fs-timestamp']), raw, 'of its own'),
		);
		expect([receiver.requests.length, other.requests.length]).toEqual([1, 1]);
		await other.stop();
	});

	test.each([
		[200, true],
		[201, true],
		[204, true],
		[202, false],
		[302, false],
		[410, false],
	])('%i acknowledges: %s', async (status, accepted) => {
		receiver.responses = [{ status }];
		await subscribe();
		await stack.handle('abc');
		expect((await stack.bench.attempts(1))[0]).toMatchObject({ status, accepted });
	});

	test.each([
		['docs', [300, 1800, 43_200]],
		['plugin', [10, 60, 300, 900, 3600]],
	])(
		'retry as in the %s with the same body, signature and timestamp',
		async (webhookRetries, waits) => {
			await stack.settings({ webhookRetries });
			await subscribe();
			receiver.responses = Array.from({ length: 10 }, () => ({ status: 500 }));
			await stack.handle('abc');
			await stack.bench.attempts(1);
			for (const [index, seconds] of waits.entries()) {
				await stack.bench.advance(seconds - 5);
				await stack.bench.attempts(index + 1);
				await stack.bench.advance(5);
				await stack.bench.attempts(index + 2);
			}
			const { state } = await stack.bench.delivery(
				({ attempts }) => attempts.length > waits.length,
			);
			expect(state).toBe('failed');
			await stack.bench.advance(86_400);
			expect(receiver.requests).toHaveLength(waits.length + 1);
			const sent = receiver.requests.map(({ body: raw, headers }) =>
				[raw, headers['fs-signature'], headers['fs-timestamp']].join(),
			);
			expect(new Set(sent).size).toBe(1);
		},
	);

	test('can have faults: an invalid signature, two copies', async () => {
		const fault = async (type: string) =>
			await stack.bench.control('post', '/api/faults', {
				service: 'filestack',
				times: 1,
				fault: { type },
			});
		await subscribe();
		await fault('badSignature');
		await fault('duplicateDelivery');
		await stack.handle('abc');
		await received(1);
		const [{ body: raw, headers }, again] = receiver.requests;
		expect(again.body).toBe(raw);
		const right = webhookSignature(String(headers['fs-timestamp']), raw, stack.webhookSecret);
		expect(headers['fs-signature']).toMatch(/^[0-9a-f]{64}$/);
		expect(headers['fs-signature']).not.toBe(right);
	});
});
