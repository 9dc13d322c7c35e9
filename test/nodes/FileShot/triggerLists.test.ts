import type { IDataObject } from 'n8n-workflow';

import { FileShotAccount, idsOf, namesOf } from '../../support/fileShotTrigger';
import { Host, type Scripted } from '../../support/host';

let account: FileShotAccount;
beforeAll(async () => (account = await FileShotAccount.start()));
afterAll(async () => await account.stop());
beforeEach(async () => await account.reset());
afterEach(() => void jest.restoreAllMocks());

/** Lets the host's clock run ahead by so many seconds when the request with this number comes. */
function delayAt(number: number, seconds: number): void {
	const real = Date.now.bind(Date);
	let ahead = 0;
	jest.spyOn(Date, 'now').mockImplementation(() => real() + ahead * 1000);
	account.relay.reset();
	account.relay.before = (count) => {
		if (count === number) ahead = seconds;
		return Promise.resolve();
	};
}

describe('the time that n8n allows', () => {
	it('is over half way: what is read is told, the next poll goes on from there', async () => {
		const trigger = account.trigger({}, { baseUrl: account.relay.url });
		trigger.budgetMs = 60 * 60_000;
		await trigger.activate();
		const ids = await account.addMany(250);

		delayAt(2, 121);
		const first = await trigger.poll();
		expect(first).toHaveLength(200);
		expect(account.relay.count).toBe(2);

		account.relay.reset();
		await trigger.restart();
		expect(account.relay.count).toBe(1);
		const rest = trigger.runs.at(-1)!.map(({ json }) => json);
		expect(idsOf([...first, ...rest]).sort()).toEqual([...ids].sort());
		expect(await trigger.poll()).toEqual([]);
		expect(trigger.errors).toEqual([]);
	});

	it('is not over yet: all is read', async () => {
		const trigger = account.trigger({}, { baseUrl: account.relay.url });
		trigger.budgetMs = 60 * 60_000;
		await trigger.activate();
		await account.addMany(250);
		delayAt(2, 60);
		expect(await trigger.poll()).toHaveLength(250);
	});

	it('is nothing at all: a poll reads a page nevertheless', async () => {
		const trigger = account.trigger({}, { baseUrl: account.relay.url });
		trigger.budgetMs = 0;
		await trigger.activate();
		const ids = await account.addMany(250);
		const told: IDataObject[] = [];
		for (const count of [100, 100, 50, 0]) {
			account.relay.reset();
			const page = await trigger.poll();
			expect([page.length, account.relay.count]).toEqual([count, 1]);
			told.push(...page);
		}
		expect(idsOf(told).sort()).toEqual([...ids].sort());
	});
});

describe('the list', () => {
	it('brings the oldest of what is told first', async () => {
		const trigger = await account.active();
		for (const name of ['a', 'b', 'c']) {
			await account.add(name);
			await account.clock({ advance: 1 });
		}
		expect(namesOf(await trigger.poll()).map(([, name]) => name)).toEqual(['a', 'b', 'c']);
	});

	it('is read from its beginning for an event that is added while a reading is half done', async () => {
		const soon = { leadTime: 60, leadTimeUnit: 'days', options: {} };
		const trigger = await account.active({ events: ['file.expiring_soon'], ...soon });
		await account.addMany(150);
		const fault = { type: 'status', status: 500 };
		await account.sandbox.reset();
		await account.sandbox.fault({ service: 'fileShot', nth: 2, fault });
		expect(await trigger.poll()).toHaveLength(100);

		const events = ['file.expiring_soon', 'file.added'];
		await trigger.activate({ parameters: { events, ...soon } });
		expect(trigger.runs.map((items) => items.length)).toEqual([100, 50]);
		const told = new Set(trigger.runs.flat().map(({ json }) => json.fileId));
		expect(told.size).toBe(150);
		await account.clock({ advance: 2 });
		await account.add('new.txt');
		await account.clock({ advance: 2 });
		expect(namesOf(await trigger.poll()).sort()).toEqual([
			['file.added', 'new.txt'],
			['file.expiring_soon', 'new.txt'],
		]);
		expect(await trigger.poll()).toEqual([]);
	});

	it('in which expired files are not shown may have more than a page', async () => {
		await account.settings({ expiredFiles: 'hidden' });
		const trigger = await account.active({ events: ['file.expired'] });
		const [day] = [await account.add('day.txt', 1), await account.addMany(100)];
		expect(await trigger.poll()).toEqual([]);
		await account.clock({ advance: 86_400 });
		expect(idsOf(await trigger.poll())).toEqual([day]);
	});
});

