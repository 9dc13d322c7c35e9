import type { IDataObject, INodePropertyOptions, WorkflowExecuteMode } from 'n8n-workflow';

import { SpeedyFilesApi } from '../../../credentials/SpeedyFilesApi.credentials';
import { SpeedyFilesTrigger } from '../../../nodes/SpeedyFiles/SpeedyFilesTrigger.node';
import { TestCredentials } from '../../support/credentials';
import { ActiveTrigger } from '../../support/events';
import { type TestResponse, TestServer } from '../../support/testServer';
import { hmacSha256 } from '../../support/sign';

/** The test vector of the signature: the digest of this body with this secret. */
const VECTOR = {
	secret: 'whsec_test_secret',
	body: '{"title":"Q4 financials","recipient_email":"cfo@acme.com","owner_user_id":1,"file_count":2,"expires_at":"2026-05-27T20:30:22","event":"package.finalized","timestamp":"2026-05-13T20:30:22.123456Z","package_id":"AbCdEfGhIjKlMnOpQrStUv"}',
	signature: 'sha256=a1feadb0925166e9a06b4e7a0cc2bb33fb9da1ebbd2c675a420c37bda68a6fff',
};

let trigger: ActiveTrigger;
afterEach(async () => await trigger.stop());

async function activate(
	parameters: IDataObject = {},
	credentials: IDataObject = {},
	mode: WorkflowExecuteMode = 'webhook',
) {
	trigger = await ActiveTrigger.start(
		new SpeedyFilesTrigger(),
		new SpeedyFilesApi(),
		{
			baseUrl: 'http://127.0.0.1:9',
			apiToken: 'sf_x',
			webhookSecret: VECTOR.secret,
			...credentials,
		},
		{ events: ['*'], options: {}, ...parameters },
		mode,
	);
}

const deliver = (
	body: string,
	signature = `sha256=${hmacSha256(body, VECTOR.secret)}`,
	hookId = '7',
) =>
	trigger.deliver(body, { 'X-SpeedyFiles-Signature': signature, 'X-SpeedyFiles-Hook-Id': hookId });

/** JSON in the format of the server: compact, with non-ASCII characters as \u escapes. */
const event = (fields: object) =>
	JSON.stringify({
		event: 'package.downloaded',
		timestamp: new Date().toISOString(),
		package_id: 'p1',
		title: 'Q4 financials',
		recipient_email: 'cfo@acme.com',
		...fields,
	});

const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

it('starts the workflow for the example of the documentation', async () => {
	await activate({ options: { maxAge: 0 } });
	expect(await deliver(VECTOR.body, VECTOR.signature)).toBe(200);
	expect(trigger.items).toEqual([
		{
			event: 'package.finalized',
			packageId: 'AbCdEfGhIjKlMnOpQrStUv',
			title: 'Q4 financials',
			recipientEmail: 'cfo@acme.com',
			fileCount: 2,
			occurredAt: '2026-05-13T20:30:22.123Z',
			expiresAt: '2026-05-27T20:30:22.000Z',
			ownerUserId: 1,
			hookId: '7',
			deliveryKey: expect.stringMatching(/^[\w-]{22}$/),
		},
	]);
});

it('verifies a title with \\u escapes over the raw body only', async () => {
	await activate();
	const body = event({ title: 'X' }).replace('"X"', '"\\u00e4\\u6587"');
	const rewritten = JSON.stringify(JSON.parse(body));
	expect(await deliver(body, hmacSha256(rewritten, VECTOR.secret))).toBe(401);
	expect(await deliver(body)).toBe(200);
	expect(trigger.items[0].title).toBe('ä文');
});

it.each([
	['forged', () => event({}), 'f'.repeat(64), 401],
	['five minutes and a second old', () => event({ timestamp: inSeconds(-301) }), undefined, 401],
	['over five minutes ahead', () => event({ timestamp: inSeconds(330) }), undefined, 401],
	['without a time', () => event({ timestamp: undefined }), undefined, 400],
	['without an event', () => event({ event: undefined }), undefined, 400],
	['a JSON array', () => '[]', undefined, 400],
])('rejects a delivery that is %s', async (_, body, signature, status) => {
	await activate();
	expect(await deliver(body(), signature)).toBe(status);
	expect(trigger.items).toEqual([]);
});

it('rejects every delivery if the credential contains no secret', async () => {
	await activate({}, { webhookSecret: '' });
	expect(await deliver(event({}), hmacSha256(event({}), ''))).toBe(401);
});

it('accepts both secrets of a rotation', async () => {
	await activate({}, { webhookSecret: `whsec_new\n${VECTOR.secret}` });
	expect(await deliver(event({ package_id: 'p1' }))).toBe(200);
	const body = event({ package_id: 'p2' });
	expect(await deliver(body, hmacSha256(body, 'whsec_new'))).toBe(200);
	expect(await deliver(body, hmacSha256(body, 'whsec_old'))).toBe(401);
	expect(trigger.items).toHaveLength(2);
});

it('starts one run for a duplicate, and another for a different event of the same package', async () => {
	await activate();
	const body = event({ file_id: 'f1' });
	expect([await deliver(body), await deliver(body)]).toEqual([200, 200]);
	await deliver(body.replace('f1', 'f2'));
	expect(trigger.items.map(({ fileId }) => fileId)).toEqual(['f1', 'f2']);
});

it('counts events of the same microsecond with different content as different events', async () => {
	await activate();
	const body = event({ size_bytes: 1 });
	await deliver(body);
	await deliver(body.replace('"size_bytes":1', '"size_bytes":2'));
	await deliver(` ${body} `);
	expect(trigger.items.map(({ size }) => size)).toEqual([1, 2]);
});

