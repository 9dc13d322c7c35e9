import { createHash } from 'node:crypto';
import { http } from './support.mts';
import { formOf, Instance, type Problem } from './speedyFilesSupport.mts';

let instance: Instance;
beforeAll(async () => (instance = await Instance.start()));
afterAll(async () => await instance.stop());

const REPORT = { name: 'report.txt', bytes: 'the report', type: 'text/plain' };
const EVIL = '<script>alert("1")</script>\'><b>';

/** The entries of a ZIP: name and content, in their order. */
describe("the recipient's upload", () => {
	const send = async (link: string, name = 'scan.pdf', bytes = 'scan') =>
		await http.post<Problem>(`${link}/upload`, formOf({ name, bytes }));

	test('returns the real size and hash; the package lists several uploads', async () => {
		const { id, link } = await instance.asked();
		for (const name of ['one', '../two']) {
			const { status, data } = await send(link, name);
			expect([status, data]).toEqual([
				200,
				{
					ok: true,
					file_id: expect.any(String) as string,
					size: 4,
					sha256: createHash('sha256').update('scan').digest('hex'),
					duration_ms: expect.any(Number) as number,
				},
			]);
		}
		const { data } = await instance.api<{ files: object[] }>('get', `/packages/${id}`);
		expect(data.files).toMatchObject([{ original_name: 'one' }, { original_name: '../two' }]);
	});

	test('accepts several files on the page without JavaScript and shows them', async () => {
		const { id, link } = await instance.asked();
		expect((await http.get<string>(link)).data).toContain('data-upload');
		const form = formOf({ name: 'one.txt', bytes: '1' });
		form.append('file', new Blob(['2']), EVIL);
		const { status, headers } = await http.post(`${link}/upload?from=page`, form);
		expect([status, instance.url + String(headers.location)]).toEqual([303, link]);
		const { data } = await http.get<string>(link);
		expect(data).toContain('one.txt');
		expect(data).not.toContain('<script>alert');
		const shown = await instance.api<{ files: object[] }>('get', `/packages/${id}`);
		expect(shown.data.files).toHaveLength(2);
	});

	const dead: [string, (id: string) => Promise<unknown>, string][] = [
		[
			'revoked',
			async (id) => await instance.api('post', `/packages/${id}/revoke`),
			'token_revoked',
		],
		['expired', async () => await instance.bench.advance(7 * 86_400 + 1), 'token_expired'],
		['deleted', async (id) => await instance.api('delete', `/packages/${id}`), 'invalid'],
	];
	test.each(dead)('%s: 410 as JSON', async (_how, end, detail) => {
		const { id, link } = await instance.asked();
		await end(id);
		const { status, data } = await send(link);
		expect([status, data]).toEqual([410, { detail }]);
		const page = await http.post<string>(`${link}/upload?from=page`, formOf(REPORT));
		expect([page.status, page.headers['content-type']]).toEqual([410, 'text/html; charset=utf-8']);
	});

	test('accepts a link for its purpose only', async () => {
		const { link } = await instance.sent(REPORT);
		const { status, data } = await send(link);
		expect([status, data]).toEqual([410, { detail: 'invalid' }]);
		const asked = await instance.asked();
		for (const path of ['/zip', '/file/x']) {
			expect((await http.get(asked.link + path)).status).toBe(410);
		}
	});

	test('without a file: 422; without parts or with an empty name: 400', async () => {
		const { link } = await instance.asked();
		const none = await http.post<Problem>(`${link}/upload`, new FormData());
		expect(none.status).toBe(400);
		const json = await http.post<Problem>(`${link}/upload`, {});
		expect(json.status).toBe(422);
		const nameless = await http.post<Problem>(
			`${link}/upload`,
			'--b\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\nx\r\n--b--\r\n',
			{ headers: { 'content-type': 'multipart/form-data; boundary=b' } },
		);
		expect([nameless.status, nameless.data]).toEqual([400, { detail: 'filename required' }]);
	});

	test.each([
		['unsent', 0],
		['mailed', 1],
	])('responds to a link that is %s', async (inboundLink, mails) => {
		const count = async () =>
			(await instance.bench.control<object[]>('get', '/api/outbox')).data.length;
		await instance.set({ inboundLink });
		const before = await count();
		const { link } = await instance.asked({ title: 'Tax papers' });
		expect((await count()) - before).toBe(mails);
		const { data } = await instance.bench.control<object[]>('get', '/api/outbox');
		if (mails > 0) expect(data[0]).toMatchObject({ link, to: 'cfo@acme.com' });
		await instance.set({ inboundLink: 'unsent' });
	});
});
