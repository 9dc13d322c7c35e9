import type { RequestEntry } from '../../sandbox/core/requestLog.mts';
import { Shot } from './fileShotSupport.mts';
import { http } from './support.mts';

let shot: Shot;
beforeAll(async () => (shot = await Shot.start()));
afterAll(async () => await shot.stop());

const GONE = { status: 404, data: { error: 'File does not exist or has expired' } };

describe('a file', () => {
	test('returns its metadata without a key', async () => {
		const { fileId, expiresAt } = await shot.upload('document.pdf', 'abc');
		const { status, data } = await shot.anyone.get<unknown>(`${shot.api}/files/${fileId}`);
		expect(status).toBe(200);
		expect(data).toEqual({
			fileId,
			fileName: 'document.pdf',
			fileSize: 3,
			mimeType: 'text/plain',
			expiresAt,
			isZeroKnowledge: false,
			passwordProtected: false,
		});
	});

	test('reports a wrong size with the fault wrongSize', async () => {
		const { fileId } = await shot.upload('a', 'abc');
		const rule = {
			service: 'fileShot',
			path: '/api/files/',
			times: 1,
			fault: { type: 'wrongSize' },
		};
		await shot.bench.control('post', '/api/faults', rule);
		expect((await shot.get(`/files/${fileId}`)).data.fileSize).toBe(4);
		expect((await shot.get(`/files/${fileId}`)).data.fileSize).toBe(3);
	});

	test.each([
		['a password', { passwordProtected: 'true', password: 's3cret' }],
		['a price', { enablePaidAccess: 'true', price: '500' }],
	])('is only visible to its owner with %s', async (_what, wishes) => {
		const { fileId } = await shot.upload('a', 'abc', wishes);
		for (const path of [`/files/${fileId}`, `/files/download/${fileId}`]) {
			expect((await shot.anyone.get(shot.api + path)).status).toBe(401);
			expect([200, 302]).toContain((await shot.get(path)).status);
		}
	});

	test('expires with the clock: 404 everywhere', async () => {
		const { fileId, downloadUrl } = await shot.upload('a', 'abc', { expiryDays: '1' });
		const cdn = String((await shot.get(`/files/download/${fileId}`)).headers.location);
		await shot.bench.advance(86_300);
		expect((await shot.get(`/files/${fileId}`)).status).toBe(200);
		await shot.bench.advance(200);
		expect(await shot.get(`/files/${fileId}`)).toMatchObject(GONE);
		expect(await shot.get(`/files/download/${fileId}`)).toMatchObject(GONE);
		expect((await http.get(cdn)).status).toBe(403);
		expect((await http.get(downloadUrl)).status).toBe(410);
		expect((await shot.delete(`/files/${fileId}`)).status).toBe(200);
	});

	test.each([
		['json', 200, { success: true }],
		['empty', 200, ''],
		['noContent', 204, ''],
	])('is deleted with the response %s', async (deleteAnswer, status, body) => {
		await shot.withSettings({ deleteAnswer }, async () => {
			const { fileId } = await shot.upload('a', 'abc');
			const response = await shot.delete(`/files/${fileId}`);
			expect([response.status, response.data]).toEqual([status, body]);
			expect(await shot.get(`/files/${fileId}`)).toMatchObject(GONE);
			expect(await shot.delete(`/files/${fileId}`)).toMatchObject(GONE);
		});
	});

	test.each(['0', '..%2F..%2Fx', '%00', '%0d%0aX: y', '🎉', 'x'.repeat(300), `'"`, '__proto__'])(
		'does not exist with the ID %j',
		async (id) => {
			for (const path of [`/files/${id}`, `/files/download/${id}`]) {
				expect(await shot.get(path)).toMatchObject(GONE);
			}
			expect(await shot.delete(`/files/${id}`)).toMatchObject(GONE);
		},
	);
});