/** Lists that the sandbox does not make, without dates. */
describe('a list', () => {
	const host = new Host();
	const answers: Record<string, Scripted> = {};
	const otherwise: Scripted = {};
	beforeAll(async () => await host.start(answers, otherwise));
	afterAll(async () => await host.stop());
	beforeEach(() => {
		for (const path of Object.keys(answers)) delete answers[path];
		host.requests.length = 0;
	});

	const files = (count: number, start = 0) =>
		Array.from({ length: count }, (_, n) => ({ fileId: `f${start + n}`, fileName: 'a.txt' }));
	const paged = (all: object[], size = 100) => {
		for (let page = 1; (page - 1) * size < all.length; page++) {
			const body = { files: all.slice((page - 1) * size, page * size), total: all.length };
			answers[`/api/files?page=${page}&limit=100`] = { body: JSON.stringify(body) };
		}
	};

	it('of many pages is read in several polls', async () => {
		paged(files(60), 1);
		const options = { includeExisting: true };
		const trigger = await account.active({ options }, { baseUrl: host.url });
		expect(trigger.runs.map((items) => items.length)).toEqual([50]);
		expect(host.requests).toHaveLength(50);
		expect(await trigger.poll()).toHaveLength(10);
		expect(await trigger.poll()).toEqual([]);
	});

	it.each([
		['that tells its length', (all: object[]) => ({ files: all, total: all.length })],
		['that tells its pages', (all: object[]) => ({ files: all, totalPages: 1 })],
	])('%s is asked for no page behind its last', async (_, form) => {
		otherwise.body = JSON.stringify(form(files(100)));
		await account.active({}, { baseUrl: host.url });
		expect(host.requests).toHaveLength(1);
	});

	it('that does not say what has expired goes by FileShot’s clock, to the second', async () => {
		const now = Math.floor(Date.now() / 1000) * 1000 + 3_600_000;
		const headers = { date: new Date(now).toUTCString() };
		const all = [0, 1].map((n) => ({
			fileId: `f${n}`,
			expiresAt: new Date(now + n * 1000).toISOString(),
		}));
		answers['/api/files?page=1&limit=100'] = { headers, body: JSON.stringify({ files: all }) };
		const options = { includeExisting: true };
		const trigger = await account.active({ options }, { baseUrl: host.url });
		expect(trigger.runs.flat().map(({ json }) => [json.fileId, json.effectiveStatus])).toEqual([
			['f0', 'expired'],
			['f1', 'active'],
		]);
	});

	it('without dates brings what is new on its last page, once', async () => {
		paged(files(350));
		const trigger = await account.active({}, { baseUrl: host.url });
		expect(trigger.runs).toEqual([]);
		paged(files(351));
		expect(idsOf(await trigger.poll())).toEqual(['f350']);
		expect(await trigger.poll()).toEqual([]);
		expect(await trigger.poll()).toEqual([]);
	});

	it('whose pages are all the same is over with the second', async () => {
		otherwise.body = JSON.stringify({ files: files(100) });
		const trigger = await account.active({}, { baseUrl: host.url });
		otherwise.body = JSON.stringify({ files: files(100, 1) });
		expect(idsOf(await trigger.poll())).toEqual(['f100']);
		expect(host.requests).toHaveLength(4);
	});

	it('of more than can be remembered without dates fails, and says what to use instead', async () => {
		otherwise.body = JSON.stringify({ files: files(5_001), total: 5_001 });
		await expect(account.active({}, { baseUrl: host.url })).rejects.toThrow(
			'The account contains more files than this trigger can track',
		);
	});
});
