import { LoadOptionsContext } from 'n8n-core';
import type { IDataObject, ILoadOptionsFunctions } from 'n8n-workflow';

import { searchFiles } from '../../../nodes/FileShot/file/getAll';
import { buildContext, errorOf, outputOf, runNode } from '../../support/engine';
import { fileShotNode } from '../../support/fileShot';
import { TestServer } from '../../support/testServer';
import { useSandbox } from '../../support/useSandbox';

const DAY_SECONDS = 86_400;
const COUNT = 205;
const USUAL = {
	dialect: 'documented',
	listShape: 'files',
	fieldNames: 'camelCase',
	dates: 'iso',
	expiredFiles: 'shown',
};
const sandbox = useSandbox();
/** Numbered. The first five files expire after one day, the others after 30. */
let ids: string[];

beforeAll(async () => {
	ids = [];
	for (let n = 0; n < COUNT; n++) {
		const { data } = await sandbox.control.post<{ fileId: string }>('/services/fileShot/files', {
			fileName: `file ${String(n).padStart(3, '0')}.txt`,
			content: Buffer.from('x'.repeat(n + 1)).toString('base64'),
			expiryDays: n < 5 ? 1 : 30,
		});
		ids.push(data.fileId);
	}
	await sandbox.control.post('/clock', { advance: 2 * DAY_SECONDS });
});
beforeEach(async () => {
	await settings(USUAL);
});

const settings = async (values: object) =>
	await sandbox.control.patch('/services/fileShot/settings', values);
const list = async (parameters: IDataObject = {}, credentials: object = {}) =>
	await runNode(
		fileShotNode(
			sandbox,
			{ operation: 'getAll', ...parameters },
			{ credentials: credentials as never },
		),
	);
const idsOf = (run: Awaited<ReturnType<typeof list>>) =>
	outputOf(run).map(({ json }) => json.fileId);
const callCount = async () => (await sandbox.requests()).length;

