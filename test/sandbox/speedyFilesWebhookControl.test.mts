import { signatureOf } from '../../sandbox/services/speedyFiles/events.mts';
import { http, Receiver } from './support.mts';
import { eventOf, type Hook, Instance } from './speedyFilesSupport.mts';

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

/** Fires one event. */
const revoke = async (id: string) => await instance.api('post', `/packages/${id}/revoke`);

describe('the control API', () => {
	const create = async (body: object) => await instance.control<Hook>('post', '/webhooks', body);

	test('creates a subscription and returns its secret once', async () => {
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
		const [{ body: raw, headers }] = receiver.requests;
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
	])('rejects %j with 400 and a message', async (body) => {
		const { status, data } = await create(body);
		expect([status, data]).toEqual([400, { error: expect.any(String) as string }]);
	});

	test('disables, changes and removes; responds to an unknown one with 404', async () => {
		await instance.subscribe(receiver.url);
		await instance.control('patch', '/webhooks/1', { is_active: false });
		const { id } = await instance.create();
		await revoke(id);
		await instance.control('patch', '/webhooks/1', {
			is_active: true,
			events: ['package.deleted'],
		});
		await revoke(id);
		expect(receiver.requests).toEqual([]);
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

	test('sends webhook.test without a package with the test button', async () => {
		await instance.subscribe(receiver.url);
		await instance.control('post', '/webhooks/1/test');
		const event = eventOf(receiver.requests[0]);
		expect(Object.keys(event)).toEqual([
			...['message', 'fired_by', 'event', 'timestamp', 'package_id'],
		]);
		expect(event).toMatchObject({ event: 'webhook.test', package_id: null });
		await instance.control('patch', '/webhooks/1', { is_active: false });
		await instance.control('post', '/webhooks/1/test');
		expect(receiver.requests).toHaveLength(1);
	});
});

describe('the page /admin/webhooks', () => {
	const press = async (path: string, fields: Record<string, string> = {}) =>
		await http.post<string>(`${instance.url}/admin/webhooks${path}`, new URLSearchParams(fields));
	const page = async () => (await http.get<string>(`${instance.url}/admin/webhooks`)).data;

	test('has the same functions as the control API, without JavaScript', async () => {
		const made = await press('', {
			url: receiver.url,
			events: 'package.revoked',
			description: 'x',
		});
		const secret = /whsec_[A-Za-z0-9_-]{43}/.exec(made.data)?.[0] ?? '';
		expect(await page()).not.toContain('whsec_');
		await press('/2/test');
		const [{ body: raw, headers }] = receiver.requests;
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

	test('shows errors as a message and escapes text', async () => {
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

	test('is linked from the portal', async () => {
		const { data } = await http.get<string>(instance.bench.portal);
		expect(data).toContain(`href="${instance.url}/admin/webhooks"`);
	});
});
