import axios from 'axios';
import type { IDataObject } from 'n8n-workflow';

import { SpeedyFilesApi } from '../../../credentials/SpeedyFilesApi.credentials';
import { SpeedyFilesPollingTrigger } from '../../../nodes/SpeedyFiles/SpeedyFilesPollingTrigger.node';
import { binaryData, errorOf, outputOf } from '../../support/engine';
import { ActivePoller } from '../../support/polling';
import { Relay } from '../../support/relay';
import { Sandbox } from '../../support/sandbox';
import { byId } from '../../support/locators';
import { SpeedyFilesUser } from '../../support/speedyFiles';

const HOUR = 3_600;
const DAY = 24 * HOUR;
const CREATED = 'package.created';
const SOON = 'package.expiring_soon';
const EXPIRED = 'package.expired';
const ALL = [CREATED, SOON, EXPIRED];

let sandbox: Sandbox;
let user: SpeedyFilesUser;
const relay = new Relay();
beforeAll(async () => {
	await binaryData();
	sandbox = await Sandbox.start();
	user = new SpeedyFilesUser(sandbox);
	await relay.start(user.credentials.baseUrl);
});
afterAll(async () => {
	await relay.stop();
	await sandbox.stop();
});
beforeEach(async () => {
	for (const { id } of (await api.get<{ items: IDataObject[] }>('?limit=200')).data.items) {
		await remove(String(id));
	}
	await sandbox.reset();
	relay.reset();
	await clock({ speed: 1 });
});

const clock = async (change: object) => await sandbox.control.post('/clock', change);

/** The API, asked without the node. */
const api = axios.create();
api.interceptors.request.use((config) => {
	config.baseURL = `${user.credentials.baseUrl}/api/v1/packages`;
	config.headers.set('Authorization', `Bearer ${user.credentials.apiToken}`);
	return config;
});
const remove = async (id: string) => await api.delete(`/${id}`);

async function create(fields: object = {}): Promise<string> {
	const usual = { title: 'Q4', recipient_email: 'cfo@acme.com', recipient_name: 'CFO' };
	// Active at once, which an outbound package is not.
	const { data } = await api.post<{ id: string }>('', {
		...usual,
		direction: 'inbound',
		...fields,
	});
	return data.id;
}

async function createMany(count: number): Promise<string[]> {
	const ids: string[] = [];
	for (let n = 0; n < count; n++) ids.push(await create());
	return ids;
}

const poller = (parameters: IDataObject = {}, credentials: object = {}) =>
	new ActivePoller({
		node: new SpeedyFilesPollingTrigger(),
		credentialType: new SpeedyFilesApi(),
		credentials: { ...user.credentials, ...credentials },
		parameters: { events: ALL, options: {}, ...parameters },
	});

async function active(parameters: IDataObject = {}, credentials: object = {}) {
	const trigger = poller(parameters, credentials);
	await trigger.activate();
	return trigger;
}

const seen = (items: IDataObject[]) => items.map(({ event, packageId }) => [event, packageId]);
const idsOf = (items: IDataObject[]) => items.map(({ packageId }) => packageId);
const listCalls = async () => (await user.calls()).filter((call) => call.startsWith('GET')).length;

it('a package goes through its life: created, expiring soon, expired, each told once', async () => {
	const trigger = await active({ leadTime: 1, leadTimeUnit: 'days' });
	const id = await create({ ttl_days: 3 });
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
	await clock({ advance: 2 * DAY - HOUR });
	expect(await trigger.poll()).toEqual([]);
	await clock({ advance: HOUR });
	expect(seen(await trigger.poll())).toEqual([[SOON, id]]);
	await clock({ advance: DAY - HOUR });
	expect(await trigger.poll()).toEqual([]);
	// The service's clock is known to the second only.
	await clock({ advance: HOUR + 1 });
	const [over, ...more] = await trigger.poll();
	expect([over.event, over.effectiveStatus, over.status]).toEqual([EXPIRED, 'expired', 'active']);
	expect(more).toEqual([]);
	await trigger.restart();
	expect(await trigger.poll()).toEqual([]);
	expect(trigger.runs).toHaveLength(3);
});

