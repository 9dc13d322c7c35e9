import type { IDataObject } from 'n8n-workflow';

import { FilesAppApi } from '../../../credentials/FilesAppApi.credentials';
import { FilesAppTrigger } from '../../../nodes/FilesApp/FilesAppTrigger.node';
import { errorOf, outputOf } from '../../support/engine';
import { Host } from '../../support/host';
import { ActivePoller } from '../../support/polling';
import { Relay } from '../../support/relay';
import { Sandbox } from '../../support/sandbox';

const HOUR = 3_600;

let sandbox: Sandbox;
const relay = new Relay();
beforeAll(async () => {
	sandbox = await Sandbox.start();
	await relay.start(sandbox.info.services.filesApp.credentials.baseUrl);
});
afterAll(async () => {
	await relay.stop();
	await sandbox.stop();
});
beforeEach(async () => {
	await sandbox.reset();
	relay.reset();
	await settings({ plan: 'team', syncPageSize: 100, syncCursor: 'taken', requestsPerHour: 0 });
	// The seconds of one test are not those of another.
	await clock({ speed: 1, advance: HOUR });
});

const settings = async (values: object) =>
	await sandbox.control.patch('/services/filesApp/settings', values);
const clock = async (change: object) => await sandbox.control.post('/clock', change);

const authorization = () => ({
	Authorization: `Bearer ${sandbox.info.services.filesApp.credentials.apiKey}`,
});

async function upload(name: string, folderId?: string): Promise<string> {
	const { baseUrl } = sandbox.info.services.filesApp.credentials;
	const form = new FormData();
	form.append('file', new Blob([name]), name);
	if (folderId) form.append('folder_id', folderId);
	const headers = authorization();
	const { data } = await sandbox.control.post<{ id: string }>(`${baseUrl}/upload`, form, {
		headers,
	});
	return data.id;
}

async function uploadMany(count: number): Promise<string[]> {
	const ids: string[] = [];
	for (let n = 0; n < count; n++) ids.push(await upload(`file ${n}.txt`));
	return ids;
}

async function remove(id: string): Promise<void> {
	const { baseUrl } = sandbox.info.services.filesApp.credentials;
	await sandbox.control.delete(`${baseUrl}/files/${id}`, { headers: authorization() });
}

const rename = async (id: string, name: string) =>
	await sandbox.control.post('/services/filesApp/rename', { id, name });

const poller = (parameters: IDataObject = {}, credentials: object = {}) =>
	new ActivePoller({
		node: new FilesAppTrigger(),
		credentialType: new FilesAppApi(),
		credentials: { ...sandbox.info.services.filesApp.credentials, ...credentials } as never,
		parameters: { events: ['*'], options: {}, ...parameters },
	});

async function active(parameters: IDataObject = {}, credentials: object = {}) {
	const trigger = poller(parameters, credentials);
	await trigger.activate();
	return trigger;
}

const seen = (items: IDataObject[]) => items.map(({ event, fileId }) => [event, fileId]);
const idsOf = (items: IDataObject[]) => items.map(({ fileId }) => fileId);
const allOf = (trigger: ActivePoller) => trigger.runs.flat().map(({ json }) => json);
const countOf = async (path: string) =>
	(await sandbox.requests()).filter((request) => request.path.startsWith(path)).length;

