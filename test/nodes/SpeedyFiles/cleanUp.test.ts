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
import { TestServer } from '../../support/testServer';
import { useSandbox } from '../../support/useSandbox';
import { byId } from '../../support/locators';
import { speedyFilesNode, SpeedyFilesUser } from '../../support/speedyFiles';

const sandbox = useSandbox();
const user = new SpeedyFilesUser(sandbox);

beforeEach(async () => {
	await setClockSpeed(sandbox, 1);
	for (const id of (await list()).map((one) => one.packageId)) {
		await user.json('package.delete', { packageId: byId(id) });
	}
	await sandbox.reset();
});

const list = async () => (await cleanUp({ maxDeletions: 1000 })) as IDataObject[];
const node = (parameters: IDataObject = {}, credentials: IDataObject = {}) =>
	speedyFilesNode(
		{ ...user.credentials, ...(credentials as Record<string, string>) },
		{ resource: 'package', operation: 'cleanUp', ...onServiceClock(parameters) },
	);
const cleanUp = async (parameters: IDataObject = {}) => await runCleanUp(node(parameters));
const live = async (parameters: IDataObject = {}) =>
	await cleanUp({ dryRun: false, ...parameters });
const left = async () => (await list()).map(({ title }) => title).sort();

/** A package in one of the statuses that SpeedyFiles sets. */
async function packageThere(title: string, status: string, parameters: IDataObject = {}) {
	const direction = status === 'inbound' ? 'inbound' : 'outbound';
	const id = await user.create({ title, direction, ...parameters });
	if (status === 'active') {
		await user.upload(id, { data: { name: 'a.txt', bytes: Buffer.from('hello') } });
		await user.json('package.finalize', { packageId: byId(id) });
	}
	if (status === 'revoked') await user.json('package.revoke', { packageId: byId(id) });
	return id;
}

it('with the default settings, reports expired packages and deletes nothing', async () => {
	await packageThere('over', 'active', { ttlDays: 1 });
	await packageThere('not yet', 'active', { ttlDays: 30 });
	await advanceClock(sandbox, 2 * DAY);
	await sandbox.reset();
	expect(await cleanUp()).toEqual([
		expect.objectContaining({
			action: 'wouldDelete',
			reason: expect.stringMatching(/^Expired on .*Z$/) as string,
			dryRun: true,
			title: 'over',
			// The server never sets this status.
			status: 'expired',
			fileCount: 1,
			totalSize: 5,
		}),
		expect.objectContaining({ action: 'kept', title: 'not yet', status: 'active' }),
	]);
	expect(await deletionsIn(sandbox)).toEqual([]);
	expect(await user.count()).toBe(2);
});

describe('packages of every status', () => {
	beforeEach(async () => {
		for (const status of ['draft', 'active', 'inbound', 'revoked']) {
			await packageThere(`${status} 1`, status, { ttlDays: 1 });
			await packageThere(`${status} 30`, status, { ttlDays: 30 });
		}
		await advanceClock(sandbox, 2 * DAY);
	});
	const OVER = ['active 1', 'draft 1', 'inbound 1', 'revoked 1'];

	it.each([
		[{}, OVER],
		[{ options: { statuses: ['expired'] } }, ['active 1', 'inbound 1']],
		[{ options: { statuses: ['draft', 'revoked'] } }, ['draft 1', 'revoked 1']],
		[{ options: { direction: 'inbound' } }, ['inbound 1']],
		[{ options: { titleContains: 'ACTIVE' } }, ['active 1']],
		[{ options: { recipientEmail: 'CFO@acme.com' } }, OVER],
		[{ options: { recipientEmail: 'other@else.example' } }, []],
		[{ selection: 'expiring' }, []],
		[
			{ selection: 'expiring', expiresWithin: 28 * 24 + 1, unit: 'hours' },
			['active 30', 'draft 30', 'inbound 30', 'revoked 30'],
		],
		[{ selection: 'olderThan', olderThan: 3 }, []],
		[{ selection: 'olderThan', olderThan: 1, options: { titleContains: 't 30' } }, ['draft 30']],
	])('%j selects %j', async (parameters, titles) => {
		const items = await cleanUp({ output: 'selected', ...parameters });
		expect(items.map(({ title }) => title).sort()).toEqual([...titles].sort());
	});

	it('deletes expired packages of every status, and nothing more in a second run', async () => {
		expect(countActions(await live())).toEqual({ deleted: 4, kept: 4 });
		expect(countActions(await live())).toEqual({ kept: 4 });
		expect(await left()).toEqual(['active 30', 'draft 30', 'inbound 30', 'revoked 30']);
	});

	it('deletes the other packages months later', async () => {
		await advanceClock(sandbox, 90 * DAY);
		expect(countActions(await live())).toEqual({ deleted: 8 });
		expect(await user.count()).toBe(0);
	});
});