it('what is there at the activation is not told, unless it is wanted', async () => {
	const over = await create({ ttl_days: 1 });
	const soon = await create({ ttl_days: 2 });
	await clock({ advance: DAY + HOUR });
	expect((await active()).runs).toEqual([]);

	const wanting = await active({ options: { includeExisting: true } });
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
	['revoked', async (id: string) => void (await api.post(`/${id}/revoke`))],
	['deleted', async (id: string) => void (await remove(id))],
])('a package that was %s before its end does not expire', async (_, end) => {
	const trigger = await active({ leadTime: 12 });
	const id = await create({ ttl_days: 1 });
	await trigger.poll();
	await end(id);
	await clock({ advance: 2 * DAY });
	expect(await trigger.poll()).toEqual([]);
});

it('a draft has nothing to expire', async () => {
	const trigger = await active();
	const id = await create({ direction: 'outbound', ttl_days: 1 });
	expect(seen(await trigger.poll())).toEqual([[CREATED, id]]);
	await clock({ advance: 2 * DAY });
	expect(await trigger.poll()).toEqual([]);
});

describe('with more than a page of packages', () => {
	it('for “created” alone it reads one page, and more only while there is news', async () => {
		await createMany(205);
		const trigger = await active({ events: [CREATED] });
		await sandbox.reset();
		const id = await create();
		expect(idsOf(await trigger.poll())).toEqual([id]);
		expect(await trigger.poll()).toEqual([]);
		expect(await listCalls()).toBe(3);
	});

	it.each([
		['another is created', async () => void (await create())],
		['one is deleted', async (ids: string[]) => void (await remove(ids.at(-1)!))],
		['the first of the next page is deleted', async (ids: string[]) => void (await remove(ids[3]))],
	])('nothing is lost or repeated when %s between two pages', async (_, change) => {
		const trigger = await active({ events: [CREATED] }, { baseUrl: relay.url });
		const ids = await createMany(205);
		relay.reset();
		relay.before = async (count) => {
			if (count === 2) await change(ids);
		};
		const first = await trigger.poll();
		relay.reset();
		const told = idsOf([...first, ...(await trigger.poll())]);
		const { data } = await api.get<{ items: IDataObject[] }>('?limit=200');
		expect(new Set(told).size).toBe(told.length);
		expect(told).toEqual(expect.arrayContaining(data.items.map(({ id }) => id)));
		expect(await trigger.poll()).toEqual([]);
	});

	it('a poll that fails half way tells what it has read; after a restart the rest comes', async () => {
		const trigger = await active();
		const ids = await createMany(205);
		await sandbox.reset();
		await user.fault({ type: 'status', status: 500 }, { method: 'GET', nth: 2 });
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
	const trigger = await active({ events: [CREATED], options });
	await create({ title: 'out', direction: 'outbound', recipient_email: 'a@example.com' });
	await create({ title: 'in' });
	const told = (await trigger.poll()).map(({ title }) => title);
	expect(told.sort()).toEqual([...titles].sort());
});

it('goes by the clock of the instance, which is an hour ahead', async () => {
	await clock({ advance: HOUR });
	const trigger = await active({ leadTime: 30, leadTimeUnit: 'hours' });
	const id = await create({ ttl_days: 2 });
	await clock({ advance: 17 * HOUR });
	expect(seen(await trigger.poll())).toEqual([[CREATED, id]]);
	await clock({ advance: HOUR });
	expect(seen(await trigger.poll())).toEqual([[SOON, id]]);
});

it('a failing poll keeps its place, and the error is that of the node', async () => {
	const trigger = await active();
	const id = await create();
	await user.fault({ type: 'html', status: 500 });
	expect(await trigger.poll()).toEqual([]);
	expect(trigger.errors[0].message).toMatch(/does not answer like SpeedyFiles/);
	await sandbox.reset();
	expect(idsOf(await trigger.poll())).toEqual([id]);
});

it('Fetch Test Event shows a package and changes nothing', async () => {
	const trigger = poller({ events: [EXPIRED] });
	expect(errorOf((await trigger.fetchTestEvent()).run).message).toMatch(/nothing in SpeedyFiles/);
	const id = await create();
	const { run, staticData } = await trigger.fetchTestEvent();
	expect(seen(outputOf(run).map(({ json }) => json))).toEqual([[EXPIRED, id]]);
	expect(staticData).toBe('{}');
	expect((await user.json('package.get', { packageId: byId(id) })).id).toBe(id);
});