describe('a change', () => {
	it('starts the workflow once, with what Get says of the file', async () => {
		const trigger = await active();
		const id = await upload('new.txt');
		expect(await trigger.poll()).toEqual([
			{
				event: 'created',
				id,
				fileId: id,
				name: 'new.txt',
				size: 7,
				mime_type: expect.any(String) as string,
				encrypted: true,
				created_at: expect.any(String) as string,
				updated_at: expect.any(String) as string,
				createdAt: expect.stringMatching(/Z$/) as string,
				updatedAt: expect.stringMatching(/Z$/) as string,
				action: 'created',
				timestamp: expect.any(String) as string,
				changedAt: expect.stringMatching(/Z$/) as string,
				available: true,
			},
		]);
		expect(await trigger.poll()).toEqual([]);
		await rename(id, 'other.txt');
		expect(seen(await trigger.poll())).toEqual([['modified', id]]);
		await trigger.restart();
		await remove(id);
		const [deleted] = await trigger.poll();
		expect(deleted).toMatchObject({ event: 'deleted', fileId: id, available: false });
		expect(deleted).not.toHaveProperty('name');
		expect(await trigger.poll()).toEqual([]);
	});

	it('of the very second of the activation counts, if it came after it', async () => {
		await clock({ speed: 0 });
		await upload('before.txt');
		const trigger = await active();
		expect(trigger.runs).toEqual([]);
		const id = await upload('after.txt');
		expect(idsOf(await trigger.poll())).toEqual([id]);
		expect(await trigger.poll()).toEqual([]);
	});

	it.each([
		[['created'], ['created']],
		[['deleted'], ['deleted']],
		[
			['modified', 'deleted'],
			['modified', 'deleted'],
		],
		[['*'], ['created', 'modified', 'deleted']],
	])('starts it only if it is chosen: %j', async (events, told) => {
		const trigger = await active({ events });
		const id = await upload('a.txt');
		await rename(id, 'b.txt');
		await remove(id);
		expect(await trigger.poll().then((items) => items.map(({ event }) => event))).toEqual(told);
		expect(await trigger.poll()).toEqual([]);
	});

	it('of a file that is gone by now is told without its details', async () => {
		const trigger = await active({ events: ['created'] });
		const id = await upload('a.txt');
		await remove(id);
		const [item] = await trigger.poll();
		expect(item).toMatchObject({ event: 'created', fileId: id, available: false });
	});

	it('takes a request for its file, unless no details are wanted', async () => {
		const trigger = await active({ details: false });
		const id = await upload('a.txt');
		await sandbox.reset();
		const [item] = await trigger.poll();
		expect(item).toMatchObject({ event: 'created', fileId: id });
		expect(item).not.toHaveProperty('name');
		expect(await countOf('/api/v2/files')).toBe(0);
	});

	it('is told of the chosen folder and with the chosen name alone', async () => {
		const trigger = await active({
			folderId: 'folder_1',
			details: false,
			options: { fileName: '*.PDF' },
		});
		const wanted = await upload('a.pdf', 'folder_1');
		await upload('a.txt', 'folder_1');
		await upload('a.pdf');
		expect(idsOf(await trigger.poll())).toEqual([wanted]);
	});
});

describe('the first activation', () => {
	it('is no flood', async () => {
		await uploadMany(5);
		await clock({ advance: 1 });
		expect((await active()).runs).toEqual([]);
	});

	it('brings what is there already, if that is wanted', async () => {
		const id = await upload('before.txt');
		const trigger = await active({ options: { includeExisting: true } });
		expect(idsOf(allOf(trigger))).toContain(id);
		while ((await trigger.poll()).length > 0);
		const told = allOf(trigger).map(({ id: file, action, timestamp }) =>
			[file, action, timestamp].join(),
		);
		expect(new Set(told).size).toBe(told.length);
	});

	it.each([HOUR, 24 * HOUR])('goes by the clock of Files App, %i s ahead', async (ahead) => {
		await clock({ advance: ahead });
		await upload('before.txt');
		await clock({ advance: 2 });
		const trigger = await active();
		expect(trigger.runs).toEqual([]);
		const id = await upload('after.txt');
		expect(idsOf(await trigger.poll())).toEqual([id]);
	});

	it('goes by the clock of Files App, which is an hour behind', async () => {
		const host = new Host();
		const date = (minutes: number) => new Date(Date.now() + minutes * 60_000);
		const iso = (minutes: number) => `${date(minutes).toISOString().slice(0, 19)}Z`;
		const changes = [
			{ id: 'old', action: 'created', timestamp: iso(-70) },
			{ id: 'new', action: 'created', timestamp: iso(-50) },
		];
		const body = JSON.stringify({ changes, cursor: 'c', has_more: false });
		const headers = { date: date(-60).toUTCString() };
		await host.start({}, { headers, body });
		const trigger = await active({ details: false }, { baseUrl: host.url });
		expect(idsOf([...allOf(trigger), ...(await trigger.poll())])).toEqual(['new']);
		await host.stop();
	});
});

