import type { IDataObject } from 'n8n-workflow';

import { FileShotApi } from '../../../credentials/FileShotApi.credentials';
import { FileShotTrigger } from '../../../nodes/FileShot/FileShotTrigger.node';
import { errorOf, outputOf } from '../../support/engine';
import { ActivePoller } from '../../support/polling';
import { Relay } from '../../support/relay';
import { Sandbox } from '../../support/sandbox';

const HOUR = 3_600;
const DAY = 24 * HOUR;
const USUAL = { expiredFiles: 'shown', dates: 'iso', fieldNames: 'camelCase', listShape: 'files' };
const ALL = ['file.added', 'file.expiring_soon', 'file.expired'];

let sandbox: Sandbox;
const relay = new Relay();
beforeAll(async () => {
	sandbox = await Sandbox.start();
	await relay.start(sandbox.info.services.fileShot.credentials.baseUrl);
});
afterAll(async () => {
	await relay.stop();
	await sandbox.stop();
});
beforeEach(async () => {
	await sandbox.reset();
	relay.reset();
	await settings(USUAL);
	await clock({ speed: 1 });
	for (const { id } of await stored()) await remove(id);
});

const settings = async (values: object) =>
	await sandbox.control.patch('/services/fileShot/settings', values);
const clock = async (change: object) => await sandbox.control.post('/clock', change);
const stored = async () =>
	(await sandbox.control.get<Array<{ id: string }>>('/services/fileShot/files')).data;

async function add(fileName: string, expiryDays = 30): Promise<string> {
	const file = { fileName, content: 'eA==', expiryDays };
	const { data } = await sandbox.control.post<{ fileId: string }>('/services/fileShot/files', file);
	return data.fileId;
}

async function addMany(count: number, prefix = 'file'): Promise<string[]> {
	const ids: string[] = [];
	for (let n = 0; n < count; n++) ids.push(await add(`${prefix} ${n}.txt`));
	return ids;
}

async function remove(id: string): Promise<void> {
	const { baseUrl, apiKey } = sandbox.info.services.fileShot.credentials;
	const headers = { Authorization: `Bearer ${apiKey}` };
	await sandbox.control.delete(`${baseUrl}/api/files/${id}`, { headers });
}

const poller = (parameters: IDataObject = {}, credentials: object = {}) =>
	new ActivePoller({
		node: new FileShotTrigger(),
		credentialType: new FileShotApi(),
		credentials: { ...sandbox.info.services.fileShot.credentials, ...credentials } as never,
		parameters: { events: ['file.added'], options: {}, ...parameters },
	});

async function active(parameters: IDataObject = {}, credentials: object = {}) {
	const trigger = poller(parameters, credentials);
	await trigger.activate();
	return trigger;
}

const namesOf = (items: IDataObject[]) => items.map(({ event, fileName }) => [event, fileName]);
const idsOf = (items: IDataObject[]) => items.map(({ fileId }) => fileId);