it('counts a package as expired at its exact expiry time', async () => {
	await setClockSpeed(sandbox, 0);
	await packageThere('a', 'active', { ttlDays: 1 });
	await advanceClock(sandbox, DAY - 2);
	expect(countActions(await cleanUp())).toEqual({ kept: 1 });
	await advanceClock(sandbox, 3);
	expect(countActions(await cleanUp())).toEqual({ wouldDelete: 1 });
});

it('deletes the oldest packages of all pages first, up to the maximum', async () => {
	const items = Array.from({ length: 450 }, (_, n) => ({
		id: `p${n}`,
		title: `t${n}`,
		status: 'active',
		created_at: '2020-01-01T00:00:00',
		expires_at: new Date(Date.UTC(2021, 0, 1, 0, 450 - n)).toISOString().replace('Z', ''),
		files: [],
	}));
	const page = (offset: number) => ({
		body: JSON.stringify({ total: 450, items: items.slice(offset, offset + 200) }),
	});
	const at = (offset: number) => `/api/v1/packages?limit=200&offset=${offset}`;
	const host = await new TestServer()
		.respondByUrl({ [at(0)]: page(0), [at(200)]: page(200), [at(400)]: page(400) }, { status: 204 })
		.start();
	const parameters = { dryRun: false, output: 'summary', maxDeletions: 2 };
	const [summary] = await runCleanUp(node(parameters, { baseUrl: host.url }));
	await host.stop();
	expect(summary).toMatchObject({ found: 450, selected: 450, deleted: 2, kept: 448 });
	expect(String(summary.text).split('\n')).toHaveLength(102);
	expect(summary.text).toMatch(/… and 350 more$/);
	const deleted = host.requests.filter(({ method }) => method === 'DELETE');
	expect(deleted.map(({ url }) => url).sort()).toEqual([
		'/api/v1/packages/p448',
		'/api/v1/packages/p449',
	]);
});

describe('Clean Up errors', () => {
	let ids: string[];
	beforeEach(async () => {
		ids = [];
		for (const title of ['a', 'b', 'c']) {
			ids.push(await packageThere(title, 'draft', { ttlDays: 1 }));
		}
		await advanceClock(sandbox, 2 * DAY);
		await sandbox.reset();
	});
	const fault = async (kind: object, more: object = {}) =>
		await user.fault(kind, { method: 'DELETE', ...more });

	it('reports the failure for a package of another user, and continues', async () => {
		await fault({ type: 'status', status: 403 }, { path: `*/packages/${ids[1]}` });
		const items = await live();
		expect(actionsBy('title', items)).toEqual({ a: 'deleted', b: 'failed', c: 'deleted' });
		expect(items.find(({ title }) => title === 'b')?.details).toContain('another user');
		expect(await left()).toEqual(['b']);
	});

	it('does not count a package that no longer exists as a failure', async () => {
		await fault({ type: 'status', status: 404 }, { path: `*/packages/${ids[2]}` });
		const items = await live();
		expect(actionsBy('title', items)).toEqual({ a: 'deleted', b: 'deleted', c: 'gone' });
		expect(items.find(({ title }) => title === 'c')?.reason).toMatch(/^No longer exists: /);
	});

	it('waits after a 429 and continues', async () => {
		await fault({ type: 'status', status: 429, headers: { 'Retry-After': '1' } }, { nth: 2 });
		expect(countActions(await live())).toEqual({ deleted: 3 });
	});

	it('stops deleting if the token is revoked in the middle', async () => {
		await fault({ type: 'status', status: 401 }, { nth: 2, times: 5 });
		const items = await live({ options: { deletionsAtOnce: 1 } });
		expect(items.map(({ action }) => action)).toEqual(['deleted', 'failed', 'kept']);
		expect(items[2].reason).toMatch(/^Skipped because an earlier deletion failed: .*401/);
	});
});

