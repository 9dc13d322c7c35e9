import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { http } from './support.mts';
import { formOf, Instance, type PackageAnswer } from './speedyFilesSupport.mts';

let instance: Instance;
let regular: string;
beforeAll(async () => {
	instance = await Instance.start();
	regular = await instance.tokenOf(2);
});
afterAll(async () => await instance.stop());

const FILE = { name: 'Q4-report.pdf', bytes: '%PDF-1.7', type: 'application/pdf' };

const storedFiles = async () =>
	await readdir(join(instance.bench.folder, 'services/speedyFiles/files'));

describe('revoking and deleting', () => {
	test.each(['draft', 'active', 'revoked'])(
		'a package that is %s can be revoked',
		async (status) => {
			const { id } = await instance.create();
			await instance.upload(id, FILE);
			if (status !== 'draft') await instance.finalize(id);
			if (status === 'revoked') await instance.api('post', `/packages/${id}/revoke`);
			const response = await instance.api<PackageAnswer>('post', `/packages/${id}/revoke`);
			expect([response.status, response.data.status]).toEqual([200, 'revoked']);
			expect(response.data.files).toHaveLength(1);
		},
	);

	test('deleting: 204 without a body, then 404; files and link are removed', async () => {
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

describe('permissions', () => {
	const calls: [string, string][] = [
		['get', ''],
		['delete', ''],
		['post', '/finalize'],
		['post', '/revoke'],
		['post', '/files'],
	];
	test.each(calls)(
		'%s …%s of another user: 403; allowed for the administrator',
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
		['unknown', 'AAAAAAAAAAAAAAAAAAAAAA'],
		['a path', '..%2F..%2Fsecrets'],
		['with NUL and a line break', '%00%0D%0Ax'],
		['an emoji', '%F0%9F%8E%89'],
		['of 300 characters', 'x'.repeat(300)],
		['of an object prototype', '__proto__'],
	])('responds with 404 to an ID %s', async (_what, id) => {
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

	test('is sorted newest first with the files; a regular user sees their own packages', async () => {
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

	test('has pages', async () => {
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

	test('has 50 packages per page by default', async () => {
		for (let count = 0; count < 51; count += 1) await instance.create({}, regular);
		expect((await list('', regular)).data.items).toHaveLength(50);
	});
});

describe('other requests', () => {
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

	test.each(['/api/v1/', '/api/v1/nothing', '/api/v2/me', '/nothing', '/api/v1/packages/x/y/z'])(
		'%s: 404',
		async (path) => {
			const { status, data } = await http.get<unknown>(instance.url + path);
			expect([status, data]).toEqual([404, { detail: 'Not Found' }]);
		},
	);

	test.each([
		['/api/v1/packages/?limit=5', '/api/v1/packages?limit=5'],
		['/api/v1', '/api/v1/'],
	])('%s: 307 to %s, with or without a trailing slash', async (path, target) => {
		const { status, headers } = await http.get(instance.url + path);
		expect([status, headers.location]).toEqual([307, instance.url + target]);
	});

	test.each([
		['get', '/packages/%FF', 404, { detail: 'Not Found' }],
		['get', '/packages/%', 404, { detail: 'Not Found' }],
		['post', '/packages/%FF/finalize', 404, { detail: 'Not Found' }],
		['get', '/packages/x%2Ffinalize', 405, { detail: 'Method Not Allowed' }],
		['post', '/packages/x%2ffinalize', 404, { detail: 'Not Found' }],
	])('%s %s: the path is decoded first', async (method, path, status, data) => {
		const response = await http.request<unknown>({
			method,
			url: `${instance.url}/api/v1${path}`,
			headers: { authorization: `Bearer ${instance.token}` },
		});
		expect([response.status, response.data]).toEqual([status, data]);
	});

	test('an encoded slash in an ID reaches the operation behind it', async () => {
		const { id } = await instance.create();
		await instance.upload(id, FILE);
		const { data } = await http.post<{ magic_link: string }>(
			`${instance.url}/api/v1/packages/${id}%2Ffinalize`,
			undefined,
			{ headers: { authorization: `Bearer ${instance.token}` } },
		);
		expect(data.magic_link).toContain('/p/');
	});

	test('responses in JSON have no charset, also without content', async () => {
		const { id } = await instance.create();
		const types = [
			await instance.api('get', '/health'),
			await instance.api('get', '/packages/x'),
			await instance.api('post', '/packages', {}),
			await instance.api('delete', `/packages/${id}`),
		].map(({ status, headers }) => [status, headers['content-type'] as unknown]);
		expect(types).toEqual([200, 404, 422, 204].map((status) => [status, 'application/json']));
	});

	test.each([
		['get', `/packages?offset=${2n ** 63n}`],
		['delete', `/me/tokens/${2n ** 63n}`],
	])('%s %s: 500 in plain text, because the database cannot store it', async (method, path) => {
		const { status, data, headers } = await http.request<unknown>({
			method,
			url: `${instance.url}/api/v1${path}`,
			headers: { authorization: `Bearer ${instance.token}` },
		});
		expect([status, data]).toEqual([500, 'Internal Server Error']);
		expect(headers['content-type']).toBe('text/plain; charset=utf-8');
	});

	test('the largest offset is valid', async () => {
		const { status } = await instance.api('get', `/packages?offset=${2n ** 63n - 1n}`);
		expect(status).toBe(200);
	});

	test('redirect with 303 to the setup page until the instance is set up', async () => {
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

	test("faults: have the service's shape; size and hash can be wrong", async () => {
		const fault = async (path: string, what: object) =>
			await instance.bench.control('post', '/api/faults', {
				...{ service: 'speedyFiles', path, times: 1 },
				fault: what,
			});
		await fault('/api/v1/me', { type: 'status', status: 503 });
		const response = await http.get<unknown>(`${instance.url}/api/v1/me`);
		expect([response.status, response.data]).toEqual([503, { detail: 'Service Unavailable' }]);
		const { id } = await instance.create();
		await fault('/api/v1/packages/*', { type: 'wrongSize' });
		await fault('/api/v1/packages/*', { type: 'wrongHash' });
		const { data: uploaded } = await instance.upload(id, FILE);
		const { data: shown } = await instance.api<PackageAnswer>('get', `/packages/${id}`);
		expect(uploaded).toMatchObject({ size_bytes: FILE.bytes.length + 1 });
		expect(uploaded).not.toMatchObject({ sha256: (shown.files[0] as { sha256?: string }).sha256 });
		expect(shown.files).toMatchObject([{ size_bytes: FILE.bytes.length }]);
	});
});
