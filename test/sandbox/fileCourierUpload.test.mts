import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { parse } from 'node-html-parser';
import { Bench, eventually, http, upload } from './support.mts';

let bench: Bench;
beforeAll(async () => (bench = await Bench.start()));
afterAll(async () => await bench.stop());

const stored = async () => await readdir(join(bench.folder, 'services/fileCourier/files'));

/** Returns a multipart body with an unescaped file name, which no correct client would send. */
async function uploadRaw(link: string, filename: string, content = 'x') {
	const head = `--b\r\nContent-Disposition: form-data; name="files"; filename="${filename}"\r\nContent-Type: text/plain\r\n\r\n`;
	return await http.post<string>(link, Buffer.from(`${head}${content}\r\n--b--\r\n`), {
		headers: { 'content-type': 'multipart/form-data; boundary=b' },
	});
}

async function filesOf(id: string) {
	return (await bench.status(id)).data.data.files as { name: string; size: number; type: string }[];
}

describe("the recipient's page", () => {
	test('shows the requestor, the requested documents, the expiry and a form that works without JavaScript', async () => {
		const { link } = await bench.session({
			recipient: { email: 'john@customer.example', name: 'John Doe' },
			subject: 'Your claim CLM-1',
			message: 'We need two documents.',
			documents: ['Government ID', 'Proof of address'],
			brand_name: 'Acme',
			brand_logo_url: 'https://acme.example/logo.png',
			expires_at: '2099-03-04T05:06:07Z',
		});
		const { status, data: page, headers } = await http.get<string>(link);
		expect(status).toBe(200);
		expect(headers['content-type']).toBe('text/html; charset=utf-8');
		for (const text of [
			'Your claim CLM-1',
			'We need two documents.',
			'Government ID',
			'Proof of address',
		]) {
			expect(page).toContain(text);
		}
		expect(page).toContain('Requested by Acme Insurance for John Doe');
		expect(page).toContain('<img src="https://acme.example/logo.png" alt="">');
		expect(page).toContain('4 March 2099 at 05:06 UTC');
		const document = parse(page);
		expect(document.querySelector('form')?.attributes).toMatchObject({
			method: 'post',
			enctype: 'multipart/form-data',
			action: expect.stringMatching(/^\/u\/[0-9a-f]+$/) as string,
		});
		expect(document.querySelector('label[for=files] + input#files')?.attributes).toMatchObject({
			name: 'files',
			type: 'file',
			multiple: '',
		});
	});

	test('escapes text from requests', async () => {
		const evil = '<script>alert(1)</script>"\'><b>';
		const { link } = await bench.session({
			requestor_name: evil,
			subject: evil,
			message: evil,
			documents: [evil],
			brand_name: evil,
			recipient: { email: 'john@customer.example', name: evil },
			brand_logo_url: evil,
		});
		const page = (await http.get<string>(link)).data;
		expect(page).not.toContain('<script>alert');
		expect(page).not.toContain('"\'>');
		expect(page).not.toContain('<img');
		await upload(link, { name: evil, bytes: 'x' });
		const thanks = (await http.get<string>(`${link}/thanks`)).data;
		expect(thanks).toContain('&lt;script&gt;');
		expect(thanks).not.toContain('<script>alert');
	});

	test.each(['javascript:alert(1)', 'data:image/png;base64,AA', 'file:///etc/passwd', 'logo.png'])(
		'does not show a logo at %s',
		async (brand_logo_url) => {
			const { link } = await bench.session({ brand_logo_url });
			expect((await http.get<string>(link)).data).not.toContain('<img');
		},
	);

	test('only loads images from other hosts', async () => {
		const { link } = await bench.session();
		const policy = String((await http.get(link)).headers['content-security-policy']);
		expect(policy).toContain("default-src 'none'");
		expect(policy).toContain("script-src 'self'");
	});

	test('responds to an unknown link with 404 and a page', async () => {
		for (const path of ['/', '/u/', '/u/unknown', '/u/unknown/thanks', '/x']) {
			const { status, data } = await http.get<string>(bench.secure + path);
			expect(status).toBe(404);
			expect(data).toContain('Link not found');
		}
	});

	test('serves its style and script', async () => {
		expect((await http.get(`${bench.secure}/assets/style.css`)).headers['content-type']).toContain(
			'text/css',
		);
		expect((await http.get(`${bench.secure}/assets/upload.js`)).headers['content-type']).toContain(
			'javascript',
		);
		expect((await http.get(`${bench.secure}/assets/..%2fserver.mts`)).status).toBe(404);
	});
});

