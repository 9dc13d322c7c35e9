import { Shot } from './fileShotSupport.mts';
import { http } from './support.mts';

let shot: Shot;
beforeAll(async () => (shot = await Shot.start()));
afterAll(async () => await shot.stop());

const page = async (url: string) => await http.get<string>(url);
const enter = async (url: string, password: string) =>
	await http.post<string>(url, new URLSearchParams({ password }));
const buttonIn = (html: string) =>
	(/class="button primary wide" href="([^"]+)"/.exec(html)?.[1] ?? '').replaceAll('&amp;', '&');

test('a link shows the file and its download', async () => {
	const { downloadUrl, fileId } = await shot.upload('<b>report</b>.txt', 'abc');
	const { status, data } = await page(downloadUrl);
	expect(status).toBe(200);
	expect(data).toContain('&lt;b&gt;report');
	expect(data).not.toContain('<b>report');
	expect((await page(buttonIn(data))).data).toBe('abc');
	for (const old of [`/d/${fileId}`, `/downloads.html?f=${fileId}`]) {
		const moved = await page(shot.origins.share + old);
		expect([moved.status, moved.headers.location]).toEqual([301, `/f/${fileId}`]);
	}
});

test('a slug works like the ID', async () => {
	const { downloadUrl, fileId } = await shot.upload('a.txt', 'abc', { customSlug: 'My_Doc-1' });
	expect(downloadUrl).toBe(`${shot.origins.share}/f/My_Doc-1`);
	for (const link of [downloadUrl, `${shot.origins.share}/f/${fileId}`]) {
		expect((await page(link)).data).toContain('a.txt');
	}
});

test('a password is requested, rejected and accepted', async () => {
	const wishes = { passwordProtected: 'true', password: 's3cret 🎉' };
	const { downloadUrl, fileId } = await shot.upload('report.txt', 'abc', wishes);
	expect((await shot.get(`/files/${fileId}`)).data).toMatchObject({ passwordProtected: true });
	const asked = await page(downloadUrl);
	expect([asked.status, asked.data.includes('type="password"')]).toEqual([200, true]);
	expect(asked.data).not.toContain('report');
	for (const wrong of ['', 's3cret']) {
		const refused = await enter(downloadUrl, wrong);
		expect([refused.status, refused.data.includes('Incorrect password')]).toEqual([403, true]);
		expect(refused.data).not.toContain('report');
	}
	const opened = await enter(downloadUrl, 's3cret 🎉');
	expect((await page(buttonIn(opened.data))).data).toBe('abc');
	expect(JSON.stringify(await shot.list('files'))).not.toContain('s3cret');
});

test('a protected file without a password accepts none, and the page says why', async () => {
	const { downloadUrl } = await shot.upload('a', 'abc', { passwordProtected: 'true' });
	expect((await page(downloadUrl)).data).toContain('without a password');
	expect((await enter(downloadUrl, '')).status).toBe(403);
});

test('the page shows the price and the encryption', async () => {
	const paid = await shot.upload('a', 'abc', { enablePaidAccess: 'true', price: '1250' });
	expect((await page(paid.downloadUrl)).data).toContain('12.50 US dollars');
	const made = { fileName: 'b', content: 'YWJj', isZeroKnowledge: true };
	const { data } = await shot.bench.control<{ downloadUrl: string }>(
		'post',
		'/api/services/fileShot/files',
		made,
	);
	expect((await page(data.downloadUrl)).data).toContain('end-to-end encrypted');
});

test.each([
	'/f/0',
	'/f/..%2F..%2Fx',
	'/f/%00',
	'/f/a/b',
	'/f/__proto__',
	'/',
	'/x',
	'/downloads.html',
])('%s: file not found', async (path) => {
	const { status, data } = await page(shot.origins.share + path);
	expect([status, data.includes('File not found')]).toEqual([404, true]);
});

test('a slug can be reused after its file has expired', async () => {
	await shot.upload('a', 'old', { customSlug: 'again', expiryDays: '1' });
	await shot.bench.advance(86_500);
	expect((await page(`${shot.origins.share}/f/again`)).status).toBe(404);
	const { fileId } = await shot.upload('b', 'new', { customSlug: 'again' });
	expect(await shot.bytes(fileId)).toBe('new');
});
