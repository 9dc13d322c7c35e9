import type { ICredentialType, IDataObject, INodeType } from 'n8n-workflow';

import { FileShotApi } from '../../../credentials/FileShotApi.credentials';
import { SpeedyFilesApi } from '../../../credentials/SpeedyFilesApi.credentials';
import { FileShotTrigger } from '../../../nodes/FileShot/FileShotTrigger.node';
import { SpeedyFilesPollingTrigger } from '../../../nodes/SpeedyFiles/SpeedyFilesPollingTrigger/SpeedyFilesPollingTrigger.node';
import { type TestResponse, TestServer } from '../../support/testServer';
import { ActivePoller } from '../../support/polling';

/** Lists with a malformed entry: the other entries are still emitted, in this poll and the next. */
const soon = new Date(Date.now() + 3_600_000).toISOString();
const long = new Date(Date.now() - 3_600_000).toISOString();

interface Watched {
	node: INodeType;
	credentialType: ICredentialType;
	events: string[];
	/** An entry as the service returns it. */
	entry: IDataObject;
	list(entries: unknown[]): object;
	/** The field of an entry with its ID. */
	idField: string;
	/** The same in the output. */
	outputId: string;
}

const LISTS: Array<[string, Watched]> = [
	[
		'FileShot',
		{
			node: new FileShotTrigger(),
			credentialType: new FileShotApi(),
			events: ['file.added', 'file.expiring_soon', 'file.expired'],
			entry: {
				fileId: 'x',
				fileName: 'x.txt',
				fileSize: 1,
				mimeType: 'a/b',
				createdAt: long,
				expiresAt: soon,
				customSlug: 'slug',
				downloadUrl: null,
				passwordProtected: false,
			},
			list: (files) => ({ files }),
			outputId: 'fileId',
			idField: 'fileId',
		},
	],
	[
		'SpeedyFiles',
		{
			node: new SpeedyFilesPollingTrigger(),
			credentialType: new SpeedyFilesApi(),
			events: ['package.created', 'package.expiring_soon', 'package.expired'],
			entry: {
				id: 'x',
				title: 'x',
				recipient_email: 'a@example.com',
				direction: 'outbound',
				status: 'active',
				created_at: long,
				expires_at: soon,
				files: [{ id: 'f', size_bytes: 1 }],
			},
			list: (items) => ({ total: items.length, items }),
			outputId: 'packageId',
			idField: 'id',
		},
	],
];

const VALUES: unknown[] = [
	undefined,
	null,
	true,
	-1,
	1e308,
	'',
	' ',
	'\ud800',
	'9999-12-31T00:00:00Z',
	[],
	[null],
	{},
	{ toString: 1, valueOf: 1 },
	[{ size_bytes: { toString: 1, valueOf: 1 } }],
];

describe.each(LISTS)('the polling trigger of %s', (_, watched) => {
	const { node, credentialType, events, entry, list, idField, outputId } = watched;
	let host: TestServer;
	const feed: TestResponse = { headers: { 'content-type': 'application/json' }, body: '' };
	beforeAll(async () => {
		host = new TestServer();
		await host.respond(feed).start();
	});
	afterAll(async () => await host.stop());

	function send(...entries: unknown[]): void {
		feed.body = JSON.stringify(list(entries));
	}

	async function active(): Promise<ActivePoller> {
		const trigger = new ActivePoller({
			node,
			credentialType,
			credentials: { baseUrl: host.url, apiKey: 'k', apiToken: 'k' },
			parameters: { events, simplify: true, options: { includeExisting: true } },
		});
		await trigger.activate();
		return trigger;
	}

	const emittedFor = (trigger: ActivePoller, id: string) =>
		trigger.runs.flat().filter(({ json }) => json[outputId] === id).length;

	const malformed = [
		...Object.keys(entry).flatMap((field) => VALUES.map((value) => ({ ...entry, [field]: value }))),
		{},
		null,
		'x',
		7,
		[],
	];

	it('emits the other entries of a list with a malformed one once, and never fails', async () => {
		for (const one of malformed) {
			const good = (id: string) => ({ ...entry, [idField]: id });
			send(good('before'), one, good('after'));
			const trigger = await active();
			send(good('before'), one, good('after'), good('new'));
			await trigger.poll();
			await trigger.poll();
			// One item for the new entry, one for its expiry.
			expect([one, ...['before', 'after', 'new'].map((id) => emittedFor(trigger, id))]).toEqual([
				one,
				2,
				2,
				2,
			]);
			expect([one, trigger.errors]).toEqual([one, []]);
			const output = JSON.stringify(trigger.runs);
			expect(output).not.toMatch(/"(undefined|NaN|\[object Object\])"/);
		}
	});

	it('distinguishes entries without an ID', async () => {
		const nameless = ['one', 'two'].map((name) => ({
			...entry,
			[idField]: null,
			title: name,
			fileName: name,
		}));
		send(...nameless);
		const trigger = await active();
		await trigger.poll();
		expect(trigger.runs.flat()).toHaveLength(4);
	});
});
