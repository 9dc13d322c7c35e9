import { http } from './support.mts';
import { Instance, NEW_PACKAGE, type PackageAnswer } from './speedyFilesSupport.mts';

let instance: Instance;
beforeAll(async () => (instance = await Instance.start()));
afterAll(async () => await instance.stop());

const FILE = { name: 'Q4-report.pdf', bytes: '%PDF-1.7', type: 'application/pdf' };

describe('finalizing', () => {
	const finalize = async (id: string) => await instance.api('post', `/packages/${id}/finalize`);

	test('creates the link and emails it', async () => {
		const { id } = await instance.create({ title: 'Mailed', note: 'See page 3.' });
		await instance.upload(id, FILE);
		const { status, data } = await finalize(id);
		expect(status).toBe(200);
		const [{ magic_link }] = await instance.links(id);
		expect(data).toEqual({ ok: true, redirect: `/dash/packages/${id}`, magic_link });
		expect(magic_link).toMatch(new RegExp(`^${instance.url}/p/[A-Za-z0-9_-]{43}$`));
		const { data: outbox } = await instance.bench.control<object[]>('get', '/api/outbox');
		expect(outbox[0]).toMatchObject({
			service: 'speedyFiles',
			channel: 'email',
			to: NEW_PACKAGE.recipient_email,
			subject: expect.stringContaining('Mailed') as string,
			text: expect.stringContaining('See page 3.') as string,
			link: magic_link,
		});
		expect((await instance.api<PackageAnswer>('get', `/packages/${id}`)).data.status).toBe(
			'active',
		);
	});

	test('again: returns no link', async () => {
		const { id } = await instance.sent(FILE);
		const { status, data } = await finalize(id);
		expect([status, data]).toEqual([
			200,
			{ ok: true, redirect: `/dash/packages/${id}`, magic_link: null },
		]);
		expect(await instance.links(id)).toHaveLength(1);
	});

	test('after revoking: activates the package with a new link; the old one stays invalid', async () => {
		const { id, link } = await instance.sent(FILE);
		await instance.api('post', `/packages/${id}/revoke`);
		const renewed = await instance.finalize(id);
		expect(renewed).not.toBe(link);
		expect((await http.get(link)).status).toBe(410);
		expect((await http.get(renewed ?? '')).status).toBe(200);
	});

	test('with a broken mail server: still returns 200 and the link, but sends no email', async () => {
		const count = async () =>
			(await instance.bench.control<object[]>('get', '/api/outbox')).data.length;
		await instance.set({ smtp: 'broken' });
		const before = await count();
		expect((await instance.sent(FILE)).link).toContain('/p/');
		expect(await count()).toBe(before);
		await instance.set({ smtp: 'working' });
	});

	test.each([
		['without a file', {}, 'package has no completed files yet'],
		['an inbound package', { direction: 'inbound' }, 'not an outbound package'],
	])('%s: 400', async (_what, changes, detail) => {
		const { id } = await instance.create(changes);
		const { status, data } = await finalize(id);
		expect([status, data]).toEqual([400, { detail }]);
	});

	test('accepts any body, because it does not read it', async () => {
		const { id } = await instance.sent(FILE);
		for (const body of ['{', '{}', '[]']) {
			const headers = {
				authorization: `Bearer ${instance.token}`,
				'content-type': 'application/json',
			};
			const url = `${instance.url}/api/v1/packages/${id}/finalize`;
			expect((await http.post(url, body, { headers })).status).toBe(200);
		}
	});
});
