import axios from 'axios';
import type { IDataObject } from 'n8n-workflow';

import {
	actionsBy,
	runCleanUp,
	DAY,
	deletionsIn,
	onServiceClock,
	setClockSpeed,
	advanceClock,
	countActions,
} from '../../support/cleanUp';
import { errorOf, runNode } from '../../support/engine';
import { filesAppNode, fileThere } from '../../support/filesApp';
import { TestServer } from '../../support/testServer';
import { useSandbox } from '../../support/useSandbox';

const sandbox = useSandbox();

beforeEach(async () => {
	await sandbox.control.patch('/services/filesApp/settings', { plan: 'team' });
	await setClockSpeed(sandbox, 1);
	for (const { id } of await stored()) await remove(id);
	await sandbox.reset();
});

interface Stored {
	id: string;
	name: string;
}
const api = () => {
	const { baseUrl, apiKey } = sandbox.info.services.filesApp.credentials;
	return axios.create({ baseURL: baseUrl, headers: { Authorization: `Bearer ${apiKey}` } });
};
const stored = async () => (await api().get<{ files: Stored[] }>('/files?per_page=100')).data.files;
const left = async () => (await stored()).map(({ name }) => name).sort();
/** Deletes a file as another client. */
const remove = async (id: string) => await api().delete(`/files/${id}`);

const node = (parameters: IDataObject = {}, credentials: IDataObject = {}) =>
	filesAppNode(
		sandbox,
		{ resource: 'file', operation: 'cleanUp', ...onServiceClock(parameters) },
		{ credentials: credentials as never },
	);
const cleanUp = async (parameters: IDataObject = {}) => await runCleanUp(node(parameters));
const live = async (parameters: IDataObject = {}) =>
	await cleanUp({ dryRun: false, ...parameters });

describe('Clean Up with the default settings', () => {
	it('reports files that are at least 30 days old, and deletes nothing', async () => {
		await fileThere(sandbox, 'old.txt');
		await advanceClock(sandbox, 31 * DAY);
		await fileThere(sandbox, 'new.txt');
		await sandbox.reset();
		const items = await cleanUp();
		expect(items).toEqual([
			expect.objectContaining({
				action: 'wouldDelete',
				reason: expect.stringMatching(/^Created on .*Z$/) as string,
				dryRun: true,
				name: 'old.txt',
				size: 5,
				createdAt: expect.stringMatching(/Z$/) as string,
			}),
			expect.objectContaining({
				action: 'kept',
				reason: expect.stringMatching(/more recent than the limit$/) as string,
				name: 'new.txt',
			}),
		]);
		expect(await deletionsIn(sandbox)).toEqual([]);
		expect(await left()).toEqual(['new.txt', 'old.txt']);
	});
});

describe('deletion', () => {
	it('deletes files that are old enough by the clock of the service, month by month', async () => {
		for (const month of ['january', 'february', 'march']) {
			await fileThere(sandbox, month);
			await advanceClock(sandbox, 30 * DAY);
		}
		expect(countActions(await live({ olderThan: 85 }))).toEqual({ deleted: 1, kept: 2 });
		expect(await left()).toEqual(['february', 'march']);
		await advanceClock(sandbox, 30 * DAY);
		expect(countActions(await live({ olderThan: 85 }))).toEqual({ deleted: 1, kept: 1 });
		expect(countActions(await live({ olderThan: 85 }))).toEqual({ kept: 1 });
		await advanceClock(sandbox, 24 * 3600);
		expect(countActions(await live({ olderThan: 31 * 24, unit: 'hours' }))).toEqual({ deleted: 1 });
	});

	it('deletes files of exactly the minimum age, but no younger ones', async () => {
		await setClockSpeed(sandbox, 0);
		await fileThere(sandbox, 'a');
		await advanceClock(sandbox, DAY - 2);
		expect(countActions(await live({ olderThan: 1 }))).toEqual({ kept: 1 });
		await advanceClock(sandbox, 2);
		expect(countActions(await live({ olderThan: 1 }))).toEqual({ deleted: 1 });
	});

	it('deletes only files in the folder with the text in their name that are not protected', async () => {
		await fileThere(sandbox, 'report 1', undefined, { folderId: 'folder_1' });
		await fileThere(sandbox, 'report 2, signed', undefined, { folderId: 'folder_1' });
		await fileThere(sandbox, 'photo', undefined, { folderId: 'folder_1' });
		await fileThere(sandbox, 'report 3');
		await advanceClock(sandbox, 60 * DAY);
		const options = { nameContains: 'REPORT', keepIfContains: 'signed' };
		const items = await live({ folderId: 'folder_1', options });
		expect(actionsBy('name', items)).toEqual({ 'report 1': 'deleted', 'report 2, signed': 'kept' });
		expect(await left()).toEqual(['photo', 'report 2, signed', 'report 3']);
	});

	it('reads all pages and deletes up to the maximum', async () => {
		const files = Array.from({ length: 250 }, (_, n) => ({
			id: `file_${n}`,
			name: `file ${n}`,
			size: 1,
			// Oldest last, in the order of the service.
			created_at: new Date(Date.UTC(2020, 0, 250 - n)).toISOString(),
		}));
		const list = (page: number) => ({
			body: JSON.stringify({
				files: files.slice((page - 1) * 100, page * 100),
				total: 250,
				page,
				per_page: 100,
			}),
		});
		const query = (page: number) => `/files?page=${page}&per_page=100&sort=created_at`;
		const host = await new TestServer()
			.respondByUrl(
				{ [query(1)]: list(1), [query(2)]: list(2), [query(3)]: list(3) },
				{ body: '{"deleted":true}' },
			)
			.start();
		const parameters = { dryRun: false, output: 'selected', maxDeletions: 3 };
		const items = await runCleanUp(node(parameters, { baseUrl: host.url }));
		await host.stop();
		expect(countActions(items)).toEqual({ deleted: 3, kept: 247 });
		const deleted = host.requests.filter(({ method }) => method === 'DELETE');
		expect(deleted.map(({ url }) => url).sort()).toEqual([
			'/files/file_247',
			'/files/file_248',
			'/files/file_249',
		]);
	});
});

