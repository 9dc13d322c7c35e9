import { createHash, randomBytes } from 'node:crypto';
import { unzipTexts } from '../support/unzip.js';
import { http } from './support.mts';
import { Instance, type Problem } from './speedyFilesSupport.mts';

let instance: Instance;
beforeAll(async () => (instance = await Instance.start()));
afterAll(async () => await instance.stop());

const REPORT = { name: 'report.txt', bytes: 'the report', type: 'text/plain' };
const EVIL = '<script>alert("1")</script>\'><b>';

const get = async (url: string, headers = {}) =>
	await http.get<Buffer>(url, { responseType: 'arraybuffer', headers });

describe('the page of a magic link', () => {
	test("shows the package's content as text", async () => {
		const { id } = await instance.create({ title: EVIL, note: EVIL, recipient_name: EVIL });
		await instance.upload(id, { name: EVIL, bytes: 'x' });
		const { status, data, headers } = await http.get<string>((await instance.finalize(id)) ?? '');
		expect(status).toBe(200);
		expect(headers['content-type']).toBe('text/html; charset=utf-8');
		expect(data).toContain('&lt;script&gt;');
		expect(data).not.toContain('<script>alert');
		expect(data).toContain('/zip');
	});

	test('counts its uses', async () => {
		const { id, link } = await instance.sent(REPORT);
		for (let count = 0; count < 3; count += 1) await http.get(link);
		expect((await instance.links(id))[0].use_count).toBe(3);
	});

	const dead: [string, (sent: { id: string; link: string }) => Promise<unknown>][] = [
		['revoked', async ({ id }) => await instance.api('post', `/packages/${id}/revoke`)],
		['deleted', async ({ id }) => await instance.api('delete', `/packages/${id}`)],
		['expired', async () => await instance.bench.advance(7 * 86_400 + 1)],
	];
	test.each(dead)('responds with 410 and HTML if the package is %s', async (_how, end) => {
		const { id, link, files } = await instance.sent(REPORT);
		await end({ id, link });
		for (const path of ['', '/zip', `/file/${files[0]}`]) {
			const { status, headers } = await http.get(link + path);
			expect([status, headers['content-type']]).toEqual([410, 'text/html; charset=utf-8']);
		}
	});

	test.each(['x', '%FF', '%00', 'x'.repeat(300), '🎉', '%0d%0aX-Evil:%201'])(
		'responds to "%s" with 410',
		async (raw) => {
			const { status, headers } = await http.get(`${instance.url}/p/${raw}`);
			expect([status, headers['x-evil']]).toEqual([410, undefined]);
		},
	);
});

describe('downloading a file', () => {
	test('returns its bytes with name, type and length, any number of times', async () => {
		const bytes = randomBytes(300_000);
		const file = { name: 'a b.bin', bytes, type: 'application/x-thing' };
		const { link, files } = await instance.sent(file);
		for (let count = 0; count < 2; count += 1) {
			const { status, data, headers } = await get(`${link}/file/${files[0]}`);
			expect(status).toBe(200);
			const digest = (content: Buffer) => createHash('sha256').update(content).digest('hex');
			expect(digest(data)).toBe(digest(bytes));
			expect(headers).toMatchObject({
				'content-type': 'application/x-thing',
				'content-length': String(bytes.length),
				'content-disposition': "attachment; filename*=UTF-8''a%20b.bin",
			});
		}
	});

	test('adds a charset to text, like Starlette', async () => {
		const { link, files } = await instance.sent(REPORT);
		const { headers } = await get(`${link}/file/${files[0]}`);
		expect(headers['content-type']).toBe('text/plain; charset=utf-8');
	});

	test.each([
		['Résumé 🎉.pdf', 'R%C3%A9sum%C3%A9%20%F0%9F%8E%89.pdf'],
		["it's (1)*!.pdf", 'it%27s%20%281%29%2A%21.pdf'],
		['../../x', '../../x'],
		['a%0d%0aX-Evil: 1', 'a%250d%250aX-Evil%3A%201'],
	])('named %j has a safe Content-Disposition', async (name, encoded) => {
		const { link, files } = await instance.sent({ name, bytes: 'x' });
		const { headers } = await get(`${link}/file/${files[0]}`);
		expect(headers['content-disposition']).toBe(`attachment; filename*=UTF-8''${encoded}`);
		expect(headers['x-evil']).toBeUndefined();
	});

	test('responds with 404 to an unknown file or one of another package', async () => {
		const { link } = await instance.sent(REPORT);
		const { files: others } = await instance.sent(REPORT);
		for (const file of [others[0], 'x', '..%2Fx']) {
			const { status, data } = await http.get<Problem>(`${link}/file/${file}`);
			expect([status, data]).toEqual([404, { detail: 'Not Found' }]);
		}
	});
});

