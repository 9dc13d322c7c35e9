import { App } from './filesAppSupport.mts';
import { sha256 } from './formSupport.mts';

let app: App;
beforeAll(async () => (app = await App.start()));
afterAll(async () => await app.stop());

const missing = { status: 404, data: { error: { code: 'not_found', message: 'File not found' } } };

describe('a file', () => {
	test('returns its metadata, with times in seconds', async () => {
		const id = await app.upload('document.pdf', 'abc');
		const { status, data } = await app.get(`/files/${id}`);
		expect(status).toBe(200);
		expect(data).toEqual({
			id,
			name: 'document.pdf',
			size: 3,
			encrypted: true,
			mime_type: 'text/plain',
			created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
			updated_at: data.created_at,
		});
		expect((await app.get(`/files/${id}`, { download: false })).data).toEqual(data);
	});

	test('is downloaded with its name, ranges, HEAD and Last-Modified', async () => {
		await app.bench.advance(40 * 86_400);
		const content = '0123456789'.repeat(10_000);
		const id = await app.upload('Übersicht.txt', content);
		const url = `/files/${id}?download=true`;
		const whole = await app.http.get<string>(url, { responseType: 'text' });
		expect([whole.status, sha256(whole.data)]).toEqual([200, sha256(content)]);
		expect(whole.headers).toMatchObject({
			'content-type': expect.stringContaining('text/plain') as string,
			'content-length': '100000',
			'content-disposition': `attachment; filename="?bersicht.txt"; filename*=UTF-8''%C3%9Cbersicht.txt`,
			'accept-ranges': 'bytes',
		});
		const age = Date.parse(String(whole.headers['last-modified'])) - Date.now();
		expect(age / 86_400_000).toBeCloseTo(40, 1);
		const part = await app.http.get<string>(url, {
			headers: { range: 'bytes=5-9' },
			responseType: 'text',
		});
		expect([part.status, part.data]).toEqual([206, '56789']);
		expect((await app.http.get(url, { headers: { range: 'bytes=100000-' } })).status).toBe(416);
		const head = await app.http.head<unknown>(url);
		expect([head.status, head.headers['content-length']]).toEqual([200, '100000']);
	});

	test('no longer exists after it was deleted', async () => {
		const id = await app.upload('a.txt', 'abc');
		expect((await app.http.delete(`/files/${id}`)).data).toEqual({ deleted: true });
		expect(await app.get(`/files/${id}`)).toMatchObject(missing);
		expect(await app.get(`/files/${id}`, { download: true })).toMatchObject(missing);
		expect(await app.http.delete(`/files/${id}`)).toMatchObject(missing);
	});

	test.each([
		'file_0',
		'..%2F..%2Fx',
		'%00',
		'%0d%0aX: y',
		'🎉',
		'x'.repeat(300),
		`'"`,
		'__proto__',
		'constructor',
	])('does not exist with the ID %j', async (id) => {
		expect(await app.get(`/files/${id}`)).toMatchObject(missing);
		expect(await app.get(`/files/${id}?download=true`)).toMatchObject(missing);
		expect(await app.http.delete(`/files/${id}`)).toMatchObject(missing);
	});

	test.each(['yes', '1', ''])('download=%s: 400', async (download) => {
		const id = await app.upload('a.txt', 'abc');
		expect((await app.get(`/files/${id}`, { download })).status).toBe(400);
	});
});

describe('the list', () => {
	let listed: App;
	const ids: string[] = [];
	beforeAll(async () => {
		listed = await App.start();
		for (const [name, size] of [
			['b', 2],
			['c', 1],
			['a', 3],
		] as const) {
			ids.push(
				await listed.upload(name, 'x'.repeat(size), { folder_id: name === 'a' ? 'f2' : 'f1' }),
			);
			await listed.bench.advance(60);
		}
	});
	afterAll(async () => await listed.stop());
	const names = async (params: object) =>
		(await listed.get('/files', params)).data.files.map(({ name }) => name).join('');

	test('has pages, a total and only the four fields', async () => {
		const { data } = await listed.get('/files', { page: 2, per_page: 2 });
		expect(data).toMatchObject({ total: 3, page: 2, per_page: 2, files: [{ id: ids[0] }] });
		expect(Object.keys(data.files[0])).toEqual(['id', 'name', 'size', 'created_at']);
		expect((await listed.get('/files', { page: 9 })).data.files).toEqual([]);
		expect((await listed.get('/files')).data).toMatchObject({ page: 1, per_page: 20, total: 3 });
	});

	test.each([
		[{}, 'acb'],
		[{ sort: 'created_at' }, 'acb'],
		[{ sort: 'name' }, 'abc'],
		[{ sort: 'size' }, 'abc'],
		[{ folder_id: 'f1', sort: 'name' }, 'bc'],
		[{ folder_id: 'unknown' }, ''],
	])('%j: %s', async (params, expected) => expect(await names(params)).toBe(expected));

	test.each([
		'page=0',
		'page=-1',
		'page=x',
		'page=1.5',
		'per_page=0',
		'per_page=101',
		`per_page=${'9'.repeat(40)}`,
		'sort=date',
		'sort=',
		'folder_id=a&folder_id=b',
		'folder_id=%00',
		`folder_id=${'f'.repeat(101)}`,
	])('%s: 400', async (query) => {
		const { status, data } = await listed.get(`/files?${query}`);
		expect([status, data.error.code]).toEqual([400, 'bad_request']);
	});
});

