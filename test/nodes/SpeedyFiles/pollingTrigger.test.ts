import type { IDataObject } from 'n8n-workflow';

import { errorOf, outputOf } from '../../support/engine';
import { byId } from '../../support/locators';
import { SpeedyFilesAccount } from '../../support/speedyFilesTrigger';

const HOUR = 3_600;
const DAY = 24 * HOUR;
const CREATED = 'package.created';
const SOON = 'package.expiring_soon';
const EXPIRED = 'package.expired';

let account: SpeedyFilesAccount;
beforeAll(async () => (account = await SpeedyFilesAccount.start()));
afterAll(async () => await account.stop());
beforeEach(async () => await account.reset());

const seen = (items: IDataObject[]) => items.map(({ event, packageId }) => [event, packageId]);
const idsOf = (items: IDataObject[]) => items.map(({ packageId }) => packageId);

it('a package goes through its life: created, expiring soon, expired, each told once', async () => {
	const trigger = await account.active({ leadTime: 1, leadTimeUnit: 'days' });
	const id = await account.create({ ttl_days: 3 });
	expect(await trigger.poll()).toEqual([
		expect.objectContaining({
			event: CREATED,
			packageId: id,
			recipientEmail: 'cfo@acme.com',
			title: 'Q4',
			effectiveStatus: 'active',
			createdAt: expect.stringMatching(/Z$/) as string,
			files: [],
		}),
	]);
	await trigger.restart();
	await account.clock({ advance: 2 * DAY - HOUR });
	expect(await trigger.poll()).toEqual([]);
	await account.clock({ advance: HOUR });
	expect(seen(await trigger.poll())).toEqual([[SOON, id]]);
	await account.clock({ advance: DAY - HOUR });
	expect(await trigger.poll()).toEqual([]);
	// The service's clock is known to the second only.
	await account.clock({ advance: HOUR + 1 });
	const [over, ...more] = await trigger.poll();
	expect([over.event, over.effectiveStatus, over.status]).toEqual([EXPIRED, 'expired', 'active']);
	expect(more).toEqual([]);
	await trigger.restart();
	expect(await trigger.poll()).toEqual([]);
	expect(trigger.runs).toHaveLength(3);
});

it('what is there at the activation is not told, unless it is wanted', async () => {
	const over = await account.create({ ttl_days: 1 });
	const soon = await account.create({ ttl_days: 2 });
	await account.clock({ advance: DAY + HOUR });
	expect((await account.active()).runs).toEqual([]);

	const wanting = await account.active({ options: { includeExisting: true } });
	const told = wanting.runs.flat().map(({ json }) => json);
	expect(seen(told).sort()).toEqual(
		[
			[CREATED, over],
			[EXPIRED, over],
			[CREATED, soon],
			[SOON, soon],
		].sort(),
	);
	expect(await wanting.poll()).toEqual([]);
});

it.each([
	['revoked', async (id: string) => await account.revoke(id)],
	['deleted', async (id: string) => void (await account.remove(id))],
])('a package that was %s before its end does not expire', async (_, end) => {
	const trigger = await account.active({ leadTime: 12 });
	const id = await account.create({ ttl_days: 1 });
	await trigger.poll();
	await end(id);
	await account.clock({ advance: 2 * DAY });
	expect(await trigger.poll()).toEqual([]);
});

it.each([
	[true, false],
	[false, true],
])('with Simplify %s, an item has all that the service says: %s', async (simplify, hasAll) => {
	const trigger = await account.active({ events: [CREATED], simplify });
	const id = await account.create();
	const [item] = await trigger.poll();
	expect(item).toMatchObject({ id, packageId: id, title: 'Q4' });
	expect('created_at' in item).toBe(hasAll);
});

it('a draft has nothing to expire', async () => {
	const trigger = await account.active();
	const id = await account.create({ direction: 'outbound', ttl_days: 1 });
	expect(seen(await trigger.poll())).toEqual([[CREATED, id]]);
	await account.clock({ advance: 2 * DAY });
	expect(await trigger.poll()).toEqual([]);
});