describe('downloading all as a ZIP', () => {
	test('streams every file under its name', async () => {
		const { id } = await instance.create({ title: 'Q4: "final"/..' });
		const bytes = randomBytes(200_000).toString('base64');
		await instance.upload(id, { name: 'große Datei 🎉.bin', bytes });
		await instance.upload(id, { name: 'empty', bytes: '' });
		const { status, data, headers } = await get(`${await instance.finalize(id)}/zip`);
		expect(status).toBe(200);
		expect(headers['content-type']).toBe('application/zip');
		expect(headers['content-disposition']).toMatch(/^attachment; filename\*=UTF-8''[\w.-]+\.zip$/);
		expect(await unzipTexts(data)).toEqual([
			['große Datei 🎉.bin', bytes],
			['empty', ''],
		]);
	});

	test.each([
		[
			['a.txt', 'a.txt', 'a.txt'],
			['a.txt', 'a (2).txt', 'a (3).txt'],
		],
		[
			['noext', 'noext'],
			['noext', ' (2).noext'],
		],
		[
			['a.', 'a.'],
			['a.', 'a. (2)'],
		],
		[
			['a.tar.gz', 'a.tar.gz'],
			['a.tar.gz', 'a.tar (2).gz'],
		],
		[['folder/'], ['folder/']],
		[
			['../../evil.txt', '/etc/passwd', '..\\a', 'C:\\x'],
			['../../evil.txt', '/etc/passwd', '..\\a', 'x'],
		],
	])('names the files %j as %j', async (names, expected) => {
		const { link } = await instance.sent(...names.map((name) => ({ name, bytes: 'x' })));
		const { status, data } = await get(`${link}/zip`);
		expect(status).toBe(200);
		expect((await unzipTexts(data)).map(([name]) => name)).toEqual(expected);
	});

	test('responds with 404 if all files were deleted', async () => {
		const { id, link, files } = await instance.sent(REPORT);
		const taken = await instance.control('delete', `/packages/${id}/files/${files[0]}`);
		expect(taken.status).toBe(204);
		const { status, data } = await http.get<Problem>(`${link}/zip`);
		expect([status, data]).toEqual([404, { detail: 'no files to download' }]);
		expect((await http.get(link)).status).toBe(200);
	});
});

describe('an instance with S3 storage', () => {
	let link: string;
	let file: string;
	beforeAll(async () => {
		await instance.set({ storage: 's3' });
		const sent = await instance.sent({ name: 'a "b".txt', bytes: 'from S3', type: 'text/plain' });
		await instance.set({ storage: 'local' });
		[link, file] = [sent.link, `${sent.link}/file/${sent.files[0]}`];
		const { data } = await instance.api('get', `/packages/${sent.id}`);
		expect(data).toMatchObject({ storage_backend: 's3' });
	});

	test('redirects a download to the storage, which needs no credentials', async () => {
		const { status, headers } = await http.get(file);
		const location = String(headers.location);
		expect(status).toBe(302);
		expect(location.startsWith(`${instance.storage}/`)).toBe(true);
		const response = await http.get<string>(location);
		expect([response.status, response.data]).toEqual([200, 'from S3']);
		expect(response.headers['content-type']).toBe('binary/octet-stream');
		// The form of this client contains the quotes as %22, which the service stores and sends as they are.
		const disposition = String(response.headers['content-disposition']);
		expect(disposition).toBe('attachment; filename="a %22b%22.txt"');
	});

	test('rejects a download whose name is not in ISO 8859-1, as S3 does', async () => {
		await instance.set({ storage: 's3' });
		const sent = await instance.sent({ name: '文.txt', bytes: 'x', type: 'text/plain' });
		await instance.set({ storage: 'local' });
		const { headers } = await http.get(`${sent.link}/file/${sent.files[0]}`);
		const { status, data } = await http.get<string>(String(headers.location));
		expect(status).toBe(400);
		expect(data).toContain('<Code>InvalidArgument</Code>');
	});

	test('limits the URL to 15 minutes', async () => {
		const location = String((await http.get(file)).headers.location);
		await instance.bench.advance(15 * 60 - 30);
		expect((await http.get(location)).status).toBe(200);
		await instance.bench.advance(31);
		const late = await http.get<string>(location);
		expect([late.status, late.headers['content-type']]).toEqual([403, 'application/xml']);
		expect(late.data).toContain('<Code>AccessDenied</Code>');
	});

	test('rejects a request with a token', async () => {
		const location = String((await http.get(file)).headers.location);
		const headers = { authorization: `Bearer ${instance.token}` };
		const { status, data } = await http.get<string>(location, { headers });
		expect(status).toBe(400);
		expect(data).toContain('Only one auth mechanism allowed');
	});

	test('rejects a modified URL', async () => {
		const location = String((await http.get(file)).headers.location);
		for (const changed of [`${location}0`, location.replace(/--.*\?/, '--x?')]) {
			expect((await http.get(changed)).status).toBe(403);
		}
		expect((await http.get(`${instance.storage}/x`)).status).toBe(404);
	});

	test('has no ZIP, and its page offers none', async () => {
		const { status, data } = await http.get<Problem>(`${link}/zip`);
		expect([status, data]).toEqual([
			400,
			{ detail: 'bulk zip download is only available for local-storage packages' },
		]);
		expect((await http.get<string>(link)).data).not.toContain('/zip');
	});
});
