import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Delivery } from '../../sandbox/core/deliveries.mts';
import { signatureOf } from '../../sandbox/services/speedyFiles/events.mts';
import { eventually, http, Receiver } from './support.mts';
import { eventOf, formOf, type Hook, Instance } from './speedyFilesSupport.mts';

let instance: Instance;
let receiver: Receiver;
beforeEach(async () => {
	instance = await Instance.start();
	receiver = await Receiver.start();
});
afterEach(async () => {
	await instance.stop();
	await receiver.stop();
});

const FILE = { name: 'a.txt', bytes: 'abc', type: 'text/plain' };
const refuse = (times: number, status = 500) =>
	(receiver.answers = Array.from({ length: times }, () => ({ status })));

/** Something that fires one event. */
const revoke = async (id: string) => await instance.api('post', `/packages/${id}/revoke`);

test('a known vector', () => {
	const body =
		'{"title":"Q4 financials","recipient_email":"cfo@acme.com","owner_user_id":1,"file_count":2,"expires_at":"2026-05-27T20:30:22","event":"package.finalized","timestamp":"2026-05-13T20:30:22.123456Z","package_id":"AbCdEfGhIjKlMnOpQrStUv"}';
	expect(signatureOf(body, 'whsec_test_secret')).toBe(
		'sha256=a1feadb0925166e9a06b4e7a0cc2bb33fb9da1ebbd2c675a420c37bda68a6fff',
	);
});

describe('a webhook (SpeedyFiles docs, Webhooks)', () => {
	test('has the documented headers and is signed over its bytes', async () => {
		await instance.subscribe(receiver.url);
		await instance.sent(FILE);
		const { raw, headers } = receiver.received[1];
		expect(headers).toMatchObject({
			'content-type': 'application/json',
			'user-agent': 'SpeedyFiles-Webhook/1.0',
			'x-speedyfiles-event': 'package.finalized',
			'x-speedyfiles-hook-id': '1',
		});
		const right = createHmac('sha256', instance.secret).update(raw).digest('hex');
		expect(headers['x-speedyfiles-signature']).toBe(`sha256=${right}`);
	});

	test('is compact ASCII, with the common fields last', async () => {
		await instance.subscribe(receiver.url);
		const { id, expires_at } = await instance.create({ title: 'Größe 🎉\u2028\u007f"\\' });
		await instance.upload(id, FILE);
		await instance.finalize(id);
		const [, { raw }] = receiver.received;
		expect(raw).toMatch(/^[\x20-\x7e]+$/);
		expect(raw).toContain('"title":"Gr\\u00f6\\u00dfe \\ud83c\\udf89\\u2028\\u007f\\"\\\\",');
		const event = JSON.parse(raw) as Record<string, unknown>;
		expect(Object.entries(event)).toEqual([
			['title', 'Größe 🎉\u2028\u007f"\\'],
			['recipient_email', 'cfo@acme.com'],
			['owner_user_id', 1],
			['file_count', 1],
			['expires_at', expires_at],
			['event', 'package.finalized'],
			['timestamp', expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z$/)],
			['package_id', id],
		]);
	});

	test('is not sent while there is no URL', async () => {
		await instance.sent(FILE);
		expect(await instance.deliveries()).toEqual([]);
	});

	test('leaves within the call: the receiver has it before the caller has the answer', async () => {
		await instance.subscribe(receiver.url);
		const { id } = await instance.create();
		for (let count = 1; count <= 3; count += 1) {
			await revoke(id);
			expect(receiver.received).toHaveLength(count);
		}
	});
});