describe('a file that is added', () => {
	it('starts the workflow once, with what Get says of it', async () => {
		await add('before.txt');
		const trigger = await active();
		const fileId = await add('new.txt');
		expect(await trigger.poll()).toEqual([
			{
				event: 'file.added',
				fileId,
				fileName: 'new.txt',
				fileSize: 1,
				mimeType: 'text/plain',
				createdAt: expect.stringMatching(/Z$/) as string,
				expiresAt: expect.stringMatching(/Z$/) as string,
				effectiveStatus: 'active',
				passwordProtected: false,
				isZeroKnowledge: false,
				downloadUrl: expect.stringContaining(fileId) as string,
			},
		]);
		expect(await trigger.poll()).toEqual([]);
		expect(trigger.runs).toHaveLength(1);
	});

	it('in the second of the activation counts, if it was added after it', async () => {
		await clock({ speed: 0 });
		await add('before.txt');
		const trigger = await active();
		expect(trigger.runs).toEqual([]);
		await add('after.txt');
		expect(namesOf(await trigger.poll())).toEqual([['file.added', 'after.txt']]);
		await clock({ speed: 1 });
		expect(await trigger.poll()).toEqual([]);
	});

	it.each([
		{ dates: 'iso', fieldNames: 'snake_case' },
		{ dates: 'epochSeconds', fieldNames: 'camelCase' },
		{ dates: 'epochMilliseconds', fieldNames: 'snake_case' },
		{ dates: 'iso', fieldNames: 'camelCase', listShape: 'array' },
	])('is found in a list of the form %j', async (form) => {
		await settings(form);
		await addMany(3, 'before');
		const trigger = await active();
		const id = await add('new.txt');
		expect(idsOf(await trigger.poll())).toEqual([id]);
		expect(await trigger.poll()).toEqual([]);
	});

	it('nothing starts by 250 files that are there already, unless they are wanted', async () => {
		const ids = await addMany(250);
		expect((await active({ events: ALL })).runs).toEqual([]);

		const wanting = await active({ options: { includeExisting: true } });
		expect(wanting.runs).toHaveLength(1);
		expect(wanting.runs[0].map(({ json }) => json.fileId).sort()).toEqual([...ids].sort());
		expect(await wanting.poll()).toEqual([]);
		await wanting.restart();
		expect(wanting.runs).toHaveLength(1);
	});

	it('with 150 others of the same second, over two pages, is told once', async () => {
		const trigger = await active();
		await clock({ speed: 0 });
		const ids = await addMany(150);
		expect(idsOf(await trigger.poll()).sort()).toEqual([...ids].sort());
		const late = await add('late.txt');
		expect(idsOf(await trigger.poll())).toEqual([late]);
	});

	it.each([
		['moves to a later page, because another was added', async () => void (await add('other.txt'))],
		[
			'moves to an earlier page, because another was deleted',
			async (ids: string[]) => await remove(ids[149]),
		],
	])('while the list is read %s: nothing is lost or repeated', async (_, change) => {
		const trigger = await active({}, { baseUrl: relay.url });
		const ids = await addMany(150);
		relay.reset();
		relay.before = async (count) => {
			if (count === 2) await change(ids);
		};
		const first = await trigger.poll();
		relay.reset();
		const second = await trigger.poll();
		const there = (await stored()).map(({ id }) => id);
		const told = idsOf([...first, ...second]);
		expect(new Set(told).size).toBe(told.length);
		expect(told).toEqual(expect.arrayContaining(there));
	});

	it('passes the name filter, which does not bring up the past when it changes', async () => {
		const trigger = await active({ options: { fileName: '*.pdf' } });
		await add('a.txt');
		await add('b.PDF');
		expect(namesOf(await trigger.poll())).toEqual([['file.added', 'b.PDF']]);
		await add('c.txt');
		expect(await trigger.poll()).toEqual([]);
		await trigger.activate({ parameters: { events: ['file.added'], options: {} } });
		expect(await trigger.poll()).toEqual([]);
	});
});

describe('expiry', () => {
	it('is told twice, soon and when it has come, and each once', async () => {
		const trigger = await active({ events: ALL, leadTime: 6, leadTimeUnit: 'hours' });
		await add('day.txt', 1);
		expect(namesOf(await trigger.poll())).toEqual([['file.added', 'day.txt']]);
		await clock({ advance: DAY - 7 * HOUR });
		expect(await trigger.poll()).toEqual([]);
		await clock({ advance: HOUR });
		expect(namesOf(await trigger.poll())).toEqual([['file.expiring_soon', 'day.txt']]);
		await trigger.restart();
		await clock({ advance: HOUR });
		expect(await trigger.poll()).toEqual([]);
		await clock({ advance: 5 * HOUR });
		expect(namesOf(await trigger.poll())).toEqual([['file.expired', 'day.txt']]);
		await trigger.restart();
		expect(await trigger.poll()).toEqual([]);
	});

	it('of a file that lives shorter than the lead time is told as soon as it is there', async () => {
		const trigger = await active({ events: ALL, leadTime: 2, leadTimeUnit: 'days' });
		await add('day.txt', 1);
		expect(namesOf(await trigger.poll()).sort()).toEqual([
			['file.added', 'day.txt'],
			['file.expiring_soon', 'day.txt'],
		]);
	});

	it('before the activation is not told; nor is what is close to it', async () => {
		await add('over.txt', 1);
		await add('soon.txt', 2);
		await clock({ advance: DAY + HOUR });
		const trigger = await active({ events: ALL, leadTime: 24 });
		expect(trigger.runs).toEqual([]);
		await clock({ advance: DAY });
		expect(namesOf(await trigger.poll())).toEqual([['file.expired', 'soon.txt']]);
	});

	it('is told as well where expired files leave the list, but not of one that was deleted', async () => {
		await settings({ expiredFiles: 'hidden' });
		const trigger = await active({ events: ['file.expired'] });
		const gone = await add('deleted.txt', 1);
		const fileId = await add('day.txt', 1);
		expect(await trigger.poll()).toEqual([]);
		await remove(gone);
		expect(await trigger.poll()).toEqual([]);
		await clock({ advance: DAY });
		const [told, ...others] = await trigger.poll();
		expect(told).toMatchObject({ event: 'file.expired', fileId, effectiveStatus: 'expired' });
		expect(others).toEqual([]);
		expect(await trigger.poll()).toEqual([]);
	});

	it('goes by FileShot’s clock, an hour ahead of this host or a day', async () => {
		await clock({ advance: HOUR });
		const trigger = await active({ events: ALL, leadTime: 1, leadTimeUnit: 'hours' });
		await add('day.txt', 1);
		expect(namesOf(await trigger.poll())).toEqual([['file.added', 'day.txt']]);
		await clock({ advance: DAY - HOUR / 2 });
		expect(namesOf(await trigger.poll())).toEqual([['file.expiring_soon', 'day.txt']]);
	});
});