describe('sync', () => {
	let synced: App;
	let since: string;
	let ids: string[];
	beforeAll(async () => {
		synced = await App.start();
		await synced.bench.control('post', '/api/clock', { speed: 0 });
		ids = [await synced.upload('a', 'a', { folder_id: 'f' })];
		await synced.bench.advance(10);
		since = `${synced.bench.sandbox.clock.now().toISOString().slice(0, 19)}Z`;
		ids.push(await synced.upload('b', 'b'));
		await synced.bench.advance(10);
		const renamed = await synced.bench.control('post', '/api/services/filesApp/rename', {
			id: ids[0],
			name: 'a2',
		});
		expect(renamed.status).toBe(200);
		await synced.http.delete(`/files/${ids[1]}`);
	});
	afterAll(async () => await synced.stop());
	const changes = async (params: object) =>
		(await synced.get('/sync', params)).data.changes?.map(
			({ id, action }) => `${action} ${ids.indexOf(id)}`,
		);
	const ALL = ['created 0', 'created 1', 'modified 0', 'deleted 1'];

	test('returns created, modified and deleted in order; since is inclusive', async () => {
		expect(await changes({ since: '2020-01-01T00:00:00Z' })).toEqual(ALL);
		expect(await changes({ since })).toEqual(ALL.slice(1));
		const later = new Date(Date.parse(since) + 1000).toISOString();
		expect(await changes({ since: later })).toEqual(ALL.slice(2));
		expect((await synced.get('/sync', { since })).data).toMatchObject({
			changes: [{ timestamp: since }, {}, {}],
			has_more: false,
		});
		expect((await synced.get(`/files/${ids[0]}`)).data).toMatchObject({ name: 'a2' });
	});

	test('can be limited to a folder', async () => {
		expect(await changes({ since: '2020-01-01', folder_id: 'f' })).toEqual([
			'created 0',
			'modified 0',
		]);
	});

	test('has pages; a cursor continues regardless of since', async () => {
		await synced.settings({ syncPageSize: 3 });
		const first = (await synced.get('/sync', { since: '2020-01-01T00:00:00Z' })).data;
		expect([first.changes.length, first.has_more]).toEqual([3, true]);
		const params = { since: '2020-01-01T00:00:00Z', cursor: first.cursor };
		expect(await changes(params)).toEqual(ALL.slice(3));
		const last = (await synced.get('/sync', params)).data;
		expect(last.has_more).toBe(false);
		const end = (await synced.get('/sync', { ...params, cursor: last.cursor })).data;
		expect(end).toEqual({ changes: [], cursor: last.cursor, has_more: false });
		await synced.settings({ syncCursor: 'ignored' });
		expect(await changes(params)).toEqual(ALL.slice(0, 3));
		await synced.settings({ syncCursor: 'refused' });
		expect((await synced.get('/sync', params)).status).toBe(400);
		await synced.settings({ syncCursor: 'taken', syncPageSize: 100 });
	});

	test.each([
		[{}, 'since is required'],
		[{ cursor: 'cur_1' }, 'since is required'],
		[{ since: 'yesterday' }, 'since must be an ISO 8601 timestamp'],
		[{ since: '2025-13-01T00:00:00Z' }, 'since must be an ISO 8601 timestamp'],
		[{ since: '1736937000' }, 'since must be an ISO 8601 timestamp'],
		[{ since: '2025-01-01', cursor: '../x' }, 'cursor is not valid'],
		[{ since: ['2025-01-01', '2025-01-02'] }, 'since must be a string, given once'],
	])('%j: 400', async (params, message) => {
		expect(
			await synced.http.get('/sync', { params, paramsSerializer: { indexes: null } }),
		).toMatchObject({
			status: 400,
			data: { error: { code: 'bad_request', message } },
		});
	});
});

test('all data is available after a restart', async () => {
	const first = await App.start();
	const id = await first.upload('a.txt', 'abc');
	await first.upload('b.txt', 'b');
	const list = (await first.get('/files')).data;
	const sync = (await first.get('/sync', { since: '2020-01-01' })).data;
	await first.stop({ keep: true });
	const second = await App.start({ folder: first.bench.folder });
	expect((await second.get('/files')).data).toEqual(list);
	expect((await second.get('/sync', { since: '2020-01-01' })).data).toEqual(sync);
	expect(await second.bytes(id)).toBe('abc');
	await second.http.delete(`/files/${id}`);
	expect((await second.get('/sync', { since: '2020-01-01' })).data.changes).toHaveLength(3);
	await second.stop();
});