describe('which events are fired (SpeedyFiles source)', () => {
	/** The names and fields of all that came, in order. */
	const told = () =>
		receiver.received.map((received) => {
			const { event, ...fields } = eventOf(received);
			delete fields.timestamp;
			return [event, fields];
		});

	test('outbound: uploaded, finalized, downloaded, taken away, revoked, deleted; no created', async () => {
		await instance.subscribe(receiver.url);
		const { id, link, files } = await instance.sent(FILE, { ...FILE, bytes: 'defg' });
		await http.get(link);
		await http.get(`${link}/file/${files[0]}`);
		await http.get(`${link}/zip`);
		await instance.control('delete', `/packages/${id}/files/${files[1]}`);
		await revoke(id);
		await instance.api('delete', `/packages/${id}`);
		const file = { original_name: 'a.txt', package_id: id };
		const number = expect.any(Number) as number;
		const whom = { title: 'Q4 financials', recipient_email: 'cfo@acme.com', package_id: id };
		const uploaded = { ...file, duration_ms: number, uploaded_by: 'api' };
		const ip = expect.stringContaining('127.0.0.1') as string;
		expect(told()).toEqual([
			['package.file_uploaded', { ...uploaded, file_id: files[0], size_bytes: 3 }],
			['package.file_uploaded', { ...uploaded, file_id: files[1], size_bytes: 4 }],
			[
				'package.finalized',
				{ ...whom, owner_user_id: 1, file_count: 2, expires_at: expect.any(String) as string },
			],
			['package.downloaded', { ...file, file_id: files[0], size_bytes: 3, ip }],
			['package.downloaded', { kind: 'zip', file_count: 2, total_bytes: 7, ip, package_id: id }],
			['package.file_deleted', { ...file, file_id: files[1], size_bytes: 4 }],
			['package.revoked', whom],
			['package.deleted', { ...whom, file_count: 1, total_bytes: 3 }],
		]);
	});

	test('inbound: only uploads by the recipient', async () => {
		await instance.subscribe(receiver.url);
		const { id, link } = await instance.asked();
		await http.post(`${link}/upload`, formOf(FILE));
		await http.post(`${link}/upload?from=page`, formOf(FILE));
		const uploaded = { package_id: id, uploaded_by: 'recipient', size_bytes: 3 };
		expect(told()).toMatchObject([
			['package.file_uploaded', uploaded],
			['package.file_uploaded', uploaded],
		]);
	});

	test('a call that is refused, or changes nothing, fires nothing; revoking again does', async () => {
		await instance.subscribe(receiver.url);
		const { id } = await instance.sent(FILE);
		receiver.received.length = 0;
		await instance.finalize(id);
		await instance.api('get', `/packages/${id}`);
		await instance.api('post', '/packages/x/revoke');
		await instance.upload('x', FILE);
		expect(receiver.received).toEqual([]);
		await revoke(id);
		await revoke(id);
		expect(receiver.received).toHaveLength(2);
	});

	test('package.created and package.expired are documented; a setting lets them happen', async () => {
		await instance.subscribe(receiver.url);
		await instance.sent(FILE);
		await instance.bench.advance(8 * 86_400);
		const names = () => receiver.received.map((received) => eventOf(received).event);
		expect(names()).toEqual(['package.file_uploaded', 'package.finalized']);
		receiver.received.length = 0;
		await instance.set({ events: 'documented' });
		const { id } = await instance.create({ direction: 'inbound', ttl_days: 1 });
		await instance.create({ ttl_days: 1 });
		await instance.bench.advance(86_400 + 1);
		expect(names()).toEqual(['package.created', 'package.created', 'package.expired']);
		expect(eventOf(receiver.received[2])).toMatchObject({ package_id: id, owner_user_id: 1 });
	});

	test('only to those who have subscribed', async () => {
		const other = await Receiver.start();
		await instance.control('post', '/webhooks', { url: other.url, events: ['package.revoked'] });
		await instance.subscribe(receiver.url);
		const { id } = await instance.sent(FILE);
		await revoke(id);
		expect(receiver.received).toHaveLength(3);
		expect(other.received.map((received) => eventOf(received).event)).toEqual(['package.revoked']);
		expect(other.received[0].headers['x-speedyfiles-hook-id']).toBe('2');
		expect(other.received[0].raw).toBe(receiver.received[2].raw);
		const [mine, theirs] = [receiver.received[2], other.received[0]].map(
			({ headers }) => headers['x-speedyfiles-signature'],
		);
		expect(mine).not.toBe(theirs);
		await other.stop();
	});
});