describe('with more than a page of packages', () => {
	it('for “created” alone it reads one page, and more only while there is news', async () => {
		await account.createMany(205);
		const trigger = await account.active({ events: [CREATED] });
		await account.sandbox.reset();
		const id = await account.create();
		expect(idsOf(await trigger.poll())).toEqual([id]);
		expect(await trigger.poll()).toEqual([]);
		expect(await account.listCalls()).toBe(3);
	});

	it('whatever is told besides “created” is looked for on every page, and on none behind', async () => {
		const id = await account.create({ ttl_days: 1 });
		for (let n = 0; n < 200; n++) await account.create({ ttl_days: 30 });
		const trigger = await account.active({ events: [CREATED, EXPIRED] });
		await account.clock({ advance: DAY + 1 });
		await account.sandbox.reset();
		expect(seen(await trigger.poll())).toEqual([[EXPIRED, id]]);
		expect(await account.listCalls()).toBe(2);
	});

	it('of the second of the activation, none of them is told later', async () => {
		await account.clock({ speed: 0 });
		await account.createMany(205);
		const trigger = await account.active({ events: [CREATED] });
		await account.clock({ advance: 1 });
		const id = await account.create();
		expect(idsOf(await trigger.poll())).toEqual([id]);
	});

	it.each([
		['another is created', async () => void (await account.create())],
		['one is deleted', async (ids: string[]) => void (await account.remove(ids.at(-1)!))],
		[
			'the first of the next page is deleted',
			async (ids: string[]) => void (await account.remove(ids[3])),
		],
	])('nothing is lost or repeated when %s between two pages', async (_, change) => {
		const trigger = await account.active({ events: [CREATED] }, { baseUrl: account.relay.url });
		const ids = await account.createMany(205);
		account.relay.reset();
		account.relay.before = async (count) => {
			if (count === 2) await change(ids);
		};
		const first = await trigger.poll();
		account.relay.reset();
		const told = idsOf([...first, ...(await trigger.poll())]);
		const there = await account.listed();
		expect(new Set(told).size).toBe(told.length);
		expect(told).toEqual(expect.arrayContaining(there.map(({ id }) => id)));
		expect(await trigger.poll()).toEqual([]);
	});

	it('a poll that fails half way tells what it has read; after a restart the rest comes', async () => {
		const trigger = await account.active();
		const ids = await account.createMany(205);
		await account.sandbox.reset();
		await account.user.fault({ type: 'status', status: 500 }, { method: 'GET', nth: 2 });
		const first = await trigger.poll();
		expect(first).toHaveLength(200);
		await trigger.restart();
		const all = idsOf(trigger.runs.flat().map(({ json }) => json));
		expect([...all].sort()).toEqual([...ids].sort());
		expect(await trigger.poll()).toEqual([]);
	});
});

it.each([
	[{ direction: 'inbound' }, ['in']],
	[{ direction: 'outbound' }, ['out']],
	[{ recipient: '*@ACME.com' }, ['in']],
	[{ title: 'o*' }, ['out']],
	[{}, ['out', 'in']],
])('filters by %j', async (options, titles) => {
	const trigger = await account.active({ events: [CREATED], options });
	await account.create({ title: 'out', direction: 'outbound', recipient_email: 'a@example.com' });
	await account.create({ title: 'in' });
	const told = (await trigger.poll()).map(({ title }) => title);
	expect(told.sort()).toEqual([...titles].sort());
});

it('goes by the clock of the instance, which is an hour ahead', async () => {
	await account.clock({ advance: HOUR });
	const trigger = await account.active({ leadTime: 30, leadTimeUnit: 'hours' });
	const id = await account.create({ ttl_days: 2 });
	await account.clock({ advance: 17 * HOUR });
	expect(seen(await trigger.poll())).toEqual([[CREATED, id]]);
	await account.clock({ advance: HOUR });
	expect(seen(await trigger.poll())).toEqual([[SOON, id]]);
});

it('a failing poll keeps its place, and the error is that of the node', async () => {
	const trigger = await account.active();
	const id = await account.create();
	await account.user.fault({ type: 'html', status: 500 });
	expect(await trigger.poll()).toEqual([]);
	expect(trigger.errors[0].message).toMatch(/^SpeedyFiles answered 500: a web page/);
	await account.sandbox.reset();
	expect(idsOf(await trigger.poll())).toEqual([id]);
});

it('Fetch Test Event shows a package and changes nothing', async () => {
	const trigger = account.trigger({ events: [EXPIRED] });
	expect(errorOf((await trigger.fetchTestEvent()).run).message).toMatch(
		/found in SpeedyFiles to use as a test event/,
	);
	const id = await account.create();
	const { run, staticData } = await trigger.fetchTestEvent();
	expect(seen(outputOf(run).map(({ json }) => json))).toEqual([[EXPIRED, id]]);
	expect(staticData).toBe('{}');
	expect((await account.user.json('package.get', { packageId: byId(id) })).id).toBe(id);
});
