import { PAGE } from '../../support/smallPages';
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

it('outputs each event of a package once: created, expiring soon, expired', async () => {
	const trigger = await account.active({ leadTime: 1, leadTimeUnit: 'days' });
	const id = await account.create({ ttl_days: 3 });
	expect(await trigger.poll()).toEqual([
		expect.objectContaining({
			event: CREATED,
			packageId: id,
			recipientEmail: 'cfo@acme.com',
			title: 'Q4',
			status: 'active',
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
	// The service's clock has a resolution of one second.
	await account.clock({ advance: HOUR + 1 });
	const [over, ...more] = await trigger.poll();
	expect([over.event, over.status]).toEqual([EXPIRED, 'expired']);
	expect(more).toEqual([]);
	await trigger.restart();
	expect(await trigger.poll()).toEqual([]);
	expect(trigger.runs).toHaveLength(3);
});

it('does not output existing packages, unless Include Existing is turned on', async () => {
	const over = await account.create({ ttl_days: 1 });
	const soon = await account.create({ ttl_days: 2 });
	await account.clock({ advance: DAY + HOUR });
	expect((await account.active()).runs).toEqual([]);

	const wanting = await account.active({ options: { includeExisting: true } });
	const emitted = wanting.runs.flat().map(({ json }) => json);
	expect(seen(emitted).sort()).toEqual(
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
])('does not output the expiry of a package that was %s before', async (_, end) => {
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
])(
	'with Simplify %s, an item contains all fields of the response: %s',
	async (simplify, hasAll) => {
		const trigger = await account.active({ events: [CREATED], simplify });
		const id = await account.create();
		const [item] = await trigger.poll();
		expect(item).toMatchObject({ [hasAll ? 'id' : 'packageId']: id, title: 'Q4', event: CREATED });
		expect('created_at' in item).toBe(hasAll);
	},
);

it('does not output the expiry of a draft', async () => {
	const trigger = await account.active();
	const id = await account.create({ direction: 'outbound', ttl_days: 1 });
	expect(seen(await trigger.poll())).toEqual([[CREATED, id]]);
	await account.clock({ advance: 2 * DAY });
	expect(await trigger.poll()).toEqual([]);
});

describe('more than one page of packages', () => {
	it('for “created” alone, reads one page, and more only while they contain new packages', async () => {
		await account.createMany(PAGE + 5);
		const trigger = await account.active({ events: [CREATED] });
		await account.sandbox.reset();
		const id = await account.create();
		expect(idsOf(await trigger.poll())).toEqual([id]);
		expect(await trigger.poll()).toEqual([]);
		expect(await account.listCalls()).toBe(3);
	});

	it('for other events, reads every page, and none after the last', async () => {
		const id = await account.create({ ttl_days: 1 });
		for (let n = 0; n < PAGE; n++) await account.create({ ttl_days: 30 });
		const trigger = await account.active({ events: [CREATED, EXPIRED] });
		await account.clock({ advance: DAY + 1 });
		await account.sandbox.reset();
		expect(seen(await trigger.poll())).toEqual([[EXPIRED, id]]);
		expect(await account.listCalls()).toBe(2);
	});

	it('does not output packages of the second of the activation later', async () => {
		await account.clock({ speed: 0 });
		await account.createMany(PAGE + 5);
		const trigger = await account.active({ events: [CREATED] });
		await account.clock({ advance: 1 });
		const id = await account.create();
		expect(idsOf(await trigger.poll())).toEqual([id]);
	});

	it.each([
		['another one is created', async () => void (await account.create())],
		['one is deleted', async (ids: string[]) => void (await account.remove(ids.at(-1)!))],
		[
			'the first of the next page is deleted',
			async (ids: string[]) => void (await account.remove(ids[3])),
		],
	])('no package is lost or output twice if %s between two pages', async (_, change) => {
		const trigger = await account.active({ events: [CREATED] }, { baseUrl: account.proxy.url });
		const ids = await account.createMany(PAGE + 5);
		account.resetProxy();
		account.beforeRequest = async (count) => {
			if (count === 2) await change(ids);
		};
		const first = await trigger.poll();
		account.resetProxy();
		const emitted = idsOf([...first, ...(await trigger.poll())]);
		const there = await account.listed();
		expect(new Set(emitted).size).toBe(emitted.length);
		expect(emitted).toEqual(expect.arrayContaining(there.map(({ id }) => id)));
		expect(await trigger.poll()).toEqual([]);
	});

	it('no package is lost if a whole page of others is created before a failed poll continues', async () => {
		const trigger = await account.active({ events: [CREATED] });
		const ids = await account.createMany(2 * PAGE + 5);
		await account.sandbox.reset();
		await account.user.fault({ type: 'status', status: 500 }, { method: 'GET', nth: 3 });
		const emitted = idsOf(await trigger.poll());
		expect(emitted).toHaveLength(2 * PAGE);
		ids.push(...(await account.createMany(PAGE)));
		for (let polls = 0; polls < 2; polls++) emitted.push(...idsOf(await trigger.poll()));
		expect([...emitted].sort()).toEqual([...ids].sort());
		expect(await trigger.poll()).toEqual([]);
	});

	it('a poll that fails in the middle outputs the packages read so far, and the rest after a restart', async () => {
		const trigger = await account.active();
		const ids = await account.createMany(PAGE + 5);
		await account.sandbox.reset();
		await account.user.fault({ type: 'status', status: 500 }, { method: 'GET', nth: 2 });
		const first = await trigger.poll();
		expect(first).toHaveLength(PAGE);
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
	const emitted = (await trigger.poll()).map(({ title }) => title);
	expect(emitted.sort()).toEqual([...titles].sort());
});

it.each([{ title: '' }, { recipient: ' ' }])(
	'continues where it was if %j is added',
	async (options) => {
		const trigger = await account.active({ events: [CREATED] });
		const id = await account.create();
		await trigger.activate({ parameters: { events: [CREATED], options } });
		expect(seen(trigger.runs.flat().map(({ json }) => json))).toEqual([[CREATED, id]]);
	},
);

it('uses the clock of the instance, one hour ahead', async () => {
	await account.clock({ advance: HOUR });
	const trigger = await account.active({ leadTime: 30, leadTimeUnit: 'hours' });
	const id = await account.create({ ttl_days: 2 });
	await account.clock({ advance: 17 * HOUR });
	expect(seen(await trigger.poll())).toEqual([[CREATED, id]]);
	await account.clock({ advance: HOUR });
	expect(seen(await trigger.poll())).toEqual([[SOON, id]]);
});

it('a failed poll keeps its position and reports the node’s error', async () => {
	const trigger = await account.active();
	const id = await account.create();
	await account.user.fault({ type: 'html', status: 500 });
	expect(await trigger.poll()).toEqual([]);
	expect(trigger.errors[0].message).toMatch(/^SpeedyFiles responded with 500: a web page/);
	await account.sandbox.reset();
	expect(idsOf(await trigger.poll())).toEqual([id]);
});

it('Fetch Test Event returns a package and changes no state', async () => {
	const trigger = account.trigger({ events: [EXPIRED] });
	expect(errorOf((await trigger.fetchTestEvent()).run).message).toMatch(
		/found in SpeedyFiles to use as a test event/,
	);
	const id = await account.create();
	const { run, staticData } = await trigger.fetchTestEvent();
	expect(seen(outputOf(run).map(({ json }) => json))).toEqual([[EXPIRED, id]]);
	expect(staticData).toBe('{}');
	expect((await account.user.json('package.get', { packageId: byId(id) })).packageId).toBe(id);
});