describe('a receiver that refuses', () => {
	test('is not asked again, and the call succeeds all the same', async () => {
		await instance.subscribe(receiver.url);
		refuse(1);
		const { id } = await instance.create();
		expect((await revoke(id)).status).toBe(200);
		const [delivery] = await instance.deliveries();
		expect(delivery).toMatchObject({ state: 'failed', subject: id, event: 'package.revoked' });
		await instance.bench.advance(7 * 86_400);
		expect(receiver.received).toHaveLength(1);
		expect(await instance.hook()).toMatchObject({ failure_count: 1, last_status: 500 });
	});

	test.each([
		[
			'with a redirect',
			() => receiver.answers.push({ status: 302, headers: { location: '/' } }),
			302,
		],
		['with 404', () => refuse(1, 404), 404],
	])('%s: a failure, not followed', async (_what, prepare, status) => {
		await instance.subscribe(receiver.url);
		prepare();
		await revoke((await instance.create()).id);
		expect(receiver.received).toHaveLength(1);
		expect(await instance.hook()).toMatchObject({ failure_count: 1, last_status: status });
	});

	test('by not being there: a failure without a status', async () => {
		await instance.subscribe('http://127.0.0.1:9/nobody');
		await revoke((await instance.create()).id);
		expect(await instance.hook()).toMatchObject({ failure_count: 1, last_status: null });
	});

	test('once in a while: any 2xx forgets the failures', async () => {
		await instance.subscribe(receiver.url);
		const { id } = await instance.create();
		refuse(9);
		for (let count = 0; count < 9; count += 1) await revoke(id);
		expect((await instance.hook()).failure_count).toBe(9);
		receiver.answers = [{ status: 204 }];
		await revoke(id);
		expect(await instance.hook()).toMatchObject({ failure_count: 0, is_active: true });
	});

	test('ten times in a row is disabled; enabling it again forgets the failures', async () => {
		await instance.subscribe(receiver.url);
		const { id } = await instance.create();
		refuse(10);
		for (let count = 0; count < 12; count += 1) await revoke(id);
		expect(receiver.received).toHaveLength(10);
		expect(await instance.hook()).toMatchObject({ failure_count: 10, is_active: false });
		await instance.control('patch', '/webhooks/1', { is_active: true });
		expect(await instance.hook()).toMatchObject({ failure_count: 0, is_active: true });
		await revoke(id);
		expect(receiver.received).toHaveLength(11);
	});

	test('by silence holds the call for 8 seconds, no longer', async () => {
		const mute = createServer(() => undefined).listen(0, '127.0.0.1');
		await once(mute, 'listening');
		await instance.subscribe(`http://127.0.0.1:${(mute.address() as AddressInfo).port}/`);
		const { id } = await instance.create();
		const begun = performance.now();
		expect((await revoke(id)).status).toBe(200);
		expect((performance.now() - begun) / 1000).toBeGreaterThanOrEqual(7.9);
		expect((performance.now() - begun) / 1000).toBeLessThan(11);
		const [{ attempts }] = await instance.deliveries();
		expect(attempts).toMatchObject([{ accepted: false, error: 'No answer within 8 seconds' }]);
		mute.closeAllConnections();
		mute.close();
	});

	test('when the sandbox ends meanwhile: the event is lost, as in the real service', async () => {
		await instance.subscribe(receiver.url);
		await instance.bench.control('post', '/api/faults', {
			...{ service: 'speedyFiles', on: 'delivery' },
			fault: { type: 'delay', milliseconds: 60_000 },
		});
		const { id } = await instance.create();
		const call = revoke(id).catch(() => undefined);
		await eventually(async () => ((await instance.deliveries()).length > 0 ? true : undefined));
		await instance.stop({ keep: true });
		await call;
		instance = await Instance.start(instance.bench.folder);
		const [delivery] = await instance.deliveries();
		expect(delivery).toMatchObject({ state: 'failed', attempts: [] });
		expect(receiver.received).toEqual([]);
		expect((await instance.api('get', `/packages/${id}`)).data).toMatchObject({
			status: 'revoked',
		});
	});
});

describe('delivering again by hand', () => {
	test('sends the same bytes and does not count as the service’s own attempt', async () => {
		await instance.subscribe(receiver.url);
		refuse(2);
		await revoke((await instance.create()).id);
		const [{ id }] = await instance.deliveries();
		const again = async () =>
			(await instance.bench.control<Delivery>('post', `/api/deliveries/${id}/redeliver`)).data;
		expect((await again()).state).toBe('failed');
		expect((await again()).state).toBe('delivered');
		expect(new Set(receiver.received.map(({ raw }) => raw)).size).toBe(1);
		expect(await instance.hook()).toMatchObject({ failure_count: 1, last_status: 500 });
	});

	test('faults: badly signed, twice', async () => {
		await instance.subscribe(receiver.url);
		for (const type of ['badSignature', 'duplicateDelivery']) {
			const fault = { service: 'speedyFiles', times: 1, fault: { type } };
			await instance.bench.control('post', '/api/faults', fault);
		}
		await revoke((await instance.create()).id);
		expect(receiver.received).toHaveLength(2);
		for (const { raw, headers } of receiver.received) {
			expect(headers['x-speedyfiles-signature']).toMatch(/^sha256=[0-9a-f]{64}$/);
			expect(headers['x-speedyfiles-signature']).not.toBe(signatureOf(raw, instance.secret));
		}
	});
});

