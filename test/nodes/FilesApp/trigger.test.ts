import type { IDataObject } from 'n8n-workflow';

import { eventually } from '../../support/eventually';
import { allOf, FilesAppAccount, HOUR, idsOf } from '../../support/filesAppTrigger';
import { TestServer } from '../../support/testServer';

let account: FilesAppAccount;
beforeAll(async () => (account = await FilesAppAccount.start()));
afterAll(async () => await account.stop());
beforeEach(async () => await account.reset());

const seen = (items: IDataObject[]) => items.map(({ event, fileId }) => [event, fileId]);

describe('a change', () => {
	it('starts the workflow once, with the fields of Get', async () => {
		const trigger = await account.active();
		const id = await account.upload('new.txt');
		expect(await trigger.poll()).toEqual([
			{
				event: 'created',
				fileId: id,
				name: 'new.txt',
				size: 7,
				mimeType: expect.any(String) as string,
				encrypted: true,
				createdAt: expect.stringMatching(/Z$/) as string,
				updatedAt: expect.stringMatching(/Z$/) as string,
				occurredAt: expect.stringMatching(/Z$/) as string,
				available: true,
			},
		]);
		expect(await trigger.poll()).toEqual([]);
		await account.rename(id, 'other.txt');
		expect(seen(await trigger.poll())).toEqual([['modified', id]]);
		await trigger.restart();
		await account.remove(id);
		const [deleted] = await trigger.poll();
		expect(deleted).toMatchObject({ event: 'deleted', fileId: id, available: false });
		expect(deleted).not.toHaveProperty('name');
		expect(await trigger.poll()).toEqual([]);
	});

	it('starts the workflow if it is made after the activation, but in the same second', async () => {
		await account.clock({ speed: 0 });
		await account.upload('before.txt');
		const trigger = await account.active();
		expect(trigger.runs).toEqual([]);
		const id = await account.upload('after.txt');
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
	])('starts the workflow only if its action is selected: %j', async (events, emitted) => {
		const trigger = await account.active({ events });
		const id = await account.upload('a.txt');
		await account.rename(id, 'b.txt');
		await account.remove(id);
		expect(await trigger.poll().then((items) => items.map(({ event }) => event))).toEqual(emitted);
		expect(await trigger.poll()).toEqual([]);
	});

	it('starts the workflow again if it is repeated for the same file, also in the same poll', async () => {
		const trigger = await account.active({ events: ['modified'] });
		const id = await account.upload('a.txt');
		for (const name of ['b.txt', 'c.txt']) {
			await account.rename(id, name);
			await account.clock({ advance: 1 });
		}
		expect(idsOf(await trigger.poll())).toEqual([id, id]);
		await account.rename(id, 'd.txt');
		expect(idsOf(await trigger.poll())).toEqual([id]);
	});

	it('of a file that no longer exists is output without details', async () => {
		const trigger = await account.active({ events: ['created'] });
		const id = await account.upload('a.txt');
		await account.remove(id);
		const [item] = await trigger.poll();
		expect(item).toMatchObject({ event: 'created', fileId: id, available: false });
	});

	it('takes one request for its file, unless details are turned off', async () => {
		const trigger = await account.active({ details: false });
		const id = await account.upload('a.txt');
		await account.sandbox.reset();
		const [item] = await trigger.poll();
		expect(item).toMatchObject({ event: 'created', fileId: id });
		expect(item).not.toHaveProperty('name');
		expect(await account.requestsTo('/api/v2/files')).toBe(0);
	});

	it('must be in the selected folder and match the name filter', async () => {
		const trigger = await account.active({
			folderId: 'folder_1',
			details: false,
			options: { fileName: '*.PDF' },
		});
		const wanted = await account.upload('a.pdf', 'folder_1');
		await account.upload('a.txt', 'folder_1');
		await account.upload('a.pdf');
		expect(idsOf(await trigger.poll())).toEqual([wanted]);
	});
});

describe('the first activation', () => {
	it('outputs no existing files', async () => {
		await account.uploadMany(5);
		await account.clock({ advance: 1 });
		expect((await account.active()).runs).toEqual([]);
	});

	it('outputs existing files if Include Existing is turned on', async () => {
		const id = await account.upload('before.txt');
		const trigger = await account.active({ options: { includeExisting: true } });
		expect(idsOf(allOf(trigger))).toContain(id);
		await eventually(async () => (await trigger.poll()).length === 0);
		const emitted = allOf(trigger).map(({ fileId, event, occurredAt }) =>
			[fileId, event, occurredAt].join(),
		);
		expect(new Set(emitted).size).toBe(emitted.length);
	});

	it.each([HOUR, 24 * HOUR])('uses the clock of Files App, %i s ahead', async (ahead) => {
		await account.clock({ advance: ahead });
		await account.upload('before.txt');
		await account.clock({ advance: 2 });
		const trigger = await account.active();
		expect(trigger.runs).toEqual([]);
		const id = await account.upload('after.txt');
		expect(idsOf(await trigger.poll())).toEqual([id]);
	});

	it('uses the clock of Files App, one hour behind', async () => {
		const host = new TestServer();
		const date = (minutes: number) => new Date(Date.now() + minutes * 60_000);
		const iso = (minutes: number) => `${date(minutes).toISOString().slice(0, 19)}Z`;
		const changes = [
			{ id: 'old', action: 'created', timestamp: iso(-70) },
			{ id: 'new', action: 'created', timestamp: iso(-50) },
		];
		const body = JSON.stringify({ changes, cursor: 'c', has_more: false });
		const headers = { date: date(-60).toUTCString() };
		await host.respond({ headers, body }).start();
		const trigger = await account.active({ details: false }, { baseUrl: host.url });
		expect(idsOf([...allOf(trigger), ...(await trigger.poll())])).toEqual(['new']);
		// A time in the format of the docs.
		const asked = host.requests.map(({ url }) => new URL(url, host.url).searchParams.get('since'));
		expect(asked).toEqual(asked.map(() => expect.stringMatching(/T\d\d:\d\d:\d\dZ$/) as string));
		await host.stop();
	});
});

