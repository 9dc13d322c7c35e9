import type { IDataObject } from 'n8n-workflow';

import { FilesAppAccount, idsOf } from '../../support/filesAppTrigger';
import { Host, type Scripted } from '../../support/host';

/** A feed with entries that cannot be read: the changes beside and behind them are told all the same. */
let account: FilesAppAccount;
const headers = { 'content-type': 'application/json' };
let host: Host;
let answers: Record<string, Scripted>;
const feed: Scripted = { headers, body: '' };

beforeAll(async () => void (account = await FilesAppAccount.start()));
afterAll(async () => await account.stop());
beforeEach(async () => {
	host = new Host();
	answers = {};
	for (const id of ['a', 'b', 'c', '12']) {
		answers[`/files/${id}`] = { headers, body: JSON.stringify({ id, name: `${id}.txt` }) };
	}
	tell();
	await host.start(answers, feed);
});
afterEach(async () => await host.stop());

let second = 0;
const created = (id: unknown, more: object = {}) => ({
	id,
	action: 'created',
	timestamp: new Date(Date.now() + ++second * 1000).toISOString(),
	...more,
});

function tell(...changes: unknown[]): void {
	feed.body = JSON.stringify({ changes, has_more: false });
}

const active = async (parameters: IDataObject = {}) =>
	await account.active(parameters, { baseUrl: host.url });

const refuse = (id: string, status: number) =>
	(answers[`/files/${id}`] = { status, headers, body: '{"error":{"message":"No"}}' });

const told = (items: IDataObject[]) =>
	items.map(({ fileId, name, error }) => [fileId, name, error]);

describe('a file that cannot be read', () => {
	it.each([400, 402, 403, 405, 406, 409, 410, 415, 422, 451])(
		'because of a %i is told with its error, between the others',
		async (status) => {
			const trigger = await active();
			refuse('b', status);
			tell(created('a'), created('b'), created('c'));
			expect(told(await trigger.poll())).toEqual([
				['a', 'a.txt', undefined],
				['b', undefined, expect.stringMatching(`^Files App responded with ${status}: No`)],
				['c', 'c.txt', undefined],
			]);
			expect(trigger.errors).toEqual([]);
			tell();
			expect(await trigger.poll()).toEqual([]);
		},
	);

	it('is told although a filter needs its name', async () => {
		const trigger = await active({ options: { fileName: 'c*' } });
		refuse('b', 403);
		tell(created('a'), created('b'), created('c'));
		expect(idsOf(await trigger.poll())).toEqual(['b', 'c']);
	});

	it('because the service has a problem of its own is tried again, and told with its error at the third poll', async () => {
		const trigger = await active();
		refuse('b', 500);
		tell(created('a'), created('b'), created('c'));
		expect(await trigger.poll()).toEqual([]);
		expect(await trigger.poll()).toEqual([]);
		expect(trigger.errors.map(({ message }) => message)).toEqual([
			'Files App responded with 500: No',
			'Files App responded with 500: No',
		]);
		expect(told(await trigger.poll())).toEqual([
			['a', 'a.txt', undefined],
			['b', undefined, 'Files App responded with 500: No'],
			['c', 'c.txt', undefined],
		]);
	});

	it('because the key is refused keeps its place, for as long as it takes', async () => {
		const trigger = await active();
		refuse('b', 401);
		tell(created('a'), created('b'));
		for (let n = 0; n < 5; n++) expect(await trigger.poll()).toEqual([]);
		expect(trigger.errors).toHaveLength(5);
		answers['/files/b'] = { headers, body: '{"id":"b","name":"b.txt"}' };
		expect(idsOf(await trigger.poll())).toEqual(['a', 'b']);
	});
});

describe('an entry of the feed', () => {
	// Made when the test runs: only what comes after the activation is told.
	it.each<[string, () => unknown[], unknown[]]>([
		['no object', () => [null, 7, 'x', []], []],
		['an object without anything', () => [{}], [undefined]],
		['without an ID', () => [created(undefined)], [undefined]],
		['with an ID that is no text', () => [created({ x: 1 }), created(12)], [undefined, '12']],
		['with an ID that leads elsewhere', () => [created('..'), created('a/../b')], ['..', 'a/../b']],
		['with an action that is no text', () => [created('a', { action: { x: 1 } })], ['a']],
		['with a time that is none', () => [created('a', { timestamp: 'yesterday' })], ['a']],
		['of the year 9999', () => [created('a', { timestamp: '9999-01-01T00:00:00Z' })], ['a']],
	])('that is %s stops nothing', async (_, odd, ids) => {
		const trigger = await active();
		tell(...odd(), created('c'));
		const items = await trigger.poll();
		expect(idsOf(items).sort()).toEqual([...ids, 'c'].sort());
		expect(items.map(({ event }) => event)).not.toContain('undefined');
		expect(items.map(({ event }) => event)).not.toContain('[object Object]');
		tell(created('b'));
		expect(idsOf(await trigger.poll())).toEqual(['b']);
		expect(trigger.errors).toEqual([]);
		const asked = host.requests.map(({ url }) => new URL(url, host.url).searchParams.get('since'));
		for (const since of asked) expect(since ?? '2026').toMatch(/^20\d\d/);
	});
});

it.each(['{}', '{"changes":null}', '{"changes":{}}', '[]', '{"error":"x"}'])(
	'a feed of %s is an error, not an account without changes',
	async (body) => {
		const trigger = await active();
		feed.body = body;
		expect(await trigger.poll()).toEqual([]);
		expect(trigger.errors[0].message).toMatch(/without a list of changes|responded with 200: x/);
	},
);
