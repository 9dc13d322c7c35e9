import { createHash, randomBytes } from 'node:crypto';
import type { RequestEntry } from '../../sandbox/core/requestLog.mts';
import { Bench, http, Receiver, upload } from './support.mts';

let bench: Bench;
let receiver: Receiver;
beforeAll(async () => {
	bench = await Bench.start();
	receiver = await Receiver.start();
});
afterAll(async () => {
	await bench.stop();
	await receiver.stop();
});

/** Uploads a file and returns the URL in the webhook. */
async function deliveredUrl(
	name: string,
	bytes: string,
	type = 'application/pdf',
): Promise<string> {
	receiver.requests.length = 0;
	const { link } = await bench.session({ callback_url: receiver.url });
	await upload(link, { name, bytes, type });
	await bench.delivery(
		({ state, body }) => state === 'delivered' && body.includes(link.slice(-20)),
	);
	const body = JSON.parse(receiver.requests[0].body) as { data: { files: { url: string }[] } };
	return body.data.files[0].url;
}

describe('a delivered URL', () => {
	test('returns the file with its name, type and length without credentials', async () => {
		const bytes = randomBytes(70_000).toString('base64');
		const url = await deliveredUrl('licence.pdf', bytes);
		const { status, data, headers } = await http.get<Buffer>(url, { responseType: 'arraybuffer' });
		expect(status).toBe(200);
		const digest = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');
		expect(digest(data)).toBe(digest(bytes));
		expect(headers).toMatchObject({
			'content-type': 'application/pdf',
			'content-length': String(bytes.length),
			'content-disposition': 'attachment; filename=licence.pdf',
			'accept-ranges': 'bytes',
			'x-content-type-options': 'nosniff',
			etag: expect.any(String) as string,
		});
	});

	test('returns an empty file', async () => {
		const { status, data, headers } = await http.get<string>(await deliveredUrl('empty', ''));
		expect([status, data, headers['content-length']]).toEqual([200, '', '0']);
	});

	test.each([
		['Résumé 🎉.pdf', `"R?sum? ??.pdf"; filename*=UTF-8''R%C3%A9sum%C3%A9%20%F0%9F%8E%89.pdf`],
		[`it's "x" (1).pdf`, String.raw`"it's \"x\" (1).pdf"`],
		['a\r\nX-Evil: 1.pdf', `"a??X-Evil: 1.pdf"; filename*=UTF-8''a%0D%0AX-Evil%3A%201.pdf`],
		['../../../x', '"../../../x"'],
		['..', '..'],
		['n'.repeat(300), 'n'.repeat(300)],
	])('returns a file named %j with a safe Content-Disposition', async (name, sent) => {
		const url = await deliveredUrl(name, 'abc');
		const { status, data, headers } = await http.get<string>(url);
		expect([status, data]).toEqual([200, 'abc']);
		expect(headers['content-disposition']).toBe(`attachment; filename=${sent}`);
		expect(headers['x-evil']).toBeUndefined();
	});

	test('supports HEAD, ranges and If-None-Match', async () => {
		const url = await deliveredUrl('digits.txt', '0123456789', 'text/plain');
		const head = await http.head<string>(url);
		expect([head.status, head.headers['content-length'], head.data]).toEqual([200, '10', '']);
		const part = await http.get<string>(url, {
			headers: { range: 'bytes=2-4' },
			responseType: 'text',
		});
		expect([part.status, part.data, part.headers['content-range']]).toEqual([
			206,
			'234',
			'bytes 2-4/10',
		]);
		const beyond = await http.get<unknown>(url, { headers: { range: 'bytes=50-' } });
		expect([beyond.status, beyond.headers['content-range']]).toEqual([416, 'bytes */10']);
		expect(beyond.data).toEqual({ status: false, error: 'Range Not Satisfiable' });
		expect(beyond.headers['content-disposition']).toBeUndefined();
		const same = await http.get(url, { headers: { 'if-none-match': String(head.headers.etag) } });
		expect(same.status).toBe(304);
	});

	test('is valid for 24 hours', async () => {
		const url = await deliveredUrl('a.pdf', 'abc');
		await bench.advance(24 * 3600 - 60);
		expect((await http.get(url)).status).toBe(200);
		await bench.advance(120);
		const late = await http.get<unknown>(url);
		expect(late.status).toBe(403);
		expect(late.data).toEqual({ status: false, error: 'This URL has expired' });
	});

	test('cannot be modified', async () => {
		const url = new URL(await deliveredUrl('a.pdf', 'abc'));
		const changes: ((changed: URL) => void)[] = [
			(changed) => changed.searchParams.set('expires', '9999999999'),
			(changed) => changed.searchParams.set('file', '000000000000'),
			(changed) => changed.searchParams.delete('signature'),
			(changed) => changed.searchParams.append('x', 'y'),
			(changed) => (changed.pathname = changed.pathname.replace('a.pdf', 'b.pdf')),
			(changed) => (changed.search = ''),
		];
		for (const change of changes) {
			const changed = new URL(url);
			change(changed);
			const response = await http.get<unknown>(changed.href);
			expect(response.status).toBe(403);
			expect(response.data).toEqual({
				status: false,
				error: 'The signature does not match this URL',
			});
		}
	});
});

describe('the origin of the files', () => {
	test('rejects credentials, which the log reports', async () => {
		const url = await deliveredUrl('a.pdf', 'abc');
		await bench.control('delete', '/api/requests');
		const response = await http.get<{ error: string }>(url, {
			headers: { authorization: 'Bearer leaked' },
		});
		expect(response.status).toBe(400);
		expect(response.data.error).toContain('Only one auth mechanism allowed');
		await http.get(url);
		const { data } = await bench.control<RequestEntry[]>('get', '/api/requests');
		expect(data.map(({ origin, status, authorized }) => ({ origin, status, authorized }))).toEqual([
			{ origin: 'files', status: 400, authorized: true },
			{ origin: 'files', status: 200, authorized: false },
		]);
		expect(JSON.stringify(data)).not.toContain('leaked');
		expect(JSON.stringify(data)).not.toContain('signature');
	});

	test('is a separate origin', () => {
		const origins = Object.values(bench.sandbox.info.services.fileCourier.origins);
		expect(new Set([bench.portal, ...origins]).size).toBe(4);
	});

	test('rejects other paths and methods', async () => {
		expect((await http.get(bench.files)).status).toBe(404);
		const post = await http.post<unknown>(await deliveredUrl('a.pdf', 'abc'), {});
		expect([post.status, post.headers.allow]).toEqual([405, 'GET']);
	});
});
