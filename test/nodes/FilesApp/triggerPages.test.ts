import type { IDataObject } from 'n8n-workflow';

import { allOf, FilesAppAccount, idsOf } from '../../support/filesAppTrigger';
import type { ActivePoller } from '../../support/polling';
import { type TestResponse, useTestServer } from '../../support/testServer';

let account: FilesAppAccount;
beforeAll(async () => (account = await FilesAppAccount.start()));
afterAll(async () => await account.stop());
beforeEach(async () => await account.reset());

/**
 * Activates a trigger while n8n's clock is not behind that of the sandbox, which is hours ahead: the trigger would start with
 * the changes of other tests.
 */
async function activeNow(settings: IDataObject, budgetMs?: number): Promise<ActivePoller> {
	const trigger = account.trigger(settings);
	if (budgetMs !== undefined) trigger.budgetMs = budgetMs;
	const inAYear = Date.now() + 365 * 86_400_000;
	const clock = jest.spyOn(Date, 'now').mockReturnValue(inAYear);
	await trigger.activate();
	clock.mockRestore();
	return trigger;
}

describe('more than one page of changes', () => {
	it.each([
		['taken', 2],
		['taken', 11],
		['taken', 25],
		['ignored', 6],
		['refused', 6],
	])('are all output once: cursor mode %s, pages of %i', async (syncCursor, syncPageSize) => {
		await account.settings({ syncCursor, syncPageSize });
		const trigger = await account.active({ details: false });
		const ids: string[] = [];
		for (let second = 0; second < 6; second++) {
			await account.clock({ speed: 0 });
			ids.push(...(await account.uploadMany(5)));
			await account.clock({ advance: 1 });
		}
		expect(idsOf(await trigger.poll())).toEqual(ids);
		expect(await trigger.poll()).toEqual([]);
	});

	it('of the same second are all output once', async () => {
		await account.settings({ syncPageSize: 4 });
		const trigger = await account.active({ details: false });
		await account.clock({ speed: 0 });
		const first = await account.uploadMany(14);
		expect(idsOf(await trigger.poll())).toEqual(first);
		const second = await account.uploadMany(14);
		expect(idsOf(await trigger.poll())).toEqual(second);
		await trigger.restart();
		expect(await trigger.poll()).toEqual([]);
		expect(allOf(trigger)).toHaveLength(28);
	});

	it('of one second on a server that ignores the cursor: continues with the next second', async () => {
		await account.settings({ syncPageSize: 10, syncCursor: 'ignored' });
		const trigger = await account.active({ details: false });
		await account.clock({ speed: 0, advance: 5 });
		const full = await account.uploadMany(15);
		await account.clock({ advance: 5 });
		const id = await account.upload('later.txt');
		const emitted = idsOf([...(await trigger.poll()), ...(await trigger.poll())]);
		expect(emitted).toEqual([...full.slice(0, 10), id]);
		expect(await trigger.poll()).toEqual([]);
	});

	it('a change made between two pages is neither lost nor output twice', async () => {
		await account.settings({ syncPageSize: 10 });
		const trigger = await account.active({ details: false }, { baseUrl: account.proxy.url });
		const ids = await account.uploadMany(25);
		account.resetProxy();
		account.beforeRequest = async (count) => {
			if (count === 2) ids.push(await account.upload('between.txt'));
		};
		const first = await trigger.poll();
		expect(idsOf([...first, ...(await trigger.poll())])).toEqual(ids);
		expect(await trigger.poll()).toEqual([]);
	});

	it('a failed page ends the poll: earlier changes are output, the rest after a restart', async () => {
		await account.settings({ syncPageSize: 10 });
		const trigger = await activeNow({ details: false });
		const ids = await account.uploadMany(25);
		await account.sandbox.reset();
		await account.sandbox.fault({
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

	it('an account at its request limit outputs its changes in several polls, in order', async () => {
		const trigger = await account.active();
		const ids = await account.uploadMany(35);
		await account.sandbox.reset();
		await account.sandbox.fault({
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

	it('a poll that reaches its limit leaves the rest to the next one', async () => {
		await account.settings({ syncPageSize: 1 });
		const trigger = await activeNow({ details: false });
		const ids = await account.uploadMany(52);
		await account.sandbox.reset();
		expect(idsOf(await trigger.poll())).toEqual(ids.slice(0, 50));
		expect(await account.requestsTo('/api/v2/sync')).toBe(50);
		await trigger.restart();
		expect(idsOf(allOf(trigger))).toEqual(ids);
	});

	it('continues by time if the server no longer knows the cursor', async () => {
		await account.settings({ syncPageSize: 1 });
		const trigger = await activeNow({ details: false });
		const ids = await account.uploadMany(52);
		expect(idsOf(await trigger.poll())).toEqual(ids.slice(0, 50));
		await account.sandbox.fault({
			service: 'filesApp',
			path: '/api/v2/sync',
			nth: 1,
			fault: { type: 'status', status: 400 },
		});
		await account.settings({ syncPageSize: 100 });
		expect(idsOf(await trigger.poll())).toEqual(ids.slice(50));
	});

	it('a poll after its deadline outputs twenty anyway, and the next one continues', async () => {
		const trigger = await activeNow({}, 0);
		const ids = await account.uploadMany(42);
		expect(idsOf(await trigger.poll())).toEqual(ids.slice(0, 20));
		await trigger.restart();
		expect(idsOf(allOf(trigger))).toEqual(ids.slice(0, 40));
		expect(idsOf(await trigger.poll())).toEqual(ids.slice(40));
		expect(await trigger.poll()).toEqual([]);
	});
});

/** Responses that the sandbox does not produce. */
describe('a page', () => {
	const pages: object[] = [];
	const nothing = { changes: [], cursor: 'c0', has_more: false };
	/** The time of the pages. */
	let now: Date;
	beforeEach(() => void (now = new Date(Date.now() + 600_000)));
	const otherwise: TestResponse = {
		get headers() {
			return { date: (pages.length > 0 ? now : new Date()).toUTCString() };
		},
		get body() {
			return JSON.stringify(pages.shift() ?? nothing);
		},
	};
	const host = useTestServer().respond(otherwise);

	const created = (id: string, second: number) => {
		const timestamp = new Date(Date.now() + second * 1000).toISOString();
		return { id, action: 'created', timestamp };
	};

	it('with a change without a date outputs it once, with the changes before it', async () => {
		const trigger = await account.active({ details: false }, { baseUrl: host.url });
		const changes = [created('a', 60), { id: 'b', action: 'created' }];
		pages.push({ changes: changes.slice(0, 1), has_more: false });
		expect(idsOf(await trigger.poll())).toEqual(['a']);
		pages.push({ changes, has_more: false }, { changes, has_more: false });
		expect(idsOf(await trigger.poll())).toEqual(['b']);
		expect(await trigger.poll()).toEqual([]);
	});

	it('with a late change does not output earlier changes again', async () => {
		const trigger = await account.active({ details: false }, { baseUrl: host.url });
		const [a, b, late] = [created('a', 60), created('b', 120), created('late', 60)];
		pages.push({ changes: [a, b], cursor: 'c1', has_more: true });
		pages.push({ changes: [late], has_more: false });
		expect(idsOf(await trigger.poll())).toEqual(['a', 'b', 'late']);
		expect(await trigger.poll()).toEqual([]);
		const asked = new URL(host.requests.at(-1)!.url, host.url).searchParams.get('since');
		expect(asked).toBe(`${b.timestamp.slice(0, 19)}Z`);
	});

	it('of many seconds stores only the hashes of the last second', async () => {
		const trigger = await account.active({ details: false }, { baseUrl: host.url });
		const changes = Array.from({ length: 200 }, (_, n) => created(`f${n}`, 60 + n));
		pages.push({ changes, has_more: false });
		expect(await trigger.poll()).toHaveLength(200);
		expect(trigger.savedStaticData.length).toBeLessThan(1_000);
	});

	it('with more than five hundred changes is output in two polls, the second from the middle of the page', async () => {
		const trigger = await account.active({ details: false }, { baseUrl: host.url });
		const changes = Array.from({ length: 510 }, (_, n) => created(`f${n}`, 60 + n));
		const ids = changes.map(({ id }) => id);
		pages.push({ changes, cursor: 'c1', has_more: true });
		expect(idsOf(await trigger.poll())).toEqual(ids.slice(0, 500));
		pages.push({ changes: changes.slice(499), cursor: 'c1', has_more: false });
		expect(idsOf(await trigger.poll())).toEqual(ids.slice(500));
		const { searchParams: asked } = new URL(host.requests.at(-1)!.url, host.url);
		const since = `${changes[499].timestamp.slice(0, 19)}Z`;
		expect([asked.get('since'), asked.get('cursor')]).toEqual([since, null]);
		expect(await trigger.poll()).toEqual([]);
	});

	it('with a change and a deletion of a file adds the file only to the change', async () => {
		const trigger = await account.active({}, { baseUrl: host.url });
		const deleted = { ...created('a', 61), action: 'deleted' };
		const other = { ...created('z', 59), action: 'deleted' };
		pages.push({ changes: [other, created('a', 60), deleted], has_more: false });
		// The file, which has been restored since.
		pages.push({ id: 'a', name: 'a.txt' });
		const emitted = await trigger.poll();
		expect(emitted.map(({ event, name, available }) => [event, name, available])).toEqual([
			['deleted', undefined, false],
			['created', 'a.txt', true],
			['deleted', undefined, false],
		]);
		pages.push({ changes: [{ ...created('b', 62), action: 'deleted' }], has_more: false });
		expect(idsOf(await trigger.poll())).toEqual(['b']);
		// The trigger does not request a deleted file.
		expect(host.requests.at(-1)!.url).toContain('/sync');
	});

	it('that is empty does not end the poll if there are more changes', async () => {
		const trigger = await account.active({ details: false }, { baseUrl: host.url });
		pages.push({ changes: [], cursor: 'c1', has_more: true });
		pages.push({ changes: [created('a', 60)], cursor: 'c2', has_more: false });
		expect(idsOf(await trigger.poll())).toEqual(['a']);
		expect(await trigger.poll()).toEqual([]);
	});

	it('that stays empty ends the poll after the maximum of empty pages', async () => {
		const trigger = await account.active({ details: false }, { baseUrl: host.url });
		for (let n = 0; n < 200; n++) pages.push({ changes: [], cursor: `e${n}`, has_more: true });
		expect(await trigger.poll()).toEqual([]);
		expect(pages.splice(0).length).toBeGreaterThan(100);
	});

	it('that is repeated under a new cursor makes the poll continue by time', async () => {
		const trigger = await account.active({ details: false }, { baseUrl: host.url });
		const [a, b, c] = [created('a', 60), created('b', 61), created('c', 62)];
		pages.push({ changes: [a, b], cursor: 'c1', has_more: true });
		pages.push({ changes: [a, b], cursor: 'c2', has_more: true });
		pages.push({ changes: [b, c], cursor: 'c3', has_more: false });
		expect(idsOf(await trigger.poll())).toEqual(['a', 'b', 'c']);
		expect(await trigger.poll()).toEqual([]);
	});

	it('under the cursor of the previous page is output, even if its time is not returned again', async () => {
		const trigger = await account.active({ details: false }, { baseUrl: host.url });
		pages.push({ changes: [created('a', 60)], cursor: 'same', has_more: true });
		pages.push({ changes: [created('b', 61)], cursor: 'same', has_more: true });
		pages.push({ changes: [created('c', 62)], cursor: 'c3', has_more: false });
		expect(idsOf(await trigger.poll())).toEqual(['a', 'b', 'c']);
	});

	it('full of the current second is read again, because more changes may follow in that second', async () => {
		const trigger = await account.active({ details: false }, { baseUrl: host.url });
		const a = created('a', 60);
		now = new Date(a.timestamp);
		pages.push({ changes: [a], has_more: true }, { changes: [a], has_more: true });
		expect(idsOf(await trigger.poll())).toEqual(['a']);
		pages.push({ changes: [a, { ...a, id: 'b' }], has_more: false });
		expect(idsOf(await trigger.poll())).toEqual(['b']);
		const asked = new URL(host.requests.at(-1)!.url, host.url).searchParams.get('since');
		expect(asked).toBe(`${a.timestamp.slice(0, 19)}Z`);
	});

	it('without new changes counts towards the deadline, and the next poll continues after it', async () => {
		const trigger = account.trigger({ details: false }, { baseUrl: host.url });
		trigger.budgetMs = 0;
		await trigger.activate();
		const known = created('a', 60);
		pages.push({ changes: [known], cursor: 'c1', has_more: false });
		expect(idsOf(await trigger.poll())).toEqual(['a']);
		pages.push({ changes: [known], cursor: 'c2', has_more: true });
		pages.push({ changes: [created('b', 120)], cursor: 'c3', has_more: false });
		expect(await trigger.poll()).toEqual([]);
		expect(host.requests.at(-1)?.url).not.toContain('cursor=c2');
		expect(idsOf(await trigger.poll())).toEqual(['b']);
		expect(host.requests.at(-1)?.url).toContain('cursor=c2');
	});
});