describe('uploading', () => {
	test('accepts several files and then shows a page of thanks', async () => {
		const { id, link } = await bench.session();
		const answer = await upload(
			link,
			{ name: 'licence.pdf', bytes: '%PDF-1.7', type: 'application/pdf' },
			{ name: 'empty.txt', bytes: '', type: 'text/plain' },
			{ name: 'photo', bytes: 'abc' },
		);
		expect(answer.status).toBe(303);
		expect(answer.headers.location).toBe(`${new URL(link).pathname}/thanks`);
		const thanks = await http.get<string>(`${link}/thanks`);
		expect(thanks.status).toBe(200);
		expect(thanks.data).toContain('Thank you');
		expect(thanks.data).toContain('licence.pdf');
		expect(await filesOf(id)).toEqual([
			{ name: 'licence.pdf', size: 8, type: 'application/pdf' },
			{ name: 'empty.txt', size: 0, type: 'text/plain' },
			{ name: 'photo', size: 3, type: 'application/octet-stream' },
		]);
		const { data } = await bench.status(id);
		expect(data.data.uploaded_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
	});

	test('shows the form with an error if no file was selected', async () => {
		const { id, link } = await bench.session();
		for (const answer of [await upload(link), await uploadRaw(link, '', '')]) {
			expect(answer.status).toBe(400);
			expect(answer.data).toContain('Please select at least one file.');
			expect(answer.data).toContain('<form method="post"');
		}
		expect(await bench.state(id)).toBe('pending');
	});

	test.each([
		['JSON', 'application/json', '{}'],
		['a form without files', 'application/x-www-form-urlencoded', 'files=x'],
		['multipart without a boundary', 'multipart/form-data', 'x'],
		[
			'a truncated multipart body',
			'multipart/form-data; boundary=b',
			'--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\nabc',
		],
	])('rejects %s with a page and keeps the link open', async (_what, type, body) => {
		const before = await stored();
		const { id, link } = await bench.session();
		const answer = await http.post<string>(link, Buffer.from(body), {
			headers: { 'content-type': type },
		});
		expect(answer.status).toBeGreaterThanOrEqual(400);
		expect(answer.status).toBeLessThan(500);
		expect(answer.data).toContain('<h1>');
		expect(await bench.state(id)).toBe('pending');
		expect(await stored()).toEqual(before);
	});

	test('works only once per link', async () => {
		const { link } = await bench.session();
		await upload(link, { name: 'a', bytes: 'a' });
		const again = await upload(link, { name: 'b', bytes: 'b' });
		expect(again.status).toBe(410);
		expect(again.data).toContain('Already uploaded');
		expect((await http.get(link)).status).toBe(410);
	});

	test('keeps no file of an aborted upload and keeps the link open', async () => {
		const before = await stored();
		const { id, link } = await bench.session();
		const outgoing = request(link, {
			method: 'POST',
			headers: { 'content-type': 'multipart/form-data; boundary=b', 'content-length': 1_000_000 },
		}).on('error', () => undefined);
		outgoing.write('--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n');
		outgoing.write('x'.repeat(100_000));
		await eventually(async () => ((await stored()).length > before.length ? true : undefined));
		expect((await upload(link, { name: 'b', bytes: 'b' })).status).toBe(409);
		outgoing.destroy();
		await eventually(async () => ((await stored()).length === before.length ? true : undefined));
		expect(await bench.state(id)).toBe('pending');
		expect((await upload(link, { name: 'b', bytes: 'b' })).status).toBe(303);
	});

	test('shows a page and keeps nothing if the session is cancelled during the upload', async () => {
		const before = await stored();
		const { id, link } = await bench.session();
		const body =
			'--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\nabc\r\n--b--\r\n';
		const answer = new Promise<number | undefined>((resolve) => {
			const outgoing = request(link, {
				method: 'POST',
				headers: {
					'content-type': 'multipart/form-data; boundary=b',
					'content-length': body.length,
				},
			}).on('response', (response) => {
				response.resume();
				resolve(response.statusCode);
			});
			outgoing.write(body.slice(0, 80));
			void http
				.delete(`${bench.api}/${id}`, { auth: bench.auth })
				.then(() => outgoing.end(body.slice(80)));
		});
		expect(await answer).toBe(410);
		expect(await stored()).toEqual(before);
		expect(await bench.state(id)).toBe('cancelled');
	});
});

describe('an expired link', () => {
	test('shows a page, accepts no files and appears in the status', async () => {
		const { id, link } = await bench.session({ expires_in_days: 1 });
		await bench.advance(86_400 - 60);
		expect((await http.get(link)).status).toBe(200);
		await bench.advance(120);
		const page = await http.get<string>(link);
		expect(page.status).toBe(410);
		expect(page.data).toContain('This link has expired');
		expect((await upload(link, { name: 'a', bytes: 'a' })).status).toBe(410);
		expect(await bench.state(id)).toBe('expired');
		const cancel = await http.delete<{ error: string }>(`${bench.api}/${id}`, { auth: bench.auth });
		expect(cancel.status).toBe(409);
		expect(cancel.data.error).toContain('expired');
	});
});

describe('file names sent by clients', () => {
	const names: [string, string, string][] = [
		['a path traversal', '../../../x', '../../../x'],
		['an absolute path', '/etc/passwd', '/etc/passwd'],
		['a Windows path', 'C:\\\\x\\\\y.txt', 'C:\\x\\y.txt'],
		['only dots', '..', '..'],
		['CR LF, as browsers write it', 'a%0D%0Ab.txt', 'a\r\nb.txt'],
		['quotes, as browsers write them', 'a%22b.txt', 'a"b.txt'],
		['a literal percent sign', '100%25.txt', '100%25.txt'],
		['a NUL', 'a\0b.txt', 'a\0b.txt'],
		['300 characters', `${'n'.repeat(296)}.txt`, `${'n'.repeat(296)}.txt`],
		['emoji and accents', 'Résumé 🎉 für José.txt', 'Résumé 🎉 für José.txt'],
		['the name of a secret file', 'secrets.json', 'secrets.json'],
	];
	test.each(names)('%s: is kept as a name and never used as a path', async (_what, sent, kept) => {
		const { id, link } = await bench.session();
		expect((await uploadRaw(link, sent, 'abc')).status).toBe(303);
		expect(await filesOf(id)).toEqual([{ name: kept, size: 3, type: 'text/plain' }]);
		for (const name of await stored()) expect(name).toMatch(/^[0-9a-f]{32}$/);
	});

	test('rejects more than 1,000 characters with a message', async () => {
		const { link } = await bench.session();
		const answer = await uploadRaw(link, 'n'.repeat(1001));
		expect(answer.status).toBe(400);
		expect(answer.data).toContain('must not be longer than 1000 characters');
	});

	test('replaces an invalid media type with octet-stream', async () => {
		const { id, link } = await bench.session();
		await upload(link, { name: 'a', bytes: 'a', type: 'not a type' });
		expect((await filesOf(id))[0].type).toBe('application/octet-stream');
	});
});
