import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { http } from './support.mts';
import {
	formOf,
	Instance,
	NEW_PACKAGE,
	type PackageAnswer,
	type Problem,
} from './speedyFilesSupport.mts';

let instance: Instance;
let regular: string;
beforeAll(async () => {
	instance = await Instance.start();
	regular = await instance.tokenOf(2);
});
afterAll(async () => await instance.stop());

const FILE = { name: 'Q4-report.pdf', bytes: '%PDF-1.7', type: 'application/pdf' };

/** Posts a multipart body that no form library would write. */
async function raw(id: string, lines: string[], type = 'multipart/form-data; boundary=b') {
	return await http.post<Problem>(
		`${instance.url}/api/v1/packages/${id}/files`,
		lines.join('\r\n'),
		{ headers: { authorization: `Bearer ${instance.token}`, 'content-type': type } },
	);
}

const part = (disposition: string, ...lines: string[]) => [
	'--b',
	`Content-Disposition: form-data; ${disposition}`,
	...lines,
];

const storedFiles = async () =>
	await readdir(join(instance.bench.folder, 'services/speedyFiles/files'));

describe('uploading a file', () => {
	test('201 with its real size and hash', async () => {
		const { id } = await instance.create();
		const { status, data } = await instance.upload(id, FILE);
		expect(status).toBe(201);
		expect(data).toEqual({
			id: expect.stringMatching(/^[A-Za-z0-9_-]{11}$/) as string,
			original_name: FILE.name,
			size_bytes: FILE.bytes.length,
			sha256: createHash('sha256').update(FILE.bytes).digest('hex'),
			content_type: 'application/pdf',
			state: 'complete',
			duration_ms: expect.any(Number) as number,
			uploaded_at: expect.stringMatching(/\.\d{6}$/) as string,
			created_at: expect.stringMatching(/\.\d{6}$/) as string,
		});
		const { data: shown } = await instance.api<PackageAnswer>('get', `/packages/${id}`);
		expect(shown.files).toEqual([data]);
	});

	test('of no bytes has the hash of nothing', async () => {
		const { id } = await instance.create();
		const { data } = await instance.upload(id, { name: 'empty', bytes: '' });
		expect(data).toMatchObject({
			size_bytes: 0,
			sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
		});
	});

	test.each([
		'Résumé 🎉.pdf',
		'../../../etc/passwd',
		'..',
		'a/b\\c.txt',
		"it's (1).txt",
		'a%2Fb%00.txt',
		'n'.repeat(300),
	])('named %j keeps its name and nothing leaves its folder', async (name) => {
		const { id } = await instance.create();
		expect((await instance.upload(id, { name, bytes: 'x' })).data.original_name).toBe(name);
		for (const stored of await storedFiles()) expect(stored).toMatch(/^[0-9a-f]{32}$/);
	});

	test('a browser writes a quote as %22, and so it stays', async () => {
		const { id } = await instance.create();
		const { data } = await instance.upload(id, { name: 'a"b.txt', bytes: 'x' });
		expect(data.original_name).toBe('a%22b.txt');
	});

	test('several in one request: the last one counts, nothing of the others is kept', async () => {
		const { id } = await instance.create();
		const form = formOf({ name: 'first', bytes: '1' });
		form.append('file', new Blob(['2']), 'second');
		form.append('other', new Blob(['3']), 'third');
		form.append('text', 'x');
		const before = (await storedFiles()).length;
		const { data } = await instance.api<PackageAnswer>('post', `/packages/${id}/files`, form);
		expect(data.original_name).toBe('second');
		expect(await storedFiles()).toHaveLength(before + 1);
	});

	test('after finalizing: the same link shows it', async () => {
		const { id, link } = await instance.sent(FILE);
		expect((await instance.upload(id, { name: 'late.txt', bytes: 'x' })).status).toBe(201);
		expect((await http.get<string>(link)).data).toContain('late.txt');
	});

	test.each([
		['form text instead of a file', part('name="file"', '', 'hello', '--b--', ''), 'value_error'],
		['an empty text', part('name="file"', '', '', '--b--', ''), 'missing'],
		['another field', part('name="upload"; filename="x"', '', 'x', '--b--', ''), 'missing'],
		['a form that ends too early', part('name="file"; filename="x"', '', 'hel'), 'missing'],
		['no part at all', ['--b--', ''], 'missing'],
	])('%s: 422', async (_what, lines, type) => {
		const { id } = await instance.create();
		const before = (await storedFiles()).length;
		const { status, data } = await raw(id, lines);
		expect(status).toBe(422);
		expect(data.detail).toMatchObject([{ type, loc: ['body', 'file'] }]);
		expect(await storedFiles()).toHaveLength(before);
	});

	test('JSON or an encoded form instead of multipart: 422', async () => {
		const { id } = await instance.create();
		const fault = { loc: ['body', 'file'] };
		const json = await raw(id, ['{}'], 'application/json');
		expect([json.status, json.data]).toMatchObject([
			422,
			{ detail: [{ ...fault, type: 'missing' }] },
		]);
		const form = await raw(id, ['file=abc'], 'application/x-www-form-urlencoded');
		expect([form.status, form.data]).toMatchObject([
			422,
			{ detail: [{ ...fault, type: 'value_error', input: 'abc' }] },
		]);
	});

	test('no boundary: 400', async () => {
		const { id } = await instance.create();
		const { status, data } = await raw(id, ['x'], 'multipart/form-data');
		expect([status, data]).toEqual([400, { detail: 'Missing boundary in multipart.' }]);
	});

	test('an empty file name: 400', async () => {
		const { id } = await instance.create();
		const { status, data } = await raw(
			id,
			part('name="file"; filename=""', 'Content-Type: text/plain', '', 'x', '--b--', ''),
		);
		expect([status, data]).toEqual([400, { detail: 'filename required' }]);
	});

	test('to a revoked package, or an inbound one: 400', async () => {
		const { id } = await instance.sent(FILE);
		await instance.api('post', `/packages/${id}/revoke`);
		const revoked = await instance.upload(id, FILE);
		expect([revoked.status, revoked.data]).toEqual([
			400,
			{ detail: "package status is 'revoked'" },
		]);
		const inbound = await instance.upload((await instance.asked()).id, FILE);
		expect([inbound.status, inbound.data]).toEqual([
			400,
			{ detail: 'files can only be uploaded to outbound packages via this endpoint' },
		]);
	});

	test('refused for its token or its package: nothing is kept', async () => {
		const before = (await storedFiles()).length;
		const { id } = await instance.create();
		const path = `/packages/${id}/files`;
		expect((await instance.api('post', path, formOf(FILE), 'sf_x')).status).toBe(401);
		expect((await instance.api('post', path, formOf(FILE), regular)).status).toBe(403);
		expect((await instance.upload('x', FILE)).status).toBe(404);
		expect(await storedFiles()).toHaveLength(before);
	});
});

