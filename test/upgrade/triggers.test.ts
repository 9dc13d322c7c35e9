import type { INodeType } from 'n8n-workflow';

import { allNodes } from '../support/descriptions';
import { ALL, DAY, FileShotAccount, idsOf } from '../support/fileShotTrigger';
import { VECTOR } from '../support/fileCourierTrigger';
import { FilesAppAccount } from '../support/filesAppTrigger';
import { SpeedyFilesAccount } from '../support/speedyFilesTrigger';
import { loadPublishedPackage } from '../support/publishedPackage';
import { hmacSha256 } from '../support/sign';
import type { ActivePoller } from '../support/polling';
import { TriggerServer } from '../support/webhooks';

const published = loadPublishedPackage();
const current = new Map(allNodes().map((one) => [one.node.description.name, one]));

/** Activates the trigger of version 0.1.0. */
async function activated(trigger: ActivePoller, name: string): Promise<ActivePoller> {
	await trigger.activate({ node: published.nodes.get(name) });
	return trigger;
}

/** Starts n8n again with the current package; returns what its first poll emits. */
async function upgraded(trigger: ActivePoller, node: INodeType) {
	const before = trigger.runs.length;
	await trigger.activate({ node });
	return trigger.runs.slice(before).flatMap((items) => items.map(({ json }) => json));
}

describe('the FileShot Trigger, upgraded while it is active', () => {
	let account: FileShotAccount;
	const node = () => current.get('fileShotTrigger')!.node;
	beforeAll(async () => (account = await FileShotAccount.start()));
	afterAll(async () => await account.stop());
	beforeEach(async () => await account.reset());

	it('emits a file that was added in between, and no file again', async () => {
		await account.add('before.txt');
		const trigger = await activated(account.trigger(), 'fileShotTrigger');
		const first = await account.add('first.txt');
		expect(idsOf(await trigger.poll())).toEqual([first]);
		const between = await account.add('between.txt');
		expect(idsOf(await upgraded(trigger, node()))).toEqual([between]);
		const last = await account.add('last.txt');
		expect(idsOf(await trigger.poll())).toEqual([last]);
	});

	it('emits a file that expired in between, although the list no longer contains it', async () => {
		await account.settings({ expiredFiles: 'hidden' });
		const trigger = await activated(account.trigger({ events: ALL }), 'fileShotTrigger');
		const fileId = await account.add('short.txt', 2);
		expect(idsOf(await trigger.poll())).toEqual([fileId]);
		await account.clock({ advance: 1.5 * DAY });
		expect(await trigger.poll()).toMatchObject([{ event: 'file.expiring_soon', fileId }]);
		await account.clock({ advance: DAY });
		expect(await upgraded(trigger, node())).toMatchObject([{ event: 'file.expired', fileId }]);
		expect(await trigger.poll()).toEqual([]);
	});

	it('continues a list that 0.1.0 had read in part', async () => {
		const trigger = await activated(account.trigger(), 'fileShotTrigger');
		const fileId = await account.add('a.txt');
		expect(idsOf(await trigger.poll())).toEqual([fileId]);
		const saved = JSON.parse(trigger.savedStaticData) as SavedPoll;
		expect(saved['node:Subject'].poll).toMatchObject({ version: 1, state: { reading: 2 } });
		saved['node:Subject'].poll.state.position = { page: 2, seen: 100 };
		trigger.savedStaticData = JSON.stringify(saved);
		const next = await account.add('b.txt');
		// The second page is empty; the new file is on the first one.
		expect(await upgraded(trigger, node())).toEqual([]);
		expect(idsOf(await trigger.poll())).toEqual([next]);
	});
});

interface SavedPoll {
	'node:Subject': { poll: { version: number; state: Record<string, unknown> } };
}

describe('the SpeedyFiles Expiry Trigger, upgraded while it is active', () => {
	let account: SpeedyFilesAccount;
	beforeAll(async () => (account = await SpeedyFilesAccount.start()));
	afterAll(async () => await account.stop());
	beforeEach(async () => await account.reset());

	it('emits a package that was created in between, and no package again', async () => {
		await account.create();
		const trigger = await activated(account.trigger(), 'speedyFilesPollingTrigger');
		const first = await account.create();
		expect((await trigger.poll()).map(({ id }) => id)).toEqual([first]);
		const between = await account.create();
		const { node } = current.get('speedyFilesPollingTrigger')!;
		expect((await upgraded(trigger, node)).map(({ id }) => id)).toEqual([between]);
		expect(await trigger.poll()).toEqual([]);
	});
});