describe('a poll', () => {
	it('sends one request if there are no more changes', async () => {
		const trigger = await account.active();
		await account.sandbox.reset();
		expect(await trigger.poll()).toEqual([]);
		expect(await account.requestsTo('/api/v2/sync')).toBe(1);
	});

	it('that fails keeps its position and reports what to do', async () => {
		const trigger = await account.active();
		const id = await account.upload('a.txt');
		await account.sandbox.fault({ service: 'filesApp', fault: { type: 'status', status: 401 } });
		const before = trigger.savedStaticData;
		expect(await trigger.poll()).toEqual([]);
		expect(trigger.errors[0].message).toMatch(/^Files App responded with 401/);
		expect(trigger.savedStaticData).toBe(before);
		await account.sandbox.reset();
		expect(idsOf(await trigger.poll())).toEqual([id]);
	});

	it('with an invalid key prevents the activation', async () => {
		await expect(account.active({}, { apiKey: 'wrong' })).rejects.toThrow(
			/Files App responded with 401/,
		);
	});
});

describe('an edited workflow', () => {
	it.each([
		['an added action', { events: ['deleted', 'created'] }],
		['any action', { events: ['*'] }],
		['another filter', { events: ['created'], options: { fileName: '*.txt' } }],
		['another folder', { events: ['created'], folderId: 'folder_2' }],
	])('%s applies only to later changes', async (_, parameters) => {
		const trigger = await account.active({ events: ['deleted'] });
		await account.upload('before.txt', 'folder_2');
		await trigger.poll();
		await account.clock({ advance: 2 });
		await trigger.activate({ parameters: { options: {}, ...parameters } });
		expect(trigger.runs).toEqual([]);
		await account.clock({ advance: 2 });
		const id = await account.upload('after.txt', 'folder_2');
		expect(seen(await trigger.poll())).toEqual([['created', id]]);
	});

	it.each([
		['another folder', { folderId: 'folder_1' }, { folderId: 'folder_2' }],
		['another filter', { options: { fileName: '*.pdf' } }, { options: { fileName: '*.txt' } }],
	])('%s applies only to later changes of the same action', async (_, before, after) => {
		const events = ['created'];
		const trigger = await account.active({ events, ...before });
		await account.upload('before.txt', 'folder_2');
		await account.clock({ advance: 2 });
		await trigger.activate({ parameters: { options: {}, events, ...after } });
		expect(trigger.runs).toEqual([]);
		const id = await account.upload('after.txt', 'folder_2');
		expect(idsOf(await trigger.poll())).toEqual([id]);
	});

	it('outputs existing files when Include Existing is turned on later', async () => {
		const trigger = await account.active();
		const id = await account.upload('before.txt');
		await trigger.poll();
		const options = { includeExisting: true };
		await trigger.activate({ parameters: { events: ['*'], options } });
		while (!idsOf(allOf(trigger).slice(1)).includes(id)) {
			expect(await trigger.poll()).not.toEqual([]);
		}
	});

	it('triggers on an action that is selected again only for later changes', async () => {
		const trigger = await account.active({ events: ['created', 'deleted'] });
		await trigger.activate({ parameters: { events: ['deleted'], options: {} } });
		await account.upload('before.txt');
		await account.clock({ advance: 2 });
		await trigger.activate({ parameters: { events: ['created', 'deleted'], options: {} } });
		expect(trigger.runs).toEqual([]);
	});

	it('keeps triggering on one action after “Any Change”, from the second in which that was selected', async () => {
		await account.clock({ speed: 0 });
		const trigger = await account.active();
		const id = await account.upload('a.txt');
		await account.clock({ advance: 2 });
		await trigger.activate({ parameters: { events: ['created'], options: {} } });
		expect(seen(allOf(trigger))).toEqual([['created', id]]);
	});

	it('keeps triggering on the previous actions', async () => {
		const trigger = await account.active({ events: ['created'] });
		await trigger.poll();
		const id = await account.upload('a.txt');
		await trigger.activate({ parameters: { events: ['deleted', 'created'], options: {} } });
		expect(seen(allOf(trigger))).toEqual([['created', id]]);
		const other = await account.upload('b.txt');
		await account.remove(id);
		await account.rename(other, 'c.txt');
		await account.clock({ advance: 2 });
		await trigger.activate({ parameters: { events: ['*'], options: {} } });
		expect(seen(allOf(trigger).slice(1)).sort()).toEqual([
			['created', other],
			['deleted', id],
		]);
	});
});