describe('finalizing', () => {
	const finalize = async (id: string) => await instance.api('post', `/packages/${id}/finalize`);

	test('mints the link and mails it', async () => {
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

	test('twice: the second time there is no link', async () => {
		const { id } = await instance.sent(FILE);
		const { status, data } = await finalize(id);
		expect([status, data]).toEqual([
			200,
			{ ok: true, redirect: `/dash/packages/${id}`, magic_link: null },
		]);
		expect(await instance.links(id)).toHaveLength(1);
	});

	test('after revoking: active again, with a new link; the old one stays dead', async () => {
		const { id, link } = await instance.sent(FILE);
		await instance.api('post', `/packages/${id}/revoke`);
		const renewed = await instance.finalize(id);
		expect(renewed).not.toBe(link);
		expect((await http.get(link)).status).toBe(410);
		expect((await http.get(renewed ?? '')).status).toBe(200);
	});

	test('with the mail server down: still 200 with the link, and no e-mail', async () => {
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
		['an inbound one', { direction: 'inbound' }, 'not an outbound package'],
	])('%s: 400', async (_what, changes, detail) => {
		const { id } = await instance.create(changes);
		const { status, data } = await finalize(id);
		expect([status, data]).toEqual([400, { detail }]);
	});

	test('takes any body, since it reads none', async () => {
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

describe('revoking and deleting', () => {
	test.each(['draft', 'active', 'revoked'])('a package that is %s is revoked', async (status) => {
		const { id } = await instance.create();
		await instance.upload(id, FILE);
		if (status !== 'draft') await instance.finalize(id);
		if (status === 'revoked') await instance.api('post', `/packages/${id}/revoke`);
		const answer = await instance.api<PackageAnswer>('post', `/packages/${id}/revoke`);
		expect([answer.status, answer.data.status]).toEqual([200, 'revoked']);
		expect(answer.data.files).toHaveLength(1);
	});

	test('deleting: 204 without a body, then 404; files and link are gone', async () => {
		const { id, link } = await instance.sent(FILE);
		const before = (await storedFiles()).length;
		const { status, data } = await instance.api('delete', `/packages/${id}`);
		expect([status, data]).toEqual([204, '']);
		expect(await storedFiles()).toHaveLength(before - 1);
		expect((await http.get(link)).status).toBe(410);
		expect((await instance.api('delete', `/packages/${id}`)).status).toBe(404);
	});

	test('an expired package stays active in the API', async () => {
		const { id, link } = await instance.sent(FILE);
		await instance.bench.advance(8 * 86_400);
		expect((await instance.api<PackageAnswer>('get', `/packages/${id}`)).data.status).toBe(
			'active',
		);
		expect((await http.get(link)).status).toBe(410);
	});
});

describe('who may do what', () => {
	const calls: [string, string][] = [
		['get', ''],
		['delete', ''],
		['post', '/finalize'],
		['post', '/revoke'],
		['post', '/files'],
	];
	test.each(calls)(
		"%s …%s of somebody else's: 403; the administrator may",
		async (method, path) => {
			const theirs = await instance.create({}, regular);
			const ours = await instance.create();
			for (const { id } of [ours, theirs]) {
				await instance.api('post', `/packages/${id}/files`, formOf(FILE));
			}
			const call = async (id: string, token: string) =>
				await instance.api(
					method,
					`/packages/${id}${path}`,
					path ? formOf(FILE) : undefined,
					token,
				);
			const refused = await call(ours.id, regular);
			expect([refused.status, refused.data]).toEqual([403, { detail: 'Forbidden' }]);
			expect((await call(theirs.id, instance.token)).status).toBeLessThan(300);
		},
	);

	test.each([
		['never given', 'AAAAAAAAAAAAAAAAAAAAAA'],
		['a path', '..%2F..%2Fsecrets'],
		['with NUL and line break', '%00%0D%0Ax'],
		['an emoji', '%F0%9F%8E%89'],
		['of 300 characters', 'x'.repeat(300)],
		['of an object', '__proto__'],
	])('an id %s: 404', async (_what, id) => {
		for (const [method, path] of calls) {
			const { status, data } = await instance.api(
				method,
				`/packages/${id}${path}`,
				path === '/files' ? formOf(FILE) : undefined,
			);
			expect([status, data]).toEqual([404, { detail: 'Not Found' }]);
		}
	});
});

describe('the list', () => {
	type List = { total: number; items: PackageAnswer[] };
	const list = async (query: string, token?: string) =>
		await instance.api<List>('get', `/packages${query}`, undefined, token);

	test('has the newest first, each with its files; a regular user sees their own', async () => {
		const mine: string[] = [];
		for (let count = 0; count < 4; count += 1)
			mine.unshift((await instance.create({}, regular)).id);
		const { data } = await list('', regular);
		expect(data.total).toBe(data.items.length);
		expect(data.items.slice(0, 4).map(({ id }) => id)).toEqual(mine);
		expect(data.items.every(({ owner_user_id }) => owner_user_id === 2)).toBe(true);
		const all = (await list('?limit=200')).data;
		expect(all.total).toBeGreaterThan(data.total);
		const times = all.items.map(({ created_at }) => created_at);
		expect(times).toEqual([...times].sort().reverse());
		expect(new Set(times).size).toBe(times.length);
		expect(all.items.some(({ files }) => files.length > 0)).toBe(true);
	});

	test('comes in pages', async () => {
		const { total, items } = (await list('?limit=200')).data;
		const paged: string[] = [];
		for (let offset = 0; offset < total; offset += 3) {
			const page = (await list(`?limit=3&offset=${offset}`)).data;
			expect(page.total).toBe(total);
			paged.push(...page.items.map(({ id }) => id));
		}
		expect(paged).toEqual(items.map(({ id }) => id));
		expect((await list(`?offset=${total}`)).data).toEqual({ total, items: [] });
	});

	test.each([
		['?limit=0', 'limit', 'greater_than_equal', '0'],
		['?limit=201', 'limit', 'less_than_equal', '201'],
		['?limit=', 'limit', 'int_parsing', ''],
		['?limit=5&limit=x', 'limit', 'int_parsing', 'x'],
		['?offset=-1', 'offset', 'greater_than_equal', '-1'],
		['?offset=1e3', 'offset', 'int_parsing', '1e3'],
	])('%s: 422', async (query, name, type, input) => {
		const { status, data } = await list(query);
		expect(status).toBe(422);
		expect(data).toMatchObject({ detail: [{ type, loc: ['query', name], input }] });
	});

	test('has 50 in a page unless told otherwise', async () => {
		for (let count = 0; count < 51; count += 1) await instance.create({}, regular);
		expect((await list('', regular)).data.items).toHaveLength(50);
	});
});

describe('whatever else is asked', () => {
	test.each([
		['put', '/api/v1/packages', 'GET'],
		['post', '/api/v1/me', 'GET'],
		['head', '/api/v1/me', 'GET'],
		['options', '/api/v1/packages', 'GET'],
		['patch', '/api/v1/packages/x', 'GET'],
		['get', '/api/v1/me/tokens/1', 'DELETE'],
		['get', '/api/v1/packages/x/files', 'POST'],
		['delete', '/api/v1/packages/x/finalize', 'POST'],
		['post', '/p/x', 'GET'],
		['get', '/p/x/upload', 'POST'],
	])('%s %s: 405 with Allow, before the token', async (method, path, allow) => {
		const { status, headers, data } = await http.request<unknown>({
			method,
			url: instance.url + path,
		});
		expect([status, headers.allow]).toEqual([405, allow]);
		if (method !== 'head') expect(data).toEqual({ detail: 'Method Not Allowed' });
	});

	test.each(['/api/v1', '/api/v1/nothing', '/api/v2/me', '/nothing', '/api/v1/packages/x/y/z'])(
		'%s: 404',
		async (path) => {
			const { status, data } = await http.get<unknown>(instance.url + path);
			expect([status, data]).toEqual([404, { detail: 'Not Found' }]);
		},
	);

	test('a slash too many or too few: 307 to the right path', async () => {
		const { status, headers } = await http.get(`${instance.url}/api/v1/packages/?limit=5`);
		expect([status, headers.location]).toEqual([307, `${instance.url}/api/v1/packages?limit=5`]);
	});

	test('an instance that nobody has set up: 303 to its setup page, whatever is asked', async () => {
		await instance.set({ instance: 'notSetUp' });
		for (const path of ['/api/v1/health', '/api/v1/packages', '/p/x', '/', '/nothing']) {
			const { status, headers } = await http.get(instance.url + path);
			expect([path, status, headers.location]).toEqual([path, 303, '/setup']);
		}
		expect((await instance.upload('x', FILE)).status).toBe(303);
		const page = await http.get(`${instance.url}/setup`);
		expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
		await instance.set({ instance: 'ready' });
		expect((await http.get(`${instance.url}/setup`)).headers.location).toBe('/login');
	});

	test('faults answer in the shape of the service; size and hash can be told wrong', async () => {
		const fault = async (path: string, what: object) =>
			await instance.bench.control('post', '/api/faults', {
				...{ service: 'speedyFiles', path, times: 1 },
				fault: what,
			});
		await fault('/api/v1/me', { type: 'status', status: 503 });
		const answer = await http.get<unknown>(`${instance.url}/api/v1/me`);
		expect([answer.status, answer.data]).toEqual([503, { detail: 'Service Unavailable' }]);
		const { id } = await instance.create();
		await fault('/api/v1/packages/*', { type: 'wrongSize' });
		await fault('/api/v1/packages/*', { type: 'wrongHash' });
		const { data: told } = await instance.upload(id, FILE);
		const { data: shown } = await instance.api<PackageAnswer>('get', `/packages/${id}`);
		expect(told).toMatchObject({ size_bytes: FILE.bytes.length + 1 });
		expect(told).not.toMatchObject({ sha256: (shown.files[0] as { sha256?: string }).sha256 });
		expect(shown.files).toMatchObject([{ size_bytes: FILE.bytes.length }]);
	});
});