describe('the control API', () => {
	const create = async (body: object) => await instance.control<Hook>('post', '/webhooks', body);

	test('creates a subscription and tells its secret once', async () => {
		const wanted = {
			url: receiver.url,
			events: ['package.revoked', 'nonsense', 'package.created'],
		};
		const { status, data } = await create(wanted);
		expect(status).toBe(201);
		expect(data).toMatchObject({
			id: 2,
			url: receiver.url,
			events: ['package.created', 'package.revoked'],
			is_active: true,
			failure_count: 0,
			secret: expect.stringMatching(/^whsec_[A-Za-z0-9_-]{43}$/) as string,
		});
		const { data: list } = await instance.control('get', '/webhooks');
		expect(JSON.stringify(list)).not.toContain('whsec_');
		await revoke((await instance.create()).id);
		const [{ raw, headers }] = receiver.received;
		expect(headers['x-speedyfiles-signature']).toBe(signatureOf(raw, data.secret ?? ''));
	});

	test.each([
		[{ url: 'ftp://x.example', events: ['package.revoked'] }],
		[{ url: 'javascript:alert(1)', events: ['package.revoked'] }],
		[{ url: '', events: ['package.revoked'] }],
		[{ url: 'http://x.example', events: ['nonsense'] }],
		[{ url: 'http://x.example', events: [] }],
		[{ url: 'http://x.example' }],
		[{ url: 5, events: ['package.revoked'] }],
	])('%j: 400 with a sentence', async (body) => {
		const { status, data } = await create(body);
		expect([status, data]).toEqual([400, { error: expect.any(String) as string }]);
	});

	test('disables, changes and removes; an unknown one is 404', async () => {
		await instance.subscribe(receiver.url);
		await instance.control('patch', '/webhooks/1', { is_active: false });
		const { id } = await instance.create();
		await revoke(id);
		await instance.control('patch', '/webhooks/1', {
			is_active: true,
			events: ['package.deleted'],
		});
		await revoke(id);
		expect(receiver.received).toEqual([]);
		expect((await instance.control('delete', '/webhooks/1')).status).toBe(204);
		for (const [method, path] of [
			['delete', '/webhooks/1'],
			['patch', '/webhooks/1'],
			['post', '/webhooks/x/test'],
			['patch', '/users/9'],
		]) {
			const body = method === 'patch' ? { is_active: true } : undefined;
			expect((await instance.control(method, path, body)).status).toBe(404);
		}
	});

	test('the test button sends webhook.test, about no package', async () => {
		await instance.subscribe(receiver.url);
		await instance.control('post', '/webhooks/1/test');
		const event = eventOf(receiver.received[0]);
		expect(Object.keys(event)).toEqual([
			...['message', 'fired_by', 'event', 'timestamp', 'package_id'],
		]);
		expect(event).toMatchObject({ event: 'webhook.test', package_id: null });
		await instance.control('patch', '/webhooks/1', { is_active: false });
		await instance.control('post', '/webhooks/1/test');
		expect(receiver.received).toHaveLength(1);
	});
});

describe('the page /admin/webhooks', () => {
	const press = async (path: string, fields: Record<string, string> = {}) =>
		await http.post<string>(`${instance.url}/admin/webhooks${path}`, new URLSearchParams(fields));
	const page = async () => (await http.get<string>(`${instance.url}/admin/webhooks`)).data;

	test('does the same as the control API, without a script', async () => {
		const made = await press('', {
			url: receiver.url,
			events: 'package.revoked',
			description: 'x',
		});
		const secret = /whsec_[A-Za-z0-9_-]{43}/.exec(made.data)?.[0] ?? '';
		expect(await page()).not.toContain('whsec_');
		await press('/2/test');
		const [{ raw, headers }] = receiver.received;
		expect(headers['x-speedyfiles-signature']).toBe(signatureOf(raw, secret));
		expect((await press('/1/url', { url: receiver.url })).status).toBe(303);
		expect((await instance.hook()).url).toBe(receiver.url);
		await press('/2/toggle');
		expect((await instance.hook(2)).is_active).toBe(false);
		await press('/2/toggle');
		expect((await instance.hook(2)).is_active).toBe(true);
		await press('/2/delete');
		expect(await instance.hook(2)).toBeUndefined();
	});

	test('refuses with a sentence and shows text as text', async () => {
		const wrong = await press('/1/url', { url: 'ftp://x' });
		expect(wrong.status).toBe(400);
		expect(wrong.data).toContain('must start with http');
		expect((await press('', { url: receiver.url })).status).toBe(400);
		expect((await press('/9/test')).status).toBe(404);
		const evil = '"><script>alert(1)</script>';
		await press('', {
			url: `${receiver.url}?${evil}`,
			events: 'package.revoked',
			description: evil,
		});
		expect(await page()).not.toContain('<script>alert');
	});

	test('the portal leads to it', async () => {
		const { data } = await http.get<string>(instance.bench.portal);
		expect(data).toContain(`href="${instance.url}/admin/webhooks"`);
	});
});
