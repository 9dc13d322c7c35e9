import { App } from './filesAppSupport.mts';
import { http } from './support.mts';

let app: App;
let file: string;
beforeAll(async () => {
	app = await App.start();
	file = await app.upload('<b>report</b> "1".txt', 'the content');
});
afterAll(async () => await app.stop());

const share = async (wishes: object = {}) => {
	const { status, data } = await app.post('/share', { file_id: file, ...wishes });
	expect(status).toBe(200);
	return data;
};
const page = async (url: string) => await http.get<string>(url);
const enter = async (url: string, password: string) =>
	await http.post<string>(url, new URLSearchParams({ password }));
const hrefIn = (html: string, url: string) =>
	new URL((/href="(\/s\/[^"]+)"/.exec(html)?.[1] ?? '').replaceAll('&amp;', '&'), url).href;

test('a link with all options', async () => {
	const now = app.bench.sandbox.clock.now().getTime();
	const data = await share({ password: 's3cret', expires_in: 168, allow_download: true });
	expect(data).toMatchObject({ password_protected: true, allow_download: true });
	expect(data.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/s\/[0-9a-f]{16}$/);
	expect((Date.parse(data.expires_at) - now) / 3_600_000).toBeCloseTo(168, 2);
});

test('a link without options has no password and no expiry and allows downloads', async () => {
	const data = await share();
	expect(data).toMatchObject({ password_protected: false, allow_download: true, expires_at: null });
	await app.bench.advance(400 * 86_400);
	const { status, data: html } = await page(data.url);
	expect(status).toBe(200);
	expect(html).toContain('&lt;b&gt;report');
	expect(html).not.toContain('<b>report');
	const saved = await page(hrefIn(html, data.url));
	expect([saved.status, saved.data]).toEqual([200, 'the content']);
	expect(saved.headers['content-disposition']).toContain('attachment');
});

test('a password is requested, rejected and accepted', async () => {
	const { url } = await share({ password: 's3cret 🎉' });
	const asked = await page(url);
	expect([asked.status, asked.data.includes('type="password"')]).toEqual([200, true]);
	expect(asked.data).not.toContain('report');
	expect((await page(`${url}/file`)).status).toBe(303);
	expect((await page(`${url}/file?expires=9999999999&signature=${'0'.repeat(64)}`)).status).toBe(
		303,
	);
	for (const wrong of ['', 's3cret', '<b>']) {
		const refused = await enter(url, wrong);
		expect([refused.status, refused.data.includes('Incorrect password')]).toEqual([403, true]);
		expect(refused.data).not.toContain('report');
	}
	const opened = await enter(url, 's3cret 🎉');
	expect(opened.status).toBe(200);
	const saved = hrefIn(opened.data, url);
	expect((await page(saved)).data).toBe('the content');
	// After a while, the button of an open page asks for the password again.
	await app.bench.advance(3600);
	expect((await page(saved)).status).toBe(303);
});

test('allow_download false: shows the page without the file', async () => {
	const { url } = await share({ allow_download: false });
	const { data: html } = await page(url);
	expect(html).toContain('disabled downloads');
	expect(html).not.toContain('/file?');
});

test('a link ends with its expiry or its file', async () => {
	const { url } = await share({ expires_in: 1 });
	await app.bench.advance(3500);
	expect((await page(url)).status).toBe(200);
	await app.bench.advance(200);
	const late = await page(url);
	expect([late.status, late.data.includes('expired')]).toEqual([410, true]);
	expect((await enter(url, 'x')).status).toBe(410);
	const other = await app.upload('b', 'b');
	const { data } = await app.post('/share', { file_id: other });
	await app.http.delete(`/files/${other}`);
	expect((await page(data.url)).status).toBe(410);
});

test.each(['/s/0', '/s/..%2F..%2Fx', '/s/%00', '/s/a/b/c', '/s', '/s/🎉'])(
	'%s: link not found',
	async (path) => {
		const { origins } = app.bench.sandbox.info.services.filesApp;
		const { status, data } = await page(origins.api + encodeURI(decodeURI(path)));
		expect([status, data.includes('Link not found')]).toEqual([404, true]);
	},
);

test('the control API shows links without their passwords', async () => {
	await share({ password: 'hunter22' });
	const shares = await app.list<object>('shares');
	expect(shares.at(-1)).toMatchObject({ password: '***', fileId: file });
	expect(JSON.stringify(shares)).not.toContain('hunter22');
});

test.each([
	[{ file_id: undefined }, 400, 'file_id is required'],
	[{ file_id: '' }, 400, 'file_id is required'],
	[{ file_id: 5 }, 400, 'file_id must be a string, given once'],
	[{ file_id: 'file_0' }, 404, 'File not found'],
	[{ file_id: '../x' }, 404, 'File not found'],
	[{ expires_in: 0 }, 400, 'expires_in must be at least 1'],
	[{ expires_in: -5 }, 400, 'expires_in must be at least 1'],
	[{ expires_in: 1.5 }, 400, 'expires_in must be an integer'],
	[{ expires_in: '24' }, 400, 'expires_in must be an integer'],
	[{ expires_in: 1e9 }, 400, 'expires_in must be at most 87600'],
	[{ allow_download: 'true' }, 400, 'allow_download must be true or false'],
	[{ password: 7 }, 400, 'password must be a string, given once'],
	[{ password: 'x'.repeat(1001) }, 400, 'password must not be longer than 1000 characters'],
])('%j: %d', async (wishes, status, message) => {
	const response = await app.post('/share', { file_id: file, ...wishes });
	expect(response).toMatchObject({ status, data: { error: { message } } });
});