describe('Get Many', () => {
	it('returns 50 files by default, with one request', async () => {
		expect(outputOf(await list())).toHaveLength(50);
		expect(await callCount()).toBe(1);
	});

	describe.each(['files', 'array', 'data', 'items', 'results'])(
		'with a list in the shape %s',
		(listShape) => {
			it.each(['camelCase', 'snake_case'])(
				'returns all files up to the last page (%s)',
				async (fieldNames) => {
					await settings({ listShape, fieldNames });
					const found = idsOf(await list({ returnAll: true }));
					expect([...found].sort()).toEqual([...ids].sort());
					expect(await callCount()).toBe(3);
				},
			);
		},
	);

	it('falls back to the route of the desktop client if the server does not have the documented one', async () => {
		await settings({ dialect: 'desktop' });
		expect(idsOf(await list({ returnAll: true }))).toHaveLength(COUNT);
		expect(idsOf(await list({ limit: 7 }))).toHaveLength(7);
	});

	it.each([1, 100, 101, 500])('returns at most %i files', async (limit) => {
		expect(outputOf(await list({ limit }))).toHaveLength(Math.min(limit, COUNT));
	});

	it.each(['iso', 'epochSeconds', 'epochMilliseconds'])(
		'returns the same simplified fields for dates as %s',
		async (dates) => {
			await settings({ dates, fieldNames: 'snake_case' });
			const items = outputOf(await list({ returnAll: true })).map(({ json }) => json);
			expect(items.find(({ fileId }) => fileId === ids[0])).toEqual({
				fileId: ids[0],
				name: 'file 000.txt',
				size: 1,
				mimeType: 'text/plain',
				createdAt: expect.stringMatching(/Z$/) as string,
				expiresAt: expect.stringMatching(/Z$/) as string,
				status: 'expired',
				isZeroKnowledge: false,
				link: expect.stringMatching(new RegExp(`/f/${ids[0]}$`)) as string,
			});
			expect(items.filter((one) => one.status === 'expired')).toHaveLength(5);
		},
	);

	it('returns the fields of the response unchanged if Simplify is turned off', async () => {
		await settings({ fieldNames: 'snake_case', dates: 'epochSeconds' });
		const [{ json }] = outputOf(await list({ limit: 1, simplify: false }));
		expect(json).toMatchObject({
			file_id: ids.at(-1),
			expires_at: expect.any(Number) as number,
			max_downloads: null,
		});
	});

	it.each([
		[{ nameContains: 'FILE 00' }, 10],
		[{ status: 'expired' }, 5],
		[{ status: 'active' }, 200],
		[{ status: 'any' }, COUNT],
		[{ status: 'active', nameContains: 'file 00' }, 5],
		[{ expiresBefore: '2000-01-01T00:00:00Z' }, 0],
		[{ expiresBefore: '2999-01-01T00:00:00Z' }, COUNT],
		[{ createdAfter: '2999-01-01T00:00:00Z' }, 0],
		[{ createdBefore: '2999-01-01T00:00:00Z' }, COUNT],
	])('filters by %j', async (options, count) => {
		expect(outputOf(await list({ returnAll: true, options }))).toHaveLength(count);
	});

	it('applies the filter before the limit', async () => {
		const options = { status: 'expired' };
		expect(outputOf(await list({ limit: 3, options }))).toHaveLength(3);
	});

	it.each([
		[{ options: { expiresBefore: 'soon' } }, 'The field “Expires Before” is not a valid date'],
		[{ limit: 0 }, 'The field “Limit” must be a whole number of 1 or more'],
	])('fails with %j: %s', async (parameters, message) => {
		expect(errorOf(await list(parameters)).message).toBe(message);
		expect(await callCount()).toBe(0);
	});

	it.each([
		['total', '3'],
		['totalCount', '3'],
		['totalPages', '2'],
	])('reads on with a server whose pages are shorter and whose %s is text', async (name, value) => {
		const page = (...names: string[]) => ({
			body: { files: names.map((fileId) => ({ fileId })), [name]: value },
		});
		const host = await new TestServer()
			.respondByUrl({ '/api/files?page=2&limit=100': page('c') }, page('a', 'b'))
			.start();
		const found = idsOf(await list({ returnAll: true }, { baseUrl: host.url }));
		await host.stop();
		expect(found).toEqual(['a', 'b', 'c']);
	});

	it.each([
		['repeats the same page', { files: [{ fileId: '1' }, { fileId: '2' }], total: 1000 }],
		['does not support pages', [{ fileId: '1' }, { fileId: '2' }]],
		['returns an empty list', { files: [] }],
	])('stops reading from a server that %s', async (_, body) => {
		const host = await new TestServer().respond({ body: JSON.stringify(body) }).start();
		const found = idsOf(await list({ returnAll: true }, { baseUrl: host.url }));
		await host.stop();
		expect(found.length).toBeLessThanOrEqual(2);
		expect(host.requests.length).toBeLessThanOrEqual(2);
	});
});

describe('the “From list” search of the File field', () => {
	const search = async (filter?: string, token?: string) => {
		const { workflow, additionalData, subject } = buildContext(fileShotNode(sandbox, {}));
		const context = new LoadOptionsContext(workflow, subject, additionalData, '');
		return await searchFiles.call(context as unknown as ILoadOptionsFunctions, filter, token);
	};

	it('returns the files page by page, with links', async () => {
		const first = await search();
		expect(first.results).toHaveLength(100);
		expect(first.results[0]).toEqual({
			name: expect.stringMatching(/^file 204\.txt – 205 B, \d{4}-/) as string,
			value: ids[204],
			url: expect.stringContaining(`/f/${ids[204]}`) as string,
		});
		const second = await search(undefined, first.paginationToken);
		const third = await search(undefined, second.paginationToken);
		expect(third.results).toHaveLength(5);
		expect(third.paginationToken).toBeUndefined();
	});

	it('finds a file on a later page by its name', async () => {
		expect((await search('FILE 000')).results.map(({ value }) => value)).toEqual([ids[0]]);
		expect((await search('nothing like that')).results).toEqual([]);
	});
});