describe('with more than a page of changes', () => {
	it.each([
		['taken', 7],
		['taken', 100],
		['ignored', 25],
	])('all are told once: cursor %s, pages of %i', async (syncCursor, syncPageSize) => {
		await settings({ syncCursor, syncPageSize });
		const trigger = await active({ details: false });
		const ids: string[] = [];
		for (let second = 0; second < 6; second++) {
			await clock({ speed: 0 });
			ids.push(...(await uploadMany(20)));
			await clock({ advance: 1 });
		}
		expect(idsOf(await trigger.poll())).toEqual(ids);
		expect(await trigger.poll()).toEqual([]);
	});

	it('of one and the same second, all are told once', async () => {
		await settings({ syncPageSize: 10 });
		const trigger = await active({ details: false });
		await clock({ speed: 0 });
		const first = await uploadMany(35);
		expect(idsOf(await trigger.poll())).toEqual(first);
		const second = await uploadMany(35);
		expect(idsOf(await trigger.poll())).toEqual(second);
		await trigger.restart();
		expect(await trigger.poll()).toEqual([]);
		expect(allOf(trigger)).toHaveLength(70);
	});

	it('of one second, from a server that takes no cursor: it goes on with the next second', async () => {
		await settings({ syncPageSize: 10, syncCursor: 'ignored' });
		const trigger = await active({ details: false });
		await clock({ speed: 0, advance: 5 });
		const full = await uploadMany(15);
		await clock({ advance: 5 });
		const id = await upload('later.txt');
		const told = idsOf([...(await trigger.poll()), ...(await trigger.poll())]);
		expect(told).toEqual([...full.slice(0, 10), id]);
		expect(await trigger.poll()).toEqual([]);
	});

	it('one that comes between two pages is neither lost nor told twice', async () => {
		await settings({ syncPageSize: 10 });
		const trigger = await active({ details: false }, { baseUrl: relay.url });
		const ids = await uploadMany(25);
		relay.reset();
		relay.before = async (count) => {
			if (count === 2) ids.push(await upload('between.txt'));
		};
		const first = await trigger.poll();
		expect(idsOf([...first, ...(await trigger.poll())])).toEqual(ids);
		expect(await trigger.poll()).toEqual([]);
	});

	it('a page that fails ends the poll: what came before is told, the rest after a restart', async () => {
		await settings({ syncPageSize: 10 });
		const trigger = await active({ details: false });
		const ids = await uploadMany(25);
		await sandbox.reset();
		await sandbox.fault({
			service: 'filesApp',
			path: '/api/v2/sync',
			nth: 2,
			fault: { type: 'status', status: 500 },
		});
		expect(idsOf(await trigger.poll())).toEqual(ids.slice(0, 10));
		await trigger.restart();
		expect(idsOf(allOf(trigger))).toEqual(ids);
		expect(await trigger.poll()).toEqual([]);
		expect(trigger.errors).toEqual([]);
	});

	it('an account out of requests gets its changes little by little, in order', async () => {
		const trigger = await active();
		const ids = await uploadMany(50);
		await sandbox.reset();
		await sandbox.fault({
			service: 'filesApp',
			path: `/api/v2/files/${ids[30]}`,
			times: 1,
			fault: { type: 'status', status: 429, headers: { 'retry-after': '3600' } },
		});
		const first = await trigger.poll();
		expect(idsOf(first)).toEqual(ids.slice(0, 20));
		expect(trigger.errors).toEqual([]);
		expect(idsOf([...first, ...(await trigger.poll())])).toEqual(ids);
		expect(await trigger.poll()).toEqual([]);
	});

	it('a poll that has done enough leaves the rest to the next', async () => {
		await settings({ syncPageSize: 1 });
		const trigger = await active({ details: false });
		const ids = await uploadMany(60);
		await sandbox.reset();
		expect(idsOf(await trigger.poll())).toEqual(ids.slice(0, 50));
		expect(await countOf('/api/v2/sync')).toBe(50);
		await trigger.restart();
		expect(idsOf(allOf(trigger))).toEqual(ids);
	});

	it('a cursor that the server does not know any more is replaced by the time', async () => {
		await settings({ syncPageSize: 1 });
		const trigger = await active({ details: false });
		const ids = await uploadMany(55);
		expect(idsOf(await trigger.poll())).toEqual(ids.slice(0, 50));
		await sandbox.fault({
			service: 'filesApp',
			path: '/api/v2/sync',
			nth: 1,
			fault: { type: 'status', status: 400 },
		});
		await settings({ syncPageSize: 100 });
		expect(idsOf(await trigger.poll())).toEqual(ids.slice(50));
	});
});