describe('missing fields in the list', () => {
	const one = (id: string, more: IDataObject = {}) => ({
		id,
		title: id,
		status: 'active',
		direction: 'outbound',
		recipient_email: 'cfo@acme.com',
		created_at: '2020-01-01T00:00:00',
		expires_at: '2021-01-01T00:00:00',
		files: [],
		...more,
	});
	const host = new TestServer();
	afterEach(async () => await host.stop());
	const run = async (items: IDataObject[], parameters: IDataObject, date?: string) => {
		const headers = date ? { date } : undefined;
		const page = { headers, body: JSON.stringify({ total: items.length, items }) };
		await host
			.respondByUrl({ '/api/v1/packages?limit=200&offset=0': page }, { status: 204 })
			.start();
		const options = { trustServiceClock: false, ...(parameters.options as IDataObject) };
		const report = await runCleanUp(
			node({ dryRun: false, ...parameters, options }, { baseUrl: host.url }),
		);
		const deleted = host.requests.filter(({ method }) => method === 'DELETE');
		host.requests.length = 0;
		return { report, deleted: deleted.map(({ url }) => url.split('/').at(-1)).sort() };
	};

	it.each([
		[{ titleContains: 'undefined' }, 'title', 'title'],
		[{ titleContains: 'object' }, 'title', 'title'],
		[{ recipientEmail: 'undefined' }, 'recipient_email', 'recipient'],
		[{ direction: 'outbound' }, 'direction', 'direction'],
		[{ statuses: ['expired'] }, 'status', 'status'],
	])('the filter %j selects no package without a %s', async (options, field, label) => {
		const values = { none: undefined, nothing: null, empty: '', number: 5, object: {} };
		const packages = Object.entries(values).map(([id, value]) => one(id, { [field]: value }));
		const { report, deleted } = await run(packages as IDataObject[], { options });
		expect(deleted).toEqual([]);
		expect(report).toHaveLength(5);
		for (const { action, reason } of report) {
			expect([action, reason]).toEqual(['kept', `The service does not report its ${label}`]);
		}
	});

	it('compares titles and recipients in the same way as file names', async () => {
		const packages = [
			one('a', { title: 'U\u0308BERSICHT Straße', recipient_email: ' JÖRG@strasse.example ' }),
			one('b', { title: 'übersicht', recipient_email: 'jorg@strasse.example' }),
		];
		const options = { titleContains: 'übersicht', recipientEmail: 'jo\u0308rg@STRAẞE.example' };
		expect((await run(packages, { options })).deleted).toEqual(['a']);
	});

	it('keeps a package without a title if titles are protected', async () => {
		const packages = [one('a', { title: null }), one('b')];
		const { report, deleted } = await run(packages, { options: { keepIfContains: 'contract' } });
		expect(deleted).toEqual(['b']);
		expect(report.find(({ packageId }) => packageId === 'a')!.reason).toMatch(
			/The service does not report its title, so it may be protected$/,
		);
	});

	it('uses a status that depends on the time only if both clocks agree on it', async () => {
		const hours = (count: number) => new Date(Date.now() + count * 3_600_000);
		const packages = [
			one('expired for both', { expires_at: hours(-2).toISOString() }),
			one('expired for the service', { expires_at: hours(1).toISOString() }),
			one('active for both', { expires_at: hours(9).toISOString() }),
		];
		const statuses = (status: string) => ({
			...{ selection: 'olderThan', olderThan: 1 },
			options: { statuses: [status] },
		});
		const ahead = hours(3).toUTCString();
		const expired = await run(packages, statuses('expired'), ahead);
		expect(expired.deleted).toEqual(['expired%20for%20both']);
		expect(expired.report.find(({ action }) => action === 'kept')).toMatchObject({
			packageId: 'expired for the service',
			reason: 'The clocks disagree on its status',
		});
		await host.stop();
		const active = await run(packages, statuses('active'), ahead);
		expect(active.deleted).toEqual(['active%20for%20both']);
	});
});
