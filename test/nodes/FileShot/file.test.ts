import { errorOf, outputOf } from '../../support/engine';
import { fileThere } from '../../support/fileShot';
import { fileShotFile } from '../../support/fileShotFile';
import { TestServer } from '../../support/testServer';
import { describeIdHandling } from '../../support/ids';
import { byId, byUrl } from '../../support/locators';

const { content, file, sandbox, settings, upload } = fileShotFile();
let id: string;

beforeAll(async () => void (id = await upload()));

const calls = async () => (await sandbox.requests()).map(({ method, path }) => `${method} ${path}`);

describe('Get', () => {
	it('returns the simplified fields', async () => {
		const [{ json }] = outputOf(await file('get', { fileId: byId(` ${id} `) }));
		expect(json).toEqual({
			fileId: id,
			name: 'Grüße „x“.bin',
			size: content.length,
			mimeType: 'text/plain',
			expiresAt: expect.stringMatching(/\.000Z$/) as string,
			status: 'active',
			passwordProtected: false,
			isZeroKnowledge: false,
			link: expect.stringMatching(new RegExp(`/f/${id}$`)) as string,
		});
	});

	it('returns the fields of the response unchanged if Simplify is turned off', async () => {
		const host = await new TestServer()
			.respond({
				body: '{"file":{"id":7,"original_name":"a","expires_at":1000000000,"x":{"y":1}}}',
			})
			.start();
		const credentials = { baseUrl: host.url, linkBaseUrl: 'https://l.example' } as never;
		const run = await file('get', { fileId: byId('7'), simplify: false }, { credentials });
		await host.stop();
		expect(outputOf(run)[0].json).toEqual({
			id: 7,
			original_name: 'a',
			expires_at: 1_000_000_000,
			x: { y: 1 },
		});
	});

	it.each([
		[1, 0],
		['1', '0'],
		['True', 'False'],
	])('returns flags of a server that sends %j and %j as booleans', async (yes, no) => {
		const file7 = { id: 7, is_zero_knowledge: yes, password_protected: no, expired: yes };
		const host = await new TestServer().respond({ body: { file: file7 } }).start();
		const run = await file(
			'get',
			{ fileId: byId('7') },
			{ credentials: { baseUrl: host.url } as never },
		);
		await host.stop();
		expect(outputOf(run)[0].json).toMatchObject({
			isZeroKnowledge: true,
			passwordProtected: false,
			status: 'expired',
		});
	});

	it.each([
		(base: string) => `${base}/f/${id}`,
		(base: string) => `${base}/f/${id}?x=1#k=abc`,
		(base: string) => `${base}/d/${id}`,
		(base: string) => `${base}/downloads.html?f=${id}&x=1`,
		(base: string) => `${base}/api/files/${id}`,
		(base: string) => `${base}/api/files/download/${id}`,
		(base: string) => `${base}/api/files/info/${id}`,
	])('extracts the ID from a link: %s', async (link) => {
		const fileId = byUrl(link('https://fileshot.io'));
		expect(outputOf(await file('get', { fileId }))[0].json.fileId).toBe(id);
	});

	it('falls back to the route of the desktop client if the server does not have the documented one', async () => {
		await settings({ dialect: 'desktop' });
		expect(outputOf(await file('get', { fileId: byId(id) }))[0].json.fileId).toBe(id);
		expect(await calls()).toEqual([`GET /api/files/${id}`, `GET /api/files/info/${id}`]);
	});

	it('reports that an unknown file does not exist or has expired', async () => {
		const error = errorOf(await file('get', { fileId: byId('unknown') }));
		expect(error.message).toBe('FileShot responded with 404: File does not exist or has expired');
		expect(error.description).toContain('expired');
	});

	it('accepts a Base URL that ends in the path of the API', async () => {
		const { baseUrl } = sandbox.info.services.fileShot.credentials;
		const credentials = { baseUrl: `${baseUrl}/api/` } as never;
		expect(outputOf(await file('get', { fileId: byId(id) }, { credentials }))).toHaveLength(1);
	});
});

describe.each(['get', 'download', 'delete'])('%s', (operation) => {
	describeIdHandling('an ID', {
		sandbox,
		label: 'File',
		run: async (id) => await file(operation, { fileId: byId(id) }),
		status: /^4(00|04|14)$/,
		beside: '../share',
		path: /^\/api\/files\/(info\/|delete\/)?[^/]+$/,
	});
});

describe('Delete', () => {
	it.each(['json', 'empty', 'noContent'])(
		'deletes the file, with a response of type %s',
		async (deleteAnswer) => {
			await settings({ deleteAnswer });
			const one = await fileThere(sandbox);
			const [{ json }] = outputOf(await file('delete', { fileId: byId(one) }));
			expect(json).toEqual({ deleted: true, fileId: one });
			expect(errorOf(await file('get', { fileId: byId(one) })).httpCode).toBe('404');
		},
	);

	it('falls back to the route of the desktop client if the server does not have the documented one', async () => {
		const one = await fileThere(sandbox);
		await settings({ dialect: 'desktop' });
		outputOf(await file('delete', { fileId: byId(one) }));
		expect((await calls()).slice(-2)).toEqual([
			`DELETE /api/files/${one}`,
			`DELETE /api/files/delete/${one}`,
		]);
	});

	it('falls back to that route even if the documented one fails once before it is not found', async () => {
		const one = await fileThere(sandbox);
		await settings({ dialect: 'desktop' });
		const once = { method: 'DELETE', times: 1, fault: { type: 'status', status: 503 } };
		await sandbox.fault({ service: 'fileShot', ...once });
		expect(outputOf(await file('delete', { fileId: byId(one) }))[0].json.deleted).toBe(true);
		expect(errorOf(await file('get', { fileId: byId(one) })).httpCode).toBe('404');
	});

	it('counts a deletion as successful if only its response was lost', async () => {
		const one = await fileThere(sandbox);
		const lost = { method: 'DELETE', times: 1, fault: { type: 'resetAfterBody' } };
		await sandbox.fault({ service: 'fileShot', ...lost });
		expect(outputOf(await file('delete', { fileId: byId(one) }))[0].json.deleted).toBe(true);
	});

	it('reports an unknown file', async () => {
		expect(errorOf(await file('delete', { fileId: byId('unknown') })).httpCode).toBe('404');
	});
});

it('outputs the error of a failed item if the node continues on error', async () => {
	const input = [id, '', id].map((one) => ({ json: { one } }));
	const more = { input, settings: { onError: 'continueRegularOutput' as const } };
	const items = outputOf(await file('get', { fileId: byId('={{ $json.one }}') }, more));
	expect(items.map(({ json }) => Boolean(json.error))).toEqual([false, true, false]);
	expect(items.map(({ pairedItem }) => pairedItem)).toEqual([
		{ item: 0 },
		{ item: 1 },
		{ item: 2 },
	]);
});
