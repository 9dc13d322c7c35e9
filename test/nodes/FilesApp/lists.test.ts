import { LoadOptionsContext } from 'n8n-core';
import type { IDataObject, ILoadOptionsFunctions } from 'n8n-workflow';

import { searchFiles } from '../../../nodes/FilesApp/file/getAll';
import { buildContext, errorOf, outputOf, runNode } from '../../support/engine';
import { filesAppNode, uploadFiles } from '../../support/filesApp';
import { useSandbox } from '../../support/useSandbox';

const COUNT = 205;
const sandbox = useSandbox();
let ids: string[];

beforeAll(async () => void (ids = await uploadFiles(sandbox, COUNT)));

const list = async (parameters: IDataObject = {}) =>
	await runNode(filesAppNode(sandbox, { resource: 'file', operation: 'getAll', ...parameters }));
const idsOf = (run: Awaited<ReturnType<typeof list>>) =>
	outputOf(run).map(({ json }) => json.fileId);
const callCount = async () => (await sandbox.requests()).length;

describe('Get Many files', () => {
	it('returns 50 files by default, with one request', async () => {
		expect(outputOf(await list())).toHaveLength(50);
		expect(await callCount()).toBe(1);
	});

	it('returns all files up to the last page', async () => {
		const found = idsOf(await list({ returnAll: true }));
		expect([...found].sort()).toEqual([...ids].sort());
		expect(await callCount()).toBe(3);
	});

	it.each([1, 100, 101, 205, 500])('returns at most %i files', async (limit) => {
		expect(outputOf(await list({ limit }))).toHaveLength(Math.min(limit, COUNT));
	});

	it('returns those of a folder', async () => {
		const found = idsOf(await list({ folderId: 'folder_1' }));
		expect([...found].sort()).toEqual(ids.slice(0, 3).sort());
	});

	it('uses the sort order of the service', async () => {
		const names = async (sort: string) =>
			outputOf(await list({ limit: 3, options: { sort } })).map(({ json }) => json.name);
		expect(await names('name')).toEqual(['file 000.txt', 'file 001.txt', 'file 002.txt']);
		expect(await names('size')).toEqual(['file 204.txt', 'file 203.txt', 'file 202.txt']);
	});

	it('returns the fields of the response, with dates in ISO 8601 UTC', async () => {
		const [{ json }] = outputOf(await list({ limit: 1 }));
		expect(Object.keys(json)).toEqual(['fileId', 'name', 'size', 'createdAt']);
		expect(json.createdAt).toBe(new Date(json.createdAt as string).toISOString());
	});

	it('applies the name filter to the whole list, before the limit', async () => {
		const options = { nameContains: 'FILE 00', sort: 'size' };
		expect(outputOf(await list({ limit: 5, options }))).toHaveLength(5);
		expect(outputOf(await list({ returnAll: true, options }))).toHaveLength(10);
	});

	it.each([
		[{ createdAfter: '2000-01-01T00:00:00Z' }, COUNT],
		[{ createdAfter: '2999-01-01T00:00:00Z' }, 0],
		[{ createdBefore: '2000-01-01T00:00:00Z' }, 0],
		[{ createdBefore: '2999-01-01T00:00:00Z', nameContains: '204' }, 1],
	])('filters by %j', async (options, count) => {
		expect(outputOf(await list({ returnAll: true, options }))).toHaveLength(count);
	});

	it.each([
		[{ options: { createdAfter: 'soon' } }, 'The field “Created After” is not a valid date'],
		[{ limit: 0 }, 'The field “Limit” must be a whole number of 1 or more'],
		[{ limit: '={{ "x" }}' }, 'The field “Limit” must be a whole number of 1 or more'],
	])('with %j, fails with: %s', async (parameters, message) => {
		expect(errorOf(await list(parameters)).message).toBe(message);
		expect(await callCount()).toBe(0);
	});

	it.each(['../x', '%2F', 'a\r\nb', 'a\u0000b', '🎉', '"; --', 'x'.repeat(100)])(
		'sends the folder %j unchanged',
		async (folderId) => {
			await list({ folderId });
			const [{ path }] = await sandbox.requests();
			expect(path).toBe('/api/v2/files');
		},
	);
});

describe('the “From list” search of the File field', () => {
	const search = async (filter?: string, token?: string) => {
		const { workflow, additionalData, subject } = buildContext(filesAppNode(sandbox, {}));
		const context = new LoadOptionsContext(workflow, subject, additionalData, '');
		return await searchFiles.call(context as unknown as ILoadOptionsFunctions, filter, token);
	};

	it('returns the files page by page, sorted by name', async () => {
		const first = await search();
		expect(first.results).toHaveLength(100);
		expect(first.results[0]).toEqual({
			name: expect.stringMatching(/^file 000\.txt – \d+ B, \d{4}-\d\d-\d\d \d\d:\d\d$/) as string,
			value: ids[0],
		});
		const second = await search(undefined, first.paginationToken);
		const third = await search(undefined, second.paginationToken);
		expect(third.results).toHaveLength(5);
		expect(third.paginationToken).toBeUndefined();
	});

	it('finds a file on a later page by its name or ID', async () => {
		const { results } = await search('FILE 204');
		expect(results.map(({ value }) => value)).toEqual([ids[204]]);
		expect((await search(ids[100])).results).toHaveLength(1);
		expect((await search('nothing like that')).results).toEqual([]);
	});
});
