import { PAGE } from '../../support/smallPages';
import type { IDataObject } from 'n8n-workflow';

import { FileShotAccount, idsOf, namesOf } from '../../support/fileShotTrigger';
import type { ActivePoller } from '../../support/polling';
import { type TestResponse, useTestServer } from '../../support/testServer';

let account: FileShotAccount;
beforeAll(async () => (account = await FileShotAccount.start()));
afterAll(async () => await account.stop());
beforeEach(async () => await account.reset());
afterEach(() => void jest.restoreAllMocks());

/** Advances the host's clock by some seconds when the request with this number arrives. */
function delayAt(number: number, seconds: number): void {
	const real = performance.now.bind(performance);
	let ahead = 0;
	jest.spyOn(performance, 'now').mockImplementation(() => real() + ahead * 1000);
	account.resetProxy();
	account.beforeRequest = (count) => {
		if (count === number) ahead = seconds;
		return Promise.resolve();
	};
}

describe('the deadline of a poll', () => {
	it('is reached in the middle: outputs the files read so far, and the next poll continues from there', async () => {
		const trigger = account.trigger({}, { baseUrl: account.proxy.url });
		trigger.budgetMs = 60 * 60_000;
		await trigger.activate();
		const ids = await account.addMany(2 * PAGE + 5);

		delayAt(2, 121);
		const first = await trigger.poll();
		expect(first).toHaveLength(2 * PAGE);
		expect(account.proxy.requests.length).toBe(2);

		account.resetProxy();
		await trigger.restart();
		expect(account.proxy.requests.length).toBe(1);
		const rest = trigger.runs.at(-1)!.map(({ json }) => json);
		expect(idsOf([...first, ...rest]).sort()).toEqual([...ids].sort());
		expect(await trigger.poll()).toEqual([]);
		expect(trigger.errors).toEqual([]);
	});

	it('is not reached: reads the whole list', async () => {
		const trigger = account.trigger({}, { baseUrl: account.proxy.url });
		trigger.budgetMs = 60 * 60_000;
		await trigger.activate();
		await account.addMany(2 * PAGE + 5);
		delayAt(2, 60);
		expect(await trigger.poll()).toHaveLength(2 * PAGE + 5);
	});

	it('has already passed: reads one page anyway', async () => {
		const trigger = account.trigger({}, { baseUrl: account.proxy.url });
		trigger.budgetMs = 0;
		await trigger.activate();
		const ids = await account.addMany(2 * PAGE + 5);
		const emitted: IDataObject[] = [];
		for (const count of [PAGE, PAGE, 5, 0]) {
			account.resetProxy();
			const page = await trigger.poll();
			expect([page.length, account.proxy.requests.length]).toEqual([count, 1]);
			emitted.push(...page);
		}
		expect(idsOf(emitted).sort()).toEqual([...ids].sort());
	});
});

describe('the list of files', () => {
	it('outputs the oldest files first', async () => {
		const trigger = await account.active();
		for (const name of ['a', 'b', 'c']) {
			await account.add(name);
			await account.clock({ advance: 1 });
		}
		expect(namesOf(await trigger.poll()).map(([, name]) => name)).toEqual(['a', 'b', 'c']);
	});

	it('is read from the start again for an event that is added in the middle of a pass', async () => {
		const soon = { leadTime: 60, leadTimeUnit: 'days', options: {} };
		const trigger = await account.active({ events: ['file.expiring_soon'], ...soon });
		await account.addMany(PAGE + 5);
		const fault = { type: 'status', status: 500 };
		await account.sandbox.reset();
		await account.sandbox.fault({ service: 'fileShot', nth: 2, fault });
		expect(await trigger.poll()).toHaveLength(PAGE);

		const events = ['file.expiring_soon', 'file.added'];
		await trigger.activate({ parameters: { events, ...soon } });
		expect(trigger.runs.map((items) => items.length)).toEqual([PAGE, 5]);
		const emitted = new Set(trigger.runs.flat().map(({ json }) => json.fileId));
		expect(emitted.size).toBe(PAGE + 5);
		await account.clock({ advance: 2 });
		await account.add('new.txt');
		await account.clock({ advance: 2 });
		expect(namesOf(await trigger.poll()).sort()).toEqual([
			['file.added', 'new.txt'],
			['file.expiring_soon', 'new.txt'],
		]);
		expect(await trigger.poll()).toEqual([]);
	});

	it('may have more than one page if it omits expired files', async () => {
		await account.settings({ expiredFiles: 'hidden' });
		const trigger = await account.active({ events: ['file.expired'] });
		const [day] = [await account.add('day.txt', 1), await account.addMany(PAGE)];
		expect(await trigger.poll()).toEqual([]);
		await account.clock({ advance: 86_400 });
		expect(idsOf(await trigger.poll())).toEqual([day]);
	});
});