describe('the Files App Trigger, upgraded while it is active', () => {
	let account: FilesAppAccount;
	beforeAll(async () => (account = await FilesAppAccount.start()));
	afterAll(async () => await account.stop());
	beforeEach(async () => await account.reset());

	it('emits a change that was made in between, and no change again', async () => {
		const trigger = await activated(account.trigger(), 'filesAppTrigger');
		await account.clock({ advance: 60 });
		const first = await account.upload('first.txt');
		expect(idsOf(await trigger.poll())).toEqual([first]);
		await account.clock({ advance: 60 });
		const between = await account.upload('between.txt');
		const { node } = current.get('filesAppTrigger')!;
		expect(idsOf(await upgraded(trigger, node))).toEqual([between]);
		expect(await trigger.poll()).toEqual([]);
	});
});

describe.each([
	{
		name: 'fileCourierTrigger',
		parameters: { events: ['files.delivered'], output: 'delivery', download: false, options: {} },
		delivery: (at: Date) => ({
			event: 'files.delivered',
			timestamp: at.toISOString(),
			data: { request_id: 'req_abc123xyz', files: [] },
		}),
		headers: (body: string) => ({ 'X-FileCourier-Signature': hmacSha256(body, SECRET) }),
	},
	{
		name: 'speedyFilesTrigger',
		parameters: { events: ['*', 'package.created'], options: {} },
		delivery: (at: Date) => ({
			event: 'package.downloaded',
			timestamp: at.toISOString(),
			package_id: 'p1',
		}),
		headers: (body: string) => ({
			'X-SpeedyFiles-Signature': `sha256=${hmacSha256(body, SECRET)}`,
		}),
	},
	{
		name: 'filestackTrigger',
		parameters: { events: ['*'], options: {} },
		delivery: (at: Date) => ({
			id: 1,
			action: 'fp.upload',
			timestamp: at.getTime() / 1000,
			text: { url: 'https://cdn.filestackcontent.com/Handle0000000000000A' },
		}),
		headers: (body: string, at: Date) => {
			const timestamp = String(Math.floor(at.getTime() / 1000));
			const signature = hmacSha256(`${timestamp}.${body}`, SECRET);
			return { 'FS-Timestamp': timestamp, 'FS-Signature': signature };
		},
	},
])('the $name, upgraded while it is active', ({ name, parameters, delivery, headers }) => {
	const { node, credentialType } = current.get(name)!;
	let server: TriggerServer;
	afterEach(async () => await server.stop());

	async function deliver(to: INodeType, savedStaticData: string, at: Date) {
		server = new TriggerServer({
			node: to,
			credentialType,
			credentials: { baseUrl: 'http://127.0.0.1:9', apiKey: 'A', webhookSecret: SECRET },
			parameters,
			workflowId: `upgraded-${name}`,
		});
		server.savedStaticData = savedStaticData;
		const url = await server.start();
		const body = JSON.stringify(delivery(at));
		const sent = { 'content-type': 'application/json', ...headers(body, at) };
		const { status } = await fetch(url, { method: 'POST', body, headers: sent });
		return { status, runs: server.runs.length, staticData: server.savedStaticData };
	}

	it('accepts deliveries, and still ignores duplicates of later ones', async () => {
		const before = await deliver(published.nodes.get(name)!, '{}', new Date(Date.now() - 2000));
		expect(before).toMatchObject({ status: 200, runs: 1 });
		await server.stop();
		expect(before.staticData).toContain('deliveries');
		const now = new Date();
		const after = await deliver(node, before.staticData, now);
		expect(after).toMatchObject({ status: 200, runs: 1 });
		await server.stop();
		expect(await deliver(node, after.staticData, now)).toMatchObject({ status: 200, runs: 0 });
	});
});
const { secret: SECRET } = VECTOR;