describe('a poll', () => {
	it('that fails keeps its place, and the error says what to do', async () => {
		const trigger = await active();
		const id = await upload('a.txt');
		await sandbox.fault({ service: 'filesApp', fault: { type: 'status', status: 401 } });
		const before = trigger.savedStaticData;
		expect(await trigger.poll()).toEqual([]);
		expect(trigger.errors[0].message).toMatch(/^Files App answered 401/);
		expect(trigger.savedStaticData).toBe(before);
		await sandbox.reset();
		expect(idsOf(await trigger.poll())).toEqual([id]);
	});

	it('of a key that does not work fails the activation', async () => {
		await expect(active({}, { apiKey: 'wrong' })).rejects.toThrow(/Files App answered 401/);
	});
});

describe('a workflow that is edited', () => {
	it.each([
		['an added action', { events: ['deleted', 'created'] }],
		['any action', { events: ['*'] }],
		['another filter', { events: ['created'], options: { fileName: '*.txt' } }],
		['another folder', { events: ['created'], folderId: 'folder_2' }],
	])('%s counts from then on', async (_, parameters) => {
		const trigger = await active({ events: ['deleted'] });
		await upload('before.txt', 'folder_2');
		await trigger.poll();
		await clock({ advance: 2 });
		await trigger.activate({ parameters: { options: {}, ...parameters } });
		expect(trigger.runs).toEqual([]);
		await clock({ advance: 2 });
		const id = await upload('after.txt', 'folder_2');
		expect(seen(await trigger.poll())).toEqual([['created', id]]);
	});

	it('goes on with the actions that it had', async () => {
		const trigger = await active({ events: ['created'] });
		await trigger.poll();
		const id = await upload('a.txt');
		await trigger.activate({ parameters: { events: ['deleted', 'created'], options: {} } });
		expect(seen(allOf(trigger))).toEqual([['created', id]]);
	});
});

describe('Fetch Test Event', () => {
	it('shows the latest change that fits, and changes nothing', async () => {
		const id = await upload('a.pdf');
		await upload('b.txt');
		const trigger = poller({ events: ['created'], options: { fileName: '*.pdf' } });
		const { run, staticData } = await trigger.fetchTestEvent();
		const [{ json }] = outputOf(run);
		expect(json).toMatchObject({ event: 'created', fileId: id, name: 'a.pdf' });
		expect(staticData).toBe('{}');
	});

	it('shows a file as if it were new, where there is no such change', async () => {
		await upload('a.txt');
		await clock({ advance: 40 * 24 * HOUR });
		const trigger = poller({ events: ['*'] });
		const [{ json }] = outputOf((await trigger.fetchTestEvent()).run);
		expect(json).toMatchObject({ event: 'created', available: true });
	});

	it('says so where there is nothing to show', async () => {
		const trigger = poller({ options: { fileName: 'no such file' } });
		expect(errorOf((await trigger.fetchTestEvent()).run).message).toMatch(/nothing in Files App/);
	});
});
