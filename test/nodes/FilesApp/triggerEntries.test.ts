import type { IDataObject } from 'n8n-workflow';

import { FilesAppAccount, idsOf } from '../../support/filesAppTrigger';
import { type TestResponse, TestServer } from '../../support/testServer';

/** Unreadable changes and files: the changes next to them and after them are still output. */
let account: FilesAppAccount;
const headers = { 'content-type': 'application/json' };
let host: TestServer;
let responses: Record<string, TestResponse>;
const feed: TestResponse = { headers, body: '' };

beforeAll(async () => void (account = await FilesAppAccount.start()));
afterAll(async () => await account.stop());
beforeEach(async () => {
	host = new TestServer();
	responses = {};
	for (const id of ['a', 'b', 'c', '12']) {
		responses[`/files/${id}`] = { headers, body: JSON.stringify({ id, name: `${id}.txt` }) };
	}
	addChanges();
	await host.respondByUrl(responses, feed).start();
});
afterEach(async () => await host.stop());

let second = 0;
const created = (id: unknown, more: object = {}) => ({
	id,
	action: 'created',
	timestamp: new Date(Date.now() + ++second * 1000).toISOString(),
	...more,
});

function addChanges(...changes: unknown[]): void {
	feed.body = JSON.stringify({ changes, has_more: false });
}

const active = async (parameters: IDataObject = {}) =>
	await account.active(parameters, { baseUrl: host.url });

const refuse = (id: string, status: number) =>
	(responses[`/files/${id}`] = { status, headers, body: '{"error":{"message":"No"}}' });

const toRows = (items: IDataObject[]) =>
	items.map(({ fileId, name, error }) => [fileId, name, error]);

describe('an unreadable file', () => {
	it.each([400, 402, 403, 405, 406, 409, 410, 415, 422, 451])(
		'is output with its error between the other files after a %i',
		async (status) => {
			const trigger = await active();
			refuse('b', status);
			addChanges(created('a'), created('b'), created('c'));
			expect(toRows(await trigger.poll())).toEqual([
				['a', 'a.txt', undefined],
				['b', undefined, expect.stringMatching(`^Files App responded with ${status}: No`)],
				['c', 'c.txt', undefined],
			]);
			expect(trigger.errors).toEqual([]);
			addChanges();
			expect(await trigger.poll()).toEqual([]);
		},
	);

	it('is output even if a filter requires its name', async () => {
		const trigger = await active({ options: { fileName: 'c*' } });
		refuse('b', 403);
		addChanges(created('a'), created('b'), created('c'));
		expect(idsOf(await trigger.poll())).toEqual(['b', 'c']);
	});

	it('is retried after a 500, and output with its error by the third poll', async () => {
		const trigger = await active();
		refuse('b', 500);
		addChanges(created('a'), created('b'), created('c'));
		expect(await trigger.poll()).toEqual([]);
		expect(await trigger.poll()).toEqual([]);
		expect(trigger.errors.map(({ message }) => message)).toEqual([
			'Files App responded with 500: No',
			'Files App responded with 500: No',
		]);
		expect(toRows(await trigger.poll())).toEqual([
			['a', 'a.txt', undefined],
			['b', undefined, 'Files App responded with 500: No'],
			['c', 'c.txt', undefined],
		]);
	});

	it('keeps the position while the key is rejected', async () => {
		const trigger = await active();
		refuse('b', 401);
		addChanges(created('a'), created('b'));
		for (let n = 0; n < 5; n++) expect(await trigger.poll()).toEqual([]);
		expect(trigger.errors).toHaveLength(5);
		responses['/files/b'] = { headers, body: '{"id":"b","name":"b.txt"}' };
		expect(idsOf(await trigger.poll())).toEqual(['a', 'b']);
	});
});

describe('a change', () => {
	// Created when the test runs, because the trigger only outputs changes made after the activation.
	it.each<[string, () => unknown[], unknown[]]>([
		['not an object', () => [null, 7, 'x', []], []],
		['an empty object', () => [{}], [undefined]],
		['without an ID', () => [created(undefined)], [undefined]],
		['with an ID that is not a string', () => [created({ x: 1 }), created(12)], [undefined, '12']],
		['with an ID that leads elsewhere', () => [created('..'), created('a/../b')], ['..', 'a/../b']],
		['with an action that is not a string', () => [created('a', { action: { x: 1 } })], ['a']],
		['with an invalid time', () => [created('a', { timestamp: 'yesterday' })], ['a']],
		['of the year 9999', () => [created('a', { timestamp: '9999-01-01T00:00:00Z' })], ['a']],
	])('that is %s does not block the others', async (_, odd, ids) => {
		const trigger = await active();
		addChanges(...odd(), created('c'));
		const items = await trigger.poll();
		expect(idsOf(items).sort()).toEqual([...ids, 'c'].sort());
		expect(items.map(({ event }) => event)).not.toContain('undefined');
		expect(items.map(({ event }) => event)).not.toContain('[object Object]');
		addChanges(created('b'));
		expect(idsOf(await trigger.poll())).toEqual(['b']);
		expect(trigger.errors).toEqual([]);
		const asked = host.requests.map(({ url }) => new URL(url, host.url).searchParams.get('since'));
		for (const since of asked) expect(since ?? '2026').toMatch(/^20\d\d/);
	});
});

it.each(['{}', '{"changes":null}', '{"changes":{}}', '[]', '{"error":"x"}'])(
	'treats the response %s as an error, not as an account without changes',
	async (body) => {
		const trigger = await active();
		feed.body = body;
		expect(await trigger.poll()).toEqual([]);
		expect(trigger.errors[0].message).toMatch(/without a list of changes|responded with 200: x/);
	},
);