describe('a download', () => {
	test('redirects to another origin, which rejects and logs the API key', async () => {
		const { fileId } = await shot.upload('document.pdf', 'abc');
		const first = await shot.get(`/files/download/${fileId}`);
		const url = String(first.headers.location);
		expect(first.status).toBe(302);
		expect(url).toMatch(
			new RegExp(`^${shot.origins.cdn}/${fileId}/document.pdf\\?expires=\\d+&signature=`),
		);
		await shot.bench.control('delete', '/api/requests');
		const leaked = await shot.http.get<{ error: string }>(url);
		expect([leaked.status, leaked.data.error]).toEqual([
			400,
			expect.stringContaining('Only one auth mechanism'),
		]);
		const right = await http.get<string>(url);
		expect([right.status, right.data]).toEqual([200, 'abc']);
		expect(right.headers['content-disposition']).toContain('filename=document.pdf');
		const { data } = await shot.bench.control<RequestEntry[]>('get', '/api/requests');
		expect(data).toMatchObject([
			{ service: 'fileShot', origin: 'cdn', authorized: true, status: 400 },
			{ service: 'fileShot', origin: 'cdn', authorized: false, status: 200 },
		]);
	});

	test('from the CDN cannot be modified and is valid for one hour', async () => {
		const { fileId } = await shot.upload('a', 'abc');
		const url = String((await shot.get(`/files/download/${fileId}`)).headers.location);
		expect((await http.get(url.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')))).status).toBe(
			403,
		);
		expect((await http.get(url.replace(/expires=\d/, 'expires=9'))).status).toBe(403);
		expect((await http.get(shot.origins.cdn)).status).toBe(404);
		expect((await http.post(url, {})).status).toBe(405);
		await shot.bench.advance(3700);
		expect(await http.get(url)).toMatchObject({
			status: 403,
			data: { error: 'This URL is expired' },
		});
	});

	test('is a direct stream if configured, with ranges and HEAD', async () => {
		const { fileId } = await shot.upload('a.txt', '0123456789');
		await shot.withSettings({ download: 'stream' }, async () => {
			const path = `${shot.api}/files/download/${fileId}`;
			const whole = await shot.anyone.get<string>(path, { responseType: 'text' });
			expect([whole.status, whole.data]).toEqual([200, '0123456789']);
			const range = { headers: { range: 'bytes=2-4' }, responseType: 'text' } as const;
			const part = await shot.anyone.get<string>(path, range);
			expect([part.status, part.data]).toEqual([206, '234']);
			expect((await shot.anyone.head<unknown>(path)).headers['content-length']).toBe('10');
		});
		// Neither HEAD nor a range counts.
		expect((await shot.list<object>('files'))[0]).toMatchObject({ downloads: 1 });
	});

	test.each(['../../etc/passwd', '..', 'Résumé 🎉.pdf', 'a\r\nX-Evil: 1.pdf', 'n'.repeat(300)])(
		'named %j has a safe Content-Disposition',
		async (name) => {
			const { fileId } = await shot.upload(name, 'abc');
			const { headers } = await shot.get(`/files/download/${fileId}`);
			const { status, data, headers: sent } = await http.get<string>(String(headers.location));
			expect([status, data, sent['x-evil']]).toEqual([200, 'abc', undefined]);
			expect(sent['content-disposition']).toContain('attachment; filename=');
		},
	);

	test('of an encrypted file created through the control API is ciphertext and marked as such', async () => {
		const made = await shot.bench.control<{ fileId: string }>(
			'post',
			'/api/services/fileShot/files',
			{
				fileName: 'secret.pdf',
				content: Buffer.from('FSZK\x01...').toString('base64'),
				isZeroKnowledge: true,
			},
		);
		const { fileId } = made.data;
		expect((await shot.get(`/files/${fileId}`)).data).toMatchObject({ isZeroKnowledge: true });
		const { headers } = await shot.get(`/files/download/${fileId}`);
		expect(headers['x-is-zero-knowledge']).toBe('true');
		const { data, headers: sent } = await http.get<string>(String(headers.location));
		expect([data, sent['x-is-zero-knowledge']]).toEqual(['FSZK\x01...', 'true']);
		const bad = { fileName: 'a', content: 'not base64!' };
		expect((await shot.bench.control('post', '/api/services/fileShot/files', bad)).status).toBe(
			400,
		);
	});
});

describe('the list', () => {
	let listed: Shot;
	beforeAll(async () => {
		listed = await Shot.start();
		for (const name of ['a', 'b', 'c']) {
			await listed.upload(name, name, { expiryDays: name === 'a' ? '1' : '30' });
			await listed.bench.advance(60);
		}
	});
	afterAll(async () => await listed.stop());
	const names = (items: Record<string, unknown>[]) =>
		items.map((item) => String(item.fileName ?? item.file_name)).join('');

	test('has pages, newest first', async () => {
		const { data } = await listed.get('/files', { params: { page: 2, limit: 2 } });
		expect(data).toMatchObject({ page: 2, limit: 2, total: 3, files: [{ fileName: 'a' }] });
		expect((await listed.get('/files')).data).toMatchObject({ page: 1, limit: 20 });
		expect((await listed.get('/files', { params: { page: 9 } })).data.files).toEqual([]);
	});

	test.each([
		['files', (body: never) => body['files']],
		['array', (body: never) => body],
		['data', (body: never) => body['data']],
		['items', (body: never) => body['items']],
		['results', (body: never) => body['results']],
	])('has the shape %s, with both styles of field names', async (listShape, pick) => {
		for (const fieldNames of ['camelCase', 'snake_case']) {
			await listed.withSettings({ listShape, fieldNames }, async () => {
				const { data } = await listed.get('/files', { params: { limit: 2 } });
				const items = pick(data as never) as Record<string, unknown>[];
				expect(names(items)).toBe('cb');
				expect('file_id' in items[0]).toBe(fieldNames === 'snake_case');
			});
		}
	});

	test('includes or omits expired files', async () => {
		await listed.bench.advance(86_400);
		const { data } = await listed.get('/files');
		expect(data.files.map(({ expired }) => expired)).toEqual([false, false, true]);
		await listed.withSettings({ expiredFiles: 'hidden' }, async () => {
			expect(names((await listed.get('/files')).data.files)).toBe('cb');
		});
	});

	test.each(['page=0', 'page=x', 'page=-1', 'limit=0', 'limit=101', 'limit=1.5', 'page=1&page=2'])(
		'%s: 400',
		async (query) => expect((await listed.get(`/files?${query}`)).status).toBe(400),
	);
});

test('all data is available after a restart', async () => {
	const first = await Shot.start();
	const { fileId } = await first.upload('a.txt', 'abc', { customSlug: 'kept' });
	const info = (await first.get(`/files/${fileId}`)).data;
	await first.stop({ keep: true });
	const second = await Shot.start({}, first.bench.folder);
	expect((await second.get(`/files/${fileId}`)).data).toEqual(info);
	expect(await second.bytes(fileId)).toBe('abc');
	expect((await http.get(`${second.origins.share}/f/kept`)).status).toBe(200);
	await second.stop();
});
