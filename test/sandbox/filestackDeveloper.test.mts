import type { Delivery } from '../../sandbox/core/delivery.mts';
import { Stack } from './filestackSupport.mts';
import { http } from './support.mts';

let stack: Stack;
beforeEach(async () => (stack = await Stack.start()));
afterEach(async () => await stack.bench.stop());

const CLOSED_PORT = 'http://127.0.0.1:9/hook';
const hooks = '/api/services/filestack/webhooks';
const subscribe = async (body: object = {}) =>
	(
		await stack.bench.control<{ id: string; secret: string }>('post', hooks, {
			url: CLOSED_PORT,
			...body,
		})
	).data;

describe('webhooks in the control API', () => {
	test('are listed without their secret, and removed', async () => {
		const { id, secret } = await subscribe();
		expect(secret).toBe(stack.webhookSecret);
		expect(await stack.list('webhooks')).toMatchObject([{ id, url: CLOSED_PORT, secret: '***' }]);
		expect((await stack.bench.control('delete', `${hooks}/${id}`)).status).toBe(204);
		expect((await stack.bench.control('delete', `${hooks}/${id}`)).status).toBe(404);
		await stack.handle('abc');
		expect((await stack.bench.control<Delivery[]>('get', '/api/deliveries')).data).toHaveLength(0);
	});

	test.each([
		[{}, /required/],
		[{ url: 'ftp://x' }, /http or https/],
		[{ url: 'http://x', events: ['fp.nothing'] }, /"fp.nothing" is not an event/],
		[{ url: 'http://x', events: [] }, /at least one/],
		[{ url: 'http://x', more: 1 }, /additional/],
	])('reject %j', async (body, sentence) => {
		const response = await stack.bench.control<{ error: string }>('post', hooks, body);
		expect(response.status).toBe(400);
		expect(response.data.error).toMatch(sentence);
	});
});

describe('webhooks and files on the Developer Portal', () => {
	const page = async () => (await http.get<string>(stack.origins.developer)).data;
	const press = async (path: string, fields: [string, string][] = []) =>
		await http.post<string>(stack.origins.developer + path, new URLSearchParams(fields));

	test('are added and removed with forms', async () => {
		expect(await page()).toContain('No webhooks yet');
		const events: [string, string][] = [
			['events', 'fp.upload'],
			['events', 'fp.delete'],
		];
		const added = await press('/webhooks', [['url', CLOSED_PORT], ...events]);
		expect([added.status, added.headers.location]).toEqual([303, '/#webhooks']);
		expect(await page()).toContain('fp.upload, fp.delete');
		const [{ id }] = await stack.list<{ id: string }>('webhooks');
		expect((await press(`/webhooks/${id}/remove`)).status).toBe(303);
		expect(await stack.list('webhooks')).toHaveLength(0);
		const wrong = await press('/webhooks', [['url', 'nonsense']]);
		expect([wrong.status, wrong.data]).toEqual([400, expect.stringContaining('http or https')]);
		expect((await http.get(`${stack.origins.developer}/nothing`)).status).toBe(404);
	});

	test('have their names escaped', async () => {
		const evil = '<script>alert(1)</script>';
		await stack.handle('abc', { filename: evil, mimetype: 'text/html' });
		await subscribe({ url: `http://127.0.0.1:9/?${evil}` });
		const html = await page();
		expect(html).toContain('&lt;script&gt;');
		expect(html).not.toContain(evil);
	});

	test('have links to the files', async () => {
		const handle = await stack.handle('abc');
		const link = new RegExp(`href="([^"]*/${handle})"`).exec(await page())?.[1] ?? '';
		expect((await http.get<string>(link)).data).toBe('abc');
	});

	test('are linked from the sandbox portal', async () => {
		const home = (await http.get<string>(stack.bench.portal)).data;
		expect(home).toContain(`href="${stack.origins.developer}/"`);
	});
});