describe('the Test button', () => {
	const test = () => event({ event: 'webhook.test', package_id: null, message: 'hello' });

	it('sends its event to the editor while it listens, regardless of the selected events', async () => {
		const selection = { events: ['package.revoked'], options: { recipient: '*@acme.com' } };
		await activate(selection, {}, 'manual');
		expect(await deliver(test())).toBe(200);
		expect(await deliver(event({}))).toBe(200);
		expect(trigger.items).toMatchObject([{ event: 'webhook.test', message: 'hello' }]);
	});

	it('does not start an active workflow that has not selected its event', async () => {
		await activate({ events: ['package.revoked'] });
		expect(await deliver(test())).toBe(200);
		expect(trigger.items).toEqual([]);
	});
});

it('does not offer events that SpeedyFiles never sends, but runs a saved workflow that selects them', async () => {
	const { properties } = new SpeedyFilesTrigger().description;
	const offered = properties.find(({ name }) => name === 'events')!
		.options as INodePropertyOptions[];
	const values = offered.map(({ value }) => value);
	expect(values).toContain('package.revoked');
	expect(values).not.toContain('package.created');
	expect(values).not.toContain('package.expired');
	await activate({ events: ['package.created', 'package.downloaded'] });
	expect(await deliver(event({}))).toBe(200);
	expect(trigger.items).toHaveLength(1);
});

it('does not start a second run for a replayed event with a different webhook ID, because that ID is not signed', async () => {
	await activate();
	const body = event({});
	await deliver(body);
	expect(await deliver(body, undefined, '8')).toBe(200);
	expect(trigger.items).toHaveLength(1);
});

it.each([
	[{ events: ['package.downloaded'] }, 1],
	[{ events: ['package.revoked'] }, 0],
	[{ options: { fileName: '*.PDF' } }, 1],
	[{ options: { fileName: '*.png' } }, 0],
	[{ options: { packageId: 'p2' } }, 0],
	[{ options: { recipient: '*@acme.com' } }, 1],
	[{ options: { recipient: '*@example.com' } }, 0],
])('with %j, starts %i runs and always responds with 200', async (parameters, runs) => {
	await activate(parameters);
	const body = event({ original_name: 'q4.pdf', recipient_email: 'cfo@acme.com' });
	expect(await deliver(body)).toBe(200);
	expect(trigger.items).toHaveLength(runs);
});

describe('an event that does not contain the title and the recipient of its package', () => {
	const host = new TestServer();
	const headers = { 'content-type': 'application/json' };
	const details = { id: 'p1', title: 'Contract', recipient_email: 'jo@else.example' };
	const body = JSON.stringify({ ...details, recipient_name: 'Jo' });
	const path = '/api/v1/packages/p1';
	afterEach(async () => await host.stop());

	const bare = () => event({ title: undefined, recipient_email: undefined });
	const receive = async (answer: TestResponse, parameters: IDataObject = {}) => {
		host.requests.length = 0;
		await host.respondByUrl({ [path]: answer }).start();
		await activate(parameters, { baseUrl: host.url });
		expect(await deliver(bare())).toBe(200);
		return trigger.items;
	};

	it('is output with them', async () => {
		const [item] = await receive({ headers, body });
		expect(item).toMatchObject({
			packageId: 'p1',
			title: 'Contract',
			recipientEmail: 'jo@else.example',
			recipientName: 'Jo',
		});
		expect(host.requests.map(({ url }) => url)).toEqual([path]);
	});

	it('is output with the name of the recipient, which SpeedyFiles sends with no event', async () => {
		await host.respondByUrl({ [path]: { headers, body } }).start();
		await activate({}, { baseUrl: host.url });
		expect(await deliver(event({ event: 'package.finalized' }))).toBe(200);
		expect(trigger.items).toMatchObject([
			{ title: 'Q4 financials', recipientEmail: 'cfo@acme.com', recipientName: 'Jo' },
		]);
	});

	it('is completed with the credential that was read for the signature', async () => {
		const read = jest.spyOn(TestCredentials.prototype, 'getDecrypted');
		await receive({ headers, body });
		// Once by the node, and once by n8n for the request.
		expect(read).toHaveBeenCalledTimes(2);
	});

	it.each([
		['*@else.example', 1],
		['*@acme.com', 0],
	])('is filtered by the recipient %s', async (recipient, runs) => {
		expect(await receive({ headers, body }, { options: { recipient } })).toHaveLength(runs);
	});

	it.each([
		['is deleted', { status: 404, headers, body: '{"detail":"Not Found"}' }],
		['takes too long to read', { headers, body, delay: 5_000 }],
	])('is output without them if the package %s', async (_, answer) => {
		const [item] = await receive(answer);
		expect(item).toMatchObject({ event: 'package.downloaded', packageId: 'p1' });
		expect(item).not.toHaveProperty('title');
	});

	it('is output without them if it says that the package was deleted, without a request', async () => {
		host.reset();
		await host.start();
		await activate({ events: ['*'] }, { baseUrl: host.url });
		const deleted = { event: 'package.deleted', title: undefined, recipient_email: undefined };
		expect(await deliver(event(deleted))).toBe(200);
		expect(trigger.items).toMatchObject([{ event: 'package.deleted', packageId: 'p1' }]);
		expect(host.requests).toEqual([]);
	});

	it('is not completed if it is not selected', async () => {
		expect(await receive({ headers, body }, { events: ['package.revoked'] })).toEqual([]);
		expect(host.requests).toEqual([]);
	});
});