interface SavedState {
	expected: Record<string, object>;
}

/** Lists without dates. */
describe('a list that the sandbox does not produce', () => {
	const responses: Record<string, TestResponse> = {};
	const otherwise: TestResponse = {};
	const host = useTestServer().respondByUrl(responses, otherwise);
	beforeEach(() => {
		for (const path of Object.keys(responses)) delete responses[path];
		host.requests.length = 0;
	});

	const files = (count: number, start = 0) =>
		Array.from({ length: count }, (_, n) => ({ fileId: `f${start + n}`, fileName: 'a.txt' }));
	const paged = (all: object[], size = PAGE) => {
		for (let page = 1; (page - 1) * size < all.length; page++) {
			const body = { files: all.slice((page - 1) * size, page * size), total: all.length };
			responses[`/api/files?page=${page}&limit=${PAGE}`] = { body: JSON.stringify(body) };
		}
	};

	const stateOf = ({ savedStaticData }: ActivePoller) => {
		const saved = JSON.parse(savedStaticData) as Record<string, { poll: { state: SavedState } }>;
		return saved['node:Subject'].poll.state;
	};

	it('is read in several polls if it has many pages', async () => {
		paged(files(60), 1);
		const options = { includeExisting: true };
		const trigger = await account.active({ options }, { baseUrl: host.url });
		expect(trigger.runs.map((items) => items.length)).toEqual([50]);
		expect(host.requests).toHaveLength(50);
		expect(await trigger.poll()).toHaveLength(10);
		expect(await trigger.poll()).toEqual([]);
	});

	it('stores only the files that expire first, even before it has been read completely', async () => {
		const expiresAt = (n: number) => new Date(Date.now() + (n + 1) * 3_600_000).toISOString();
		const all = files(1_200).map((file, n) => ({ ...file, expiresAt: expiresAt(1_200 - n) }));
		paged(all, 20);
		const trigger = await account.active({ events: ['file.expired'] }, { baseUrl: host.url });
		expect(host.requests).toHaveLength(50);
		const { expected } = stateOf(trigger);
		const firstOfThoseRead = all.slice(500, 1_000).map(({ fileId }) => fileId);
		expect(Object.keys(expected).sort()).toEqual(firstOfThoseRead.sort());
	});

	it.each([
		['that contains its length', (all: object[]) => ({ files: all, total: all.length })],
		['that contains its number of pages', (all: object[]) => ({ files: all, totalPages: 1 })],
	])('%s is not read beyond its last page', async (_, form) => {
		otherwise.body = JSON.stringify(form(files(PAGE)));
		await account.active({}, { baseUrl: host.url });
		expect(host.requests).toHaveLength(1);
	});

	it('without an expired flag is evaluated by FileShot’s clock, to the second', async () => {
		const now = Math.floor(Date.now() / 1000) * 1000 + 3_600_000;
		const headers = { date: new Date(now).toUTCString() };
		const all = [0, 1].map((n) => ({
			fileId: `f${n}`,
			expiresAt: new Date(now + n * 1000).toISOString(),
		}));
		responses[`/api/files?page=1&limit=${PAGE}`] = {
			headers,
			body: JSON.stringify({ files: all }),
		};
		const options = { includeExisting: true };
		const trigger = await account.active({ options }, { baseUrl: host.url });
		expect(trigger.runs.flat().map(({ json }) => [json.fileId, json.status])).toEqual([
			['f0', 'expired'],
			['f1', 'active'],
		]);
	});

	it('without dates outputs a new file on its last page once', async () => {
		paged(files(35));
		const trigger = await account.active({}, { baseUrl: host.url });
		expect(trigger.runs).toEqual([]);
		paged(files(36));
		expect(idsOf(await trigger.poll())).toEqual(['f35']);
		expect(await trigger.poll()).toEqual([]);
		expect(await trigger.poll()).toEqual([]);
	});

	it('that repeats its page ends after the second page', async () => {
		otherwise.body = JSON.stringify({ files: files(PAGE) });
		const trigger = await account.active({}, { baseUrl: host.url });
		otherwise.body = JSON.stringify({ files: files(PAGE, 1) });
		expect(idsOf(await trigger.poll())).toEqual([`f${PAGE}`]);
		expect(host.requests).toHaveLength(4);
	});

	it('without dates fails above the number of IDs that can be stored, and reports what to use instead', async () => {
		otherwise.body = JSON.stringify({ files: files(5_001), total: 5_001 });
		await expect(account.active({}, { baseUrl: host.url })).rejects.toThrow(
			'The account contains more files than this trigger can track',
		);
	});
});