describe('Clean Up errors', () => {
	let ids: string[];
	beforeEach(async () => {
		ids = [];
		for (const name of ['a', 'b', 'c']) ids.push(await fileThere(sandbox, name));
		await advanceClock(sandbox, 60 * DAY);
		await sandbox.reset();
	});
	const fault = async (kind: object, more: object = {}) =>
		await sandbox.fault({ service: 'filesApp', method: 'DELETE', ...more, fault: kind });

	it('continues after a failed deletion, and deletes that file in the next run', async () => {
		await fault({ type: 'status', status: 403 }, { path: `*/files/${ids[1]}` });
		const items = await live();
		expect(actionsBy('name', items)).toEqual({ a: 'deleted', b: 'failed', c: 'deleted' });
		expect(items.find(({ name }) => name === 'b')).toMatchObject({
			reason: expect.stringContaining('Files App responded with 403') as string,
			details: expect.stringContaining('Use a key from the account that owns the file') as string,
		});
		await sandbox.reset();
		expect(actionsBy('name', await live())).toEqual({ b: 'deleted' });
	});

	it.each(['status', 'html'])(
		'does not count a file that no longer exists as a failure (%s)',
		async (type) => {
			await fault({ type, status: 404 }, { path: `*/files/${ids[0]}` });
			expect(actionsBy('name', await live())).toEqual({ a: 'gone', b: 'deleted', c: 'deleted' });
		},
	);

	it('stops deleting at the hourly limit, and reports why the other files are kept', async () => {
		await sandbox.control.patch('/services/filesApp/settings', { requestsPerHour: 2 });
		// A new hour has started since the files were created: the list uses one request, a deletion the other.
		const items = await live({ options: { deletionsAtOnce: 1 } });
		await sandbox.control.patch('/services/filesApp/settings', { requestsPerHour: 0 });
		expect(items.map(({ action }) => action)).toEqual(['deleted', 'failed', 'kept']);
		expect(items[1].details).toMatch(/^The service asks clients to wait until /);
		expect(items[2].reason).toMatch(/^Skipped because an earlier deletion failed: .*429/);
	});

	it('fails with the node’s error for a wrong key', async () => {
		const error = errorOf(await runNode(node({ dryRun: false }, { apiKey: 'sk_wrong' })));
		expect(error.message).toContain('Files App responded with 401');
	});

	it('counts a response that denies the deletion as a failure', async () => {
		const host = new TestServer();
		const file = { id: 'file_1', name: 'a', size: 1, created_at: '2020-01-01T00:00:00Z' };
		const list = { body: JSON.stringify({ files: [file], total: 1, page: 1, per_page: 100 }) };
		await host.respondByUrl({ '/files/file_1': { body: '{"deleted":false}' } }, list).start();
		const items = await runCleanUp(node({ dryRun: false }, { baseUrl: host.url }));
		await host.stop();
		expect(items).toMatchObject([
			{ action: 'failed', reason: 'Files App responded without confirming the deletion' },
		]);
	});
});

it('the counts of the summary add up', async () => {
	await fileThere(sandbox, 'a', Buffer.alloc(2048));
	await fileThere(sandbox, 'b', Buffer.alloc(1024));
	await advanceClock(sandbox, 60 * DAY);
	const [item] = await cleanUp({ output: 'summary' });
	expect(item).toMatchObject({ service: 'Files App', found: 2, wouldDelete: 2, bytes: 3072 });
	expect(item.text).toMatch(/^Files App: 2 files found, 2 would be deleted \(3\.0 KiB\)\n/);
});

