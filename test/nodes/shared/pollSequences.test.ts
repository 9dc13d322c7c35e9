import type { ICredentialType, IDataObject, INodeType } from 'n8n-workflow';

import { FileShotApi } from '../../../credentials/FileShotApi.credentials';
import { FilesAppApi } from '../../../credentials/FilesAppApi.credentials';
import { SpeedyFilesApi } from '../../../credentials/SpeedyFilesApi.credentials';
import { FileShotTrigger } from '../../../nodes/FileShot/FileShotTrigger.node';
import { FilesAppTrigger } from '../../../nodes/FilesApp/FilesAppTrigger.node';
import { SpeedyFilesPollingTrigger } from '../../../nodes/SpeedyFiles/SpeedyFilesPollingTrigger/SpeedyFilesPollingTrigger.node';
import { ActivePoller } from '../../support/polling';
import { useTestServer } from '../../support/testServer';

/** Polls of which one gets an unusual response: together they output what usual ones would have output. */
const HOUR = 3_600_000;
const YEAR = 365 * 24 * HOUR;

interface Entry {
	id: string;
	/** Milliseconds since 1970; undefined if the response does not contain the date. */
	created: number | undefined;
}

interface Polled {
	node: INodeType;
	credentialType: ICredentialType;
	event: string;
	id: string;
	body(entries: Entry[]): object;
}

const iso = (time: number | undefined) =>
	time === undefined ? undefined : `${new Date(time).toISOString().slice(0, 19)}Z`;

const LISTS: Array<[string, Polled]> = [
	[
		'FileShot',
		{
			node: new FileShotTrigger(),
			credentialType: new FileShotApi(),
			event: 'file.added',
			id: 'fileId',
			body: (all) => ({
				files: all.map(({ id, created }) => ({ fileId: id, createdAt: iso(created) })),
			}),
		},
	],
	[
		'SpeedyFiles',
		{
			node: new SpeedyFilesPollingTrigger(),
			credentialType: new SpeedyFilesApi(),
			event: 'package.created',
			id: 'packageId',
			body: (all) => ({ items: all.map(({ id, created }) => ({ id, created_at: iso(created) })) }),
		},
	],
];

const FEED: [string, Polled] = [
	'Files App',
	{
		node: new FilesAppTrigger(),
		credentialType: new FilesAppApi(),
		event: 'created',
		id: 'fileId',
		body: (all) => ({
			changes: all.map(({ id, created }) => ({ id, action: 'created', timestamp: iso(created) })),
			has_more: false,
		}),
	},
];

let entries: Entry[];
let ahead = 0;
let polled: Polled;
const host = useTestServer().respond(() => ({
	headers: { date: new Date(Date.now() + ahead).toUTCString() },
	body: polled.body(entries),
}));
beforeEach(() => {
	ahead = 0;
	entries = [1, 2, 3].map((n) => ({ id: `old${n}`, created: Date.now() - n * HOUR }));
});

const trigger = () =>
	new ActivePoller({
		node: polled.node,
		credentialType: polled.credentialType,
		credentials: { baseUrl: host.url, apiKey: 'k', apiToken: 'k' },
		parameters: { events: [polled.event], details: false, simplify: true, options: {} },
	});

async function active(): Promise<ActivePoller> {
	const started = trigger();
	await started.activate();
	return started;
}

const idsOf = (items: IDataObject[]) => items.map((item) => item[polled.id]);
const emittedBy = ({ runs }: ActivePoller) => idsOf(runs.flat().map(({ json }) => json));
let later = 0;
const add = (id: string) => entries.unshift({ id, created: Date.now() + 1_000 * (2 + later++) });

describe.each(LISTS)('the list of %s', (_, service) => {
	beforeEach(() => void (polled = service));

	it('without dates in one poll outputs no existing entry, and each new one once', async () => {
		const started = await active();
		add('a');
		await started.poll();
		const dated = entries;
		entries = [{ id: 'b', created: undefined }, ...dated].map(({ id }) => ({
			id,
			created: undefined,
		}));
		await started.poll();
		entries = dated;
		add('b');
		add('c');
		await started.restart();
		await started.poll();
		expect(emittedBy(started)).toEqual(['a', 'b', 'c']);
	});

	it('that contains an entry twice, the second time without its date, outputs it once', async () => {
		const started = await active();
		add('a');
		entries = entries.flatMap((entry) => [entry, { ...entry, created: undefined }]);
		await started.poll();
		expect(await started.poll()).toEqual([]);
		expect(emittedBy(started)).toEqual(['a']);
	});

	it('of a server whose clock is a year behind at the activation outputs no existing entry', async () => {
		ahead = -YEAR;
		const started = await active();
		ahead = 0;
		add('a');
		await started.poll();
		expect(emittedBy(started)).toEqual(['a']);
	});
});

describe.each([...LISTS, FEED])('the trigger of %s', (_, service) => {
	beforeEach(() => void (polled = service));

	it.each([
		['an hour', HOUR],
		['a year', YEAR],
	])(
		'misses nothing if the clock of the server is %s ahead at the activation',
		async (__, wrong) => {
			ahead = wrong;
			const started = await active();
			ahead = 0;
			add('a');
			await started.poll();
			add('b');
			await started.poll();
			expect(emittedBy(started)).toEqual(['a', 'b']);
		},
	);

	it('starts from scratch if its stored state is damaged', async () => {
		const usual = await active();
		add('a');
		await usual.poll();
		const saved = JSON.parse(usual.savedStaticData) as Record<string, { poll: Stored }>;
		const { version, about, state } = saved['node:Subject'].poll;
		const damaged: Stored[] = [
			...[null, 0, 'x', [], {}].map((value) => ({ version, about, state: value })),
			...Object.keys(state as object).flatMap((field) =>
				[null, 'x', [null], { x: 'y' }].map((value) => ({
					version,
					about,
					state: { ...(state as object), [field]: value },
				})),
			),
			{ version: 1, about, state },
			{ version: 1, about, state: null },
		];
		for (const [index, poll] of damaged.entries()) {
			const started = trigger();
			started.savedStaticData = JSON.stringify({ 'node:Subject': { poll } });
			await started.activate();
			add(`b${index}`);
			expect(idsOf(await started.poll())).toContain(`b${index}`);
			expect(started.errors).toEqual([]);
		}
	});
});

interface Stored {
	version: number;
	about: string;
	state: unknown;
}