describe('a poll', () => {
	it('that fails keeps its place, and the error says what to do', async () => {
		const trigger = await active();
		const id = await add('new.txt');
		await sandbox.fault({ service: 'fileShot', fault: { type: 'status', status: 401 } });
		const before = trigger.savedStaticData;
		expect(await trigger.poll()).toEqual([]);
		expect(trigger.errors[0].message).toMatch(/^FileShot answered 401/);
		expect(trigger.errors[0].description).toMatch(/API Key/);
		expect(trigger.savedStaticData).toBe(before);
		await sandbox.reset();
		expect(idsOf(await trigger.poll())).toEqual([id]);
		expect(await trigger.poll()).toEqual([]);
	});

	it('that fails half way tells what it has read; the next goes on from there', async () => {
		const trigger = await active({}, { baseUrl: relay.url });
		const ids = await addMany(150);
		relay.reset();
		await sandbox.fault({ service: 'fileShot', nth: 2, fault: { type: 'status', status: 500 } });
		const first = await trigger.poll();
		expect(first).toHaveLength(100);
		await trigger.restart();
		const rest = trigger.runs.slice(1).flatMap((items) => items.map(({ json }) => json));
		expect(idsOf([...first, ...rest]).sort()).toEqual([...ids].sort());
		expect(await trigger.poll()).toEqual([]);
		expect(trigger.errors).toEqual([]);
	});

	it('that begins before the last one has ended does nothing', async () => {
		const trigger = await active();
		await add('new.txt');
		await Promise.all([trigger.poll(), trigger.poll(), trigger.poll()]);
		expect(trigger.runs).toHaveLength(1);
	});

	it('of a workflow that cannot work fails its activation', async () => {
		await expect(active({}, { apiKey: 'wrong' })).rejects.toThrow(/FileShot answered 401/);
		await expect(active({ events: [] })).rejects.toThrow('The field “Trigger On” is empty');
		await expect(active({ events: ALL, leadTime: 0 })).rejects.toThrow(
			'“Lead Time” is no number above 0',
		);
	});
});

describe('a workflow that is edited', () => {
	it('an added event counts from then on', async () => {
		const trigger = await active({ events: ['file.expired'] });
		await add('a.txt');
		await trigger.poll();
		await trigger.activate({ parameters: { events: ['file.expired', 'file.added'], options: {} } });
		expect(trigger.runs).toEqual([]);
		await clock({ advance: 1 });
		await add('b.txt');
		expect(namesOf(await trigger.poll())).toEqual([['file.added', 'b.txt']]);
	});

	it('another account begins anew; a new key of the same does not', async () => {
		const trigger = await active();
		await add('a.txt');
		await trigger.activate({
			settings: { credentials: { fileShotApi: { id: 'another', name: 'Another' } } },
		});
		expect(trigger.runs).toEqual([]);
		const id = await add('b.txt');
		const { apiKey } = sandbox.info.services.fileShot.credentials;
		await trigger.activate({
			credentials: { ...sandbox.info.services.fileShot.credentials, apiKey: ` ${apiKey}`.trim() },
		});
		expect(trigger.runs.flat().map(({ json }) => json.fileId)).toEqual([id]);
	});

	it('keeps no secret in its static data', async () => {
		const trigger = await active({ events: ALL });
		await add('a.txt');
		await trigger.poll();
		const { apiKey } = sandbox.info.services.fileShot.credentials;
		expect(trigger.savedStaticData).not.toContain(apiKey);
	});
});

describe('Fetch Test Event', () => {
	it('shows a file that fits, and changes nothing', async () => {
		await add('a.txt');
		await add('b.pdf');
		const trigger = poller({ options: { fileName: '*.pdf' } });
		const { run, staticData } = await trigger.fetchTestEvent();
		expect(namesOf(outputOf(run).map(({ json }) => json))).toEqual([['file.added', 'b.pdf']]);
		expect(staticData).toBe('{}');
	});

	it('prefers a file with which the chosen event is the case', async () => {
		await add('day.txt', 1);
		await add('month.txt', 30);
		const trigger = poller({ events: ['file.expiring_soon'], leadTime: 48 });
		const { run } = await trigger.fetchTestEvent();
		expect(namesOf(outputOf(run).map(({ json }) => json))).toEqual([
			['file.expiring_soon', 'day.txt'],
		]);
	});

	it('says so where there is nothing to show', async () => {
		const { run } = await poller().fetchTestEvent();
		expect(errorOf(run).message).toMatch(/nothing in FileShot yet/);
	});
});