describe('only files in a folder', () => {
	const file = (id: string, more: IDataObject = {}) => ({
		id,
		name: id,
		size: 1,
		created_at: '2020-01-01T00:00:00Z',
		...more,
	});
	const list = (...files: IDataObject[]) => ({
		body: JSON.stringify({ files, total: files.length, page: 1, per_page: 100 }),
	});
	const asked = '/files?page=1&per_page=100&folder_id=f1&sort=created_at';
	const host = new TestServer();
	afterEach(async () => await host.stop());
	const run = async () => {
		const items = await runCleanUp(node({ dryRun: false, folderId: 'f1' }, { baseUrl: host.url }));
		const deleted = host.requests.filter(({ method }) => method === 'DELETE');
		host.requests.length = 0;
		return { items, deleted: deleted.map(({ url }) => url).sort() };
	};

	it('keeps files that report a different folder or none, if the server ignores the filter', async () => {
		const all = list(
			file('a', { folder_id: 'f1' }),
			file('b', { folder_id: 'f2' }),
			file('c', { folder_id: null }),
			file('d'),
			file('e', { folder: { id: 'f1' } }),
			file('f', { folderId: 'F1' }),
			file('g', { folder_id: 'f1', folderId: 'f2' }),
			file('h', { folder_id: '' }),
		);
		await host.respond(all).start();
		const { items, deleted } = await run();
		expect(deleted).toEqual(['/files/a', '/files/e']);
		const reasons = Object.fromEntries(items.map(({ fileId, reason }) => [fileId, reason]));
		expect(reasons.b).toMatch(/^It is not in the folder “f1”/);
		expect(reasons.c).toMatch(/^It is not in the folder “f1”/);
		expect(reasons.d).toMatch(/^Files App does not report its folder/);
	});

	it('keeps all files if the server ignores the filter and reports no folders', async () => {
		await host.respond(list(file('a'), file('b'))).start();
		const { items, deleted } = await run();
		expect(deleted).toEqual([]);
		expect(countActions(items)).toEqual({ kept: 2 });
		expect(items[0].reason).toMatch(/^Files App does not report its folder/);
	});

	it('deletes files without a reported folder if the server returns no files for a folder that does not exist', async () => {
		await host.respondByUrl({ [asked]: list(file('a'), file('b')) }, list()).start();
		expect((await run()).deleted).toEqual(['/files/a', '/files/b']);
	});

	it('deletes files without a reported folder if the server rejects a folder that does not exist as unknown', async () => {
		await host
			.respondByUrl({ [asked]: list(file('a')) }, { status: 404, body: '{"error":{}}' })
			.start();
		expect((await run()).deleted).toEqual(['/files/a']);
	});

	it.each([400, 403, 500])(
		'keeps files without a reported folder if the server responds with %i to a folder that does not exist',
		async (status) => {
			await host
				.respondByUrl({ [asked]: list(file('a')) }, { status, body: '{"error":{}}' })
				.start();
			expect((await run()).deleted).toEqual([]);
		},
	);
});

it.each([
	['created long ago, in words', 'long ago', /Its creation date cannot be read: “long ago”/],
	['what Date.parse guesses', 'file 2001', /cannot be read/],
	['zero', 0, /No creation date available/],
	['1970', '1970-01-01T00:00:00Z', /No creation date available/],
	['nothing', null, /No creation date available/],
	['the future', '2999-01-01T00:00:00Z', /more recent than the limit/],
])('keeps a file without a valid creation date: %s', async (_, created_at, why) => {
	const host = new TestServer();
	const files = [{ id: 'a', name: 'a', size: 1, created_at }];
	await host.respond({ body: JSON.stringify({ files, total: 1, page: 1, per_page: 100 }) }).start();
	const items = await runCleanUp(node({ dryRun: false }, { baseUrl: host.url }));
	await host.stop();
	expect(items).toMatchObject([{ action: 'kept', reason: expect.stringMatching(why) as string }]);
	expect(host.requests.map(({ method }) => method)).toEqual(['GET']);
});

it('reports and keeps all files without an ID', async () => {
	const host = new TestServer();
	const files = [1, 2, 3].map((n) => ({ name: `${n}`, size: 1, created_at: '2020-01-01' }));
	await host.respond({ body: JSON.stringify({ files, total: 3, page: 1, per_page: 100 }) }).start();
	const items = await runCleanUp(node({ dryRun: false }, { baseUrl: host.url }));
	await host.stop();
	expect(countActions(items)).toEqual({ kept: 3 });
});
