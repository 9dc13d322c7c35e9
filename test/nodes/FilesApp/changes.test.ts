import type { IDataObject } from 'n8n-workflow';

import { errorOf, outputOf, runNode } from '../../support/engine';
import { fileThere, filesAppNode, uploadFiles } from '../../support/filesApp';
import { type TestResponse, TestServer } from '../../support/testServer';
import { byId } from '../../support/locators';
import { useSandbox } from '../../support/useSandbox';

const sandbox = useSandbox();
let ids: string[];

beforeAll(async () => void (ids = await uploadFiles(sandbox, 205)));

const settings = async (values: object) =>
	await sandbox.control.patch('/services/filesApp/settings', values);
const changes = async (parameters: IDataObject = {}) =>
	await runNode(filesAppNode(sandbox, { resource: 'change', operation: 'getAll', ...parameters }));
const idsOf = (run: Awaited<ReturnType<typeof changes>>) =>
	outputOf(run).map(({ json }) => json.fileId);
const callCount = async () => (await sandbox.requests()).length;

describe('Get Many changes', () => {
	const since = '2000-01-01T00:00:00Z';
	beforeEach(async () => await settings({ syncPageSize: 100, syncCursor: 'taken' }));

	it('returns the changes since a time, with their time in ISO 8601 UTC', async () => {
		const [{ json }] = outputOf(await changes({ since, limit: 1 }));
		expect(json).toEqual({
			event: 'created',
			fileId: ids[0],
			occurredAt: expect.stringMatching(/\.000Z$/) as string,
		});
	});

	it('starts one day ago by default', async () => {
		expect(outputOf(await changes())).toHaveLength(50);
	});

	it.each([
		['taken', 7],
		['taken', 100],
		['taken', 205],
		['ignored', 200],
		['refused', 150],
	])(
		'returns all changes of a server with cursor mode %s and pages of %i',
		async (syncCursor, syncPageSize) => {
			await settings({ syncCursor, syncPageSize });
			expect(idsOf(await changes({ since, returnAll: true }))).toEqual(ids);
		},
	);

	it('returns those of a folder', async () => {
		expect(idsOf(await changes({ since, folderId: 'folder_1' }))).toEqual(ids.slice(0, 3));
	});

	it('adds the details of each file to its changes, except for deleted files', async () => {
		await sandbox.control.post('/clock', { advance: 3600 });
		const { data } = await sandbox.control.get<{ now: string }>('/clock');
		const [kept, gone] = [await fileThere(sandbox, 'kept.txt'), await fileThere(sandbox)];
		const remove = { resource: 'file', operation: 'delete', fileId: byId(gone) };
		outputOf(await runNode(filesAppNode(sandbox, remove)));
		await sandbox.reset();
		const parameters = { since: data.now, options: { details: true } };
		const items = outputOf(await changes(parameters)).map(({ json }) => json);
		expect(items.map(({ fileId, event }) => [fileId, event])).toEqual([
			[kept, 'created'],
			[gone, 'created'],
			[gone, 'deleted'],
		]);
		expect(items[0].file).toMatchObject({ name: 'kept.txt', fileId: kept });
		expect(items.slice(1).map((one) => one.file)).toEqual([null, null]);
		// One for the changes, one for the existing file.
		expect(await callCount()).toBe(2);
	});

	it.each([
		[{ since: '={{ "soon" }}' }, 'The field “Changed Since” is not a valid date'],
		[{ since, limit: -1 }, 'The field “Limit” must be a whole number of 1 or more'],
	])('with %j, fails with: %s', async (parameters, message) => {
		expect(errorOf(await changes(parameters)).message).toBe(message);
	});

	it('does not retry if the service rejects the time', async () => {
		const fault = { type: 'status', status: 400 };
		await sandbox.fault({ service: 'filesApp', path: '/api/v2/sync', fault });
		expect(errorOf(await changes({ since })).httpCode).toBe('400');
		expect(await callCount()).toBe(1);
	});

	describe('with a server that', () => {
		const page = (names: string[], more: object) => ({
			body: JSON.stringify({
				changes: names.map((id) => ({
					id,
					action: 'created',
					timestamp: `2025-01-01T00:00:0${id}Z`,
				})),
				...more,
			}),
		});
		const query = '/sync?since=2000-01-01T00%3A00%3A00Z';
		const ask = async (responses: Record<string, TestResponse>, options: IDataObject = {}) => {
			const host = await new TestServer()
				.respondByUrl(responses, page([], { has_more: false }))
				.start();
			const fields = { since, returnAll: true, options };
			const parameters = { resource: 'change', operation: 'getAll', ...fields };
			const credentials = { baseUrl: host.url } as never;
			const run = await runNode(filesAppNode(sandbox, parameters, { credentials }));
			await host.stop();
			const { hints = [] } = run.data.resultData.runData.Subject[0];
			const warnings = hints.map(({ message }) => message);
			const requested = host.requests.map(({ url }) => url);
			const found = run.data.resultData.error ? [] : idsOf(run);
			return { run, found, requested, warnings };
		};
		const later = (second: number) => `/sync?since=2025-01-01T00%3A00%3A0${second}Z`;

		it.each(['true', 1])('sends has_more as %j: reads on', async (has_more) => {
			const { found } = await ask({
				[query]: page(['1'], { cursor: 'a', has_more }),
				[`${query}&cursor=a`]: page(['2'], { cursor: 'b', has_more: '0' }),
			});
			expect(found).toEqual(['1', '2']);
		});

		it('sends an empty page before the next changes: reads on', async () => {
			const { found, warnings } = await ask({
				[query]: page(['1'], { cursor: 'a', has_more: true }),
				[`${query}&cursor=a`]: page([], { cursor: 'b', has_more: true }),
				[`${query}&cursor=b`]: page(['2'], { cursor: 'c', has_more: false }),
			});
			expect(found).toEqual(['1', '2']);
			expect(warnings).toEqual([]);
		});

		it('always returns the same cursor: continues by time', async () => {
			const { found } = await ask({
				[query]: page(['1', '2'], { cursor: 'x', has_more: true }),
				[`${query}&cursor=x`]: page(['1', '2'], { cursor: 'x', has_more: true }),
				[later(2)]: page(['2', '3'], { cursor: 'x', has_more: true }),
				[`${later(2)}&cursor=x`]: page(['2', '3'], { cursor: 'x', has_more: true }),
				[later(3)]: page(['3', '4'], { cursor: 'x', has_more: false }),
			});
			expect(found).toEqual(['1', '2', '3', '4']);
		});

		it('returns no cursor: continues by time', async () => {
			const { found } = await ask({
				[query]: page(['1', '2'], { has_more: true }),
				[later(2)]: page(['2', '3'], { has_more: false }),
			});
			expect(found).toEqual(['1', '2', '3']);
		});

		it('ignores the cursor and fills a page with one second: continues with the next second, with a warning', async () => {
			const [timestamp, action] = ['2025-01-01T00:00:01Z', 'created'];
			const changes = ['a', 'b'].map((id) => ({ id, action, timestamp }));
			const full = { body: JSON.stringify({ changes, cursor: 'x', has_more: true }) };
			const { found, warnings } = await ask({
				[query]: full,
				[`${query}&cursor=x`]: full,
				[later(1)]: full,
				[`${later(1)}&cursor=x`]: full,
				[later(2)]: page(['2'], { has_more: false }),
			});
			expect(found).toEqual(['a', 'b', '2']);
			expect(warnings).toEqual([expect.stringContaining('more changes at 2025-01-01T00:00:01Z')]);
		});

		it('does not return one of the files: outputs its change with the error', async () => {
			const changes = ['1', 'folder/2', '3', '4'].map((id) => ({ id, action: 'created' }));
			const { run } = await ask(
				{
					[query]: { body: JSON.stringify({ changes, has_more: false }) },
					'/files/1': { body: '{"id":"1","name":"1.txt"}' },
					'/files/3': { status: 403, body: '{"error":{"message":"No"}}' },
					'/files/4': { status: 404, body: '{"error":{"message":"Gone"}}' },
				},
				{ details: true },
			);
			expect(outputOf(run).map(({ json }) => [json.fileId, json.file, json.error])).toEqual([
				['1', { fileId: '1', name: '1.txt' }, undefined],
				['folder/2', null, 'The File is not valid'],
				['3', null, expect.stringMatching('^Files App responded with 403: No')],
				['4', null, undefined],
			]);
		});

		it('fails to return one of the files: fails, because a retry may succeed', async () => {
			const changes = [{ id: '1', action: 'created' }];
			const host = { [query]: { body: JSON.stringify({ changes, has_more: false }) } };
			for (const status of [401, 429, 500]) {
				const refused = { status, headers: { 'retry-after': '900' }, body: '{}' };
				const { run } = await ask({ ...host, '/files/1': refused }, { details: true });
				expect(errorOf(run).message).toBe(`Files App responded with ${status}`);
			}
		});

		it('always reports more changes: stops reading', async () => {
			const host = { ...page(['1'], { cursor: 'x', has_more: true }) };
			const { requested } = await ask({
				[query]: host,
				[`${query}&cursor=x`]: host,
				'/sync?since=2025-01-01T00%3A00%3A01Z': host,
				'/sync?since=2025-01-01T00%3A00%3A01Z&cursor=x': host,
			});
			expect(requested.length).toBeLessThan(10);
		});
	});
});
