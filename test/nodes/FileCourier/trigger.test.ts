import { createHash, randomBytes } from 'node:crypto';

import axios, { type AxiosResponse } from 'axios';
import type { IDataObject } from 'n8n-workflow';

import { FileCourierApi } from '../../../credentials/FileCourierApi.credentials';
import { FileCourierTrigger } from '../../../nodes/FileCourier/FileCourierTrigger.node';
import { binaryData, bytesOf, outputOf } from '../../support/engine';
import { createSession, uploadAsRecipient } from '../../support/fileCourier';
import { startReceiver } from '../../support/receiver';
import { Sandbox } from '../../support/sandbox';
import { hmacSha256 } from '../../support/sign';
import { TriggerServer } from '../../support/webhooks';

/** The vector of FileCourier's signature: this body under this secret has this digest. */
const VECTOR = {
	secret: 'fcwh_test_secret',
	body: '{"event":"files.delivered","timestamp":"2025-01-22T14:22:18Z","data":{"request_id":"req_abc123xyz","reference_id":"CUST-12345","recipient_email":"customer@example.com","files":[{"name":"drivers-license.pdf","size":245832,"type":"application/pdf","url":"https://files.filecourier.io/abc123/drivers-license.pdf?signature=abc","expires_at":"2025-01-23T14:22:18Z"}]}}',
	signature: '135da3e04edb099d4557066abed38cdc4bbc45a47563f076892553b3d1abaa14',
};

let sandbox: Sandbox;
let server: TriggerServer;
let url: string;
let workflows = 0;

beforeAll(async () => {
	await binaryData();
	sandbox = await Sandbox.start();
});
afterAll(async () => await sandbox.stop());
beforeEach(async () => await sandbox.reset());
afterEach(async () => {
	await server.stop();
	expect(server.thrown).toEqual([]);
});

async function activate(parameters: IDataObject = {}, credentials = {}, mode = 'webhook' as const) {
	server = new TriggerServer({
		node: new FileCourierTrigger(),
		credentialType: new FileCourierApi(),
		credentials: {
			...sandbox.info.services.fileCourier.credentials,
			webhookSecret: VECTOR.secret,
			...credentials,
		},
		parameters: {
			events: ['files.delivered'],
			output: 'file',
			download: false,
			options: {},
			...parameters,
		},
		workflowId: `trigger-${++workflows}`,
		mode,
	});
	url = await server.start();
}

async function post(
	body: string | Buffer,
	headers: Record<string, string> = {},
): Promise<AxiosResponse<Record<string, unknown>>> {
	return await axios.post(url, body, {
		headers: { 'content-type': 'application/json', ...headers },
		transformRequest: (data: unknown) => data,
		validateStatus: () => true,
		maxBodyLength: Infinity,
	});
}

const deliver = (body: string, headers = {}) =>
	post(body, { 'X-FileCourier-Signature': hmacSha256(body, VECTOR.secret), ...headers });

describe('a delivery that is signed', () => {
	it('starts the workflow: the vector of the documentation', async () => {
		await activate();
		const { status } = await post(VECTOR.body, { 'X-FileCourier-Signature': VECTOR.signature });
		expect(status).toBe(200);
		expect(server.runs).toHaveLength(1);
		expect(server.runs[0]).toEqual([
			{
				json: {
					event: 'files.delivered',
					timestamp: '2025-01-22T14:22:18Z',
					request_id: 'req_abc123xyz',
					reference_id: 'CUST-12345',
					recipient_email: 'customer@example.com',
					sessionId: 'req_abc123xyz',
					referenceId: 'CUST-12345',
					recipientEmail: 'customer@example.com',
					fileIndex: 0,
					fileCount: 1,
					file: {
						name: 'drivers-license.pdf',
						size: 245832,
						type: 'application/pdf',
						url: 'https://files.filecourier.io/abc123/drivers-license.pdf?signature=abc',
						expires_at: '2025-01-23T14:22:18Z',
						expiresAt: '2025-01-23T14:22:18.000Z',
						downloaded: false,
					},
					deliveryKey: expect.stringMatching(/^[\w-]{22}$/),
				},
			},
		]);
	});

	it('is believed when it was laid out anew and signed as it is', async () => {
		await activate();
		const { status } = await deliver(JSON.stringify(JSON.parse(VECTOR.body), null, 2));
		expect([status, server.runs.length]).toEqual([200, 1]);
	});

	it('is believed when it was laid out anew after it was signed', async () => {
		await activate();
		const body = JSON.stringify(JSON.parse(VECTOR.body), null, 2);
		const { status } = await post(body, { 'X-FileCourier-Signature': VECTOR.signature });
		expect([status, server.runs.length]).toEqual([200, 1]);
	});

	it('is believed under either secret of a rotation, in capitals, and with a prefix', async () => {
		await activate(
			{ options: { repeatWindow: 0 } },
			{ webhookSecret: `fcwh_new, ${VECTOR.secret}` },
		);
		for (const secret of ['fcwh_new', VECTOR.secret]) {
			const signature = `sha256=${hmacSha256(VECTOR.body, secret).toUpperCase()}`;
			expect((await post(VECTOR.body, { 'X-FileCourier-Signature': signature })).status).toBe(200);
		}
		expect(server.runs).toHaveLength(2);
	});

	it('starts nothing, but is answered, when its event was not chosen', async () => {
		await activate();
		const { status, data } = await deliver('{"event":"files.viewed","timestamp":"t","data":{}}');
		expect([status, data]).toEqual([200, { received: true, ignored: true }]);
		expect(server.runs).toEqual([]);
	});

	it('starts the workflow with any event, when any was chosen', async () => {
		await activate({ events: ['*'] });
		await deliver(
			'{"event":"files.viewed","timestamp":"t","data":{"request_id":"req_1","who":"x"}}',
		);
		expect(server.runs[0][0].json).toMatchObject({
			event: 'files.viewed',
			sessionId: 'req_1',
			who: 'x',
		});
	});

	it.each([
		[{ recipient: '*@EXAMPLE.com', referenceId: 'CUST-*', fileName: '*.pdf' }, 1],
		[{ recipient: '*@acme.com' }, 0],
		[{ referenceId: 'CUST-1' }, 0],
		[{ fileName: '*.png' }, 0],
	])('with the filters %j starts %i runs', async (options, runs) => {
		await activate({ options });
		const { status } = await deliver(VECTOR.body);
		expect([status, server.runs.length]).toEqual([200, runs]);
	});

	it('leaves out the files whose names do not fit', async () => {
		await activate({ options: { fileName: '*.PDF' } });
		const files = ['a.pdf', 'b.png', 'c.pdf'].map((name) => ({ name }));
		await deliver(JSON.stringify({ event: 'files.delivered', data: { request_id: 'r', files } }));
		expect(server.runs[0].map(({ json }) => (json.file as IDataObject).name)).toEqual([
			'a.pdf',
			'c.pdf',
		]);
	});

	it('reaches a person who listens for a test event as often as they send it', async () => {
		await activate({}, {}, 'manual' as never);
		await deliver(VECTOR.body);
		await deliver(VECTOR.body);
		expect(server.runs).toHaveLength(2);
	});
});

describe('a delivery that is not to be believed starts nothing:', () => {
	const sixteenMegabytes = JSON.stringify({
		event: 'files.delivered',
		pad: 'x'.repeat(16 * 1024 * 1024),
	});
	it.each<[string, string | Buffer, Record<string, string>, number]>([
		['unsigned', VECTOR.body, {}, 401],
		['an empty signature', VECTOR.body, { 'X-FileCourier-Signature': '' }, 401],
		['forged', VECTOR.body, { 'X-FileCourier-Signature': 'a'.repeat(64) }, 401],
		[
			'signed with a secret that is no longer valid',
			VECTOR.body,
			{ 'X-FileCourier-Signature': hmacSha256(VECTOR.body, 'fcwh_old') },
			401,
		],
		[
			'changed after it was signed',
			VECTOR.body.replace('CUST-12345', 'CUST-54321'),
			{ 'X-FileCourier-Signature': VECTOR.signature },
			401,
		],
		['cut off', VECTOR.body.slice(0, -10), { 'X-FileCourier-Signature': VECTOR.signature }, 422],
		[
			'cut off, as plain text',
			VECTOR.body.slice(0, -10),
			{ 'X-FileCourier-Signature': VECTOR.signature, 'content-type': 'text/plain' },
			401,
		],
		['empty', '', { 'X-FileCourier-Signature': VECTOR.signature }, 401],
		[
			'no JSON, though signed',
			'hello',
			{
				'X-FileCourier-Signature': hmacSha256('hello', VECTOR.secret),
				'content-type': 'text/plain',
			},
			400,
		],
		[
			'another JSON, though signed',
			'[1]',
			{ 'X-FileCourier-Signature': hmacSha256('[1]', VECTOR.secret) },
			400,
		],
		[
			'without data, though signed',
			'{"event":"files.delivered"}',
			{ 'X-FileCourier-Signature': hmacSha256('{"event":"files.delivered"}', VECTOR.secret) },
			400,
		],
		[
			'a multipart form',
			'x',
			{
				'X-FileCourier-Signature': hmacSha256('x', VECTOR.secret),
				'content-type': 'multipart/form-data; boundary=b',
			},
			400,
		],
		['over 16 MB', sixteenMegabytes, { 'X-FileCourier-Signature': VECTOR.signature }, 413],
		[
			'nested a hundred thousand deep',
			`${'['.repeat(1e5)}${']'.repeat(1e5)}`,
			{ 'X-FileCourier-Signature': VECTOR.signature },
			401,
		],
	])('%s', async (_, body, headers, status) => {
		await activate();
		expect((await post(body, headers)).status).toBe(status);
		expect(server.runs).toEqual([]);
	});

	it('without a secret in the credential every delivery is refused, and told why', async () => {
		await activate({}, { webhookSecret: ' ' });
		const { status, data } = await post(VECTOR.body, {
			'X-FileCourier-Signature': hmacSha256(VECTOR.body, ''),
		});
		expect(status).toBe(401);
		expect(data.error).toContain('No Webhook Secret is set');
		expect(server.runs).toEqual([]);
	});

	it('tells nobody the secret', async () => {
		await activate({}, { callbackApiKey: 'the-key' });
		const answers = [await post(VECTOR.body), await deliver(VECTOR.body), await deliver('{}')];
		expect(answers.map(({ data }) => data)).toEqual([
			{ error: 'The signature does not match' },
			{ error: 'The callback API key does not match' },
			{ error: 'The callback API key does not match' },
		]);
	});

	it.each([
		['the bare key', 'the-key', 200],
		['the key as a bearer', 'Bearer the-key', 200],
		['another key', 'Bearer another', 401],
		['no key', undefined, 401],
	])(
		'with a callback API key in the credential: %s gets %s %i',
		async (_, authorization, status) => {
			await activate({}, { callbackApiKey: 'the-key' });
			const answer = await deliver(VECTOR.body, authorization ? { authorization } : {});
			expect(answer.status).toBe(status);
		},
	);
});

describe('the same delivery five times', () => {
	it('one after the other: one run, five times 2xx', async () => {
		await activate();
		const answers = [];
		for (let n = 0; n < 5; n++) answers.push((await deliver(VECTOR.body)).status);
		expect(answers).toEqual([200, 200, 200, 200, 200]);
		expect(server.runs).toHaveLength(1);
	});

	it('at the same moment: one run, five times 2xx', async () => {
		await activate();
		const answers = await Promise.all(Array.from({ length: 5 }, () => deliver(VECTOR.body)));
		expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
		expect(server.runs).toHaveLength(1);
	});

	it('with a restart of n8n between them: still one run', async () => {
		await activate();
		await deliver(VECTOR.body);
		const { savedStaticData, runs } = server;
		expect(runs).toHaveLength(1);
		await server.stop();
		await activate(); // under another workflow ID: nothing in memory is known of it
		server.savedStaticData = savedStaticData;
		expect((await deliver(VECTOR.body)).data).toEqual({ received: true, repeated: true });
		expect(server.runs).toEqual([]);
	});

	it('of two sessions: two runs', async () => {
		await activate();
		await deliver(VECTOR.body);
		await deliver(VECTOR.body.replaceAll('req_abc123xyz', 'req_another'));
		expect(server.runs).toHaveLength(2);
	});

	it('starts its run at the repeat, if n8n could not start it at first', async () => {
		await activate();
		server.failNextStart = true;
		expect((await deliver(VECTOR.body)).status).toBe(500);
		expect((await deliver(VECTOR.body)).status).toBe(200);
		expect((await deliver(VECTOR.body)).status).toBe(200);
		expect(server.runs).toHaveLength(1);
	});

	it('starts five runs, if the user ignores no repeats', async () => {
		await activate({ options: { repeatWindow: 0 } });
		for (let n = 0; n < 5; n++) await deliver(VECTOR.body);
		expect(server.runs).toHaveLength(5);
	});
});

describe('with the sandbox as the sender', () => {
	const files = [
		{ name: 'Ausweis „vorn“.pdf', type: 'application/pdf', bytes: randomBytes(100_000) },
		{ name: '../../photo.png', type: 'image/png', bytes: randomBytes(50_001) },
	];
	const hashes = files.map(({ bytes }) => createHash('sha256').update(bytes).digest('hex'));

	/** From the request to the recipient's upload; FileCourier delivers by itself. */
	async function request(parameters: IDataObject, credentials: IDataObject = {}): Promise<string> {
		const own = sandbox.info.services.fileCourier.credentials;
		await activate(parameters, { webhookSecret: own.webhookSecret, ...credentials });
		const session = await createSession(sandbox, { callbackUrl: url }, undefined, credentials);
		const { uploadUrl, sessionId } = outputOf(session)[0].json as Record<string, string>;
		await uploadAsRecipient(uploadUrl, files);
		return sessionId;
	}

	interface SentDelivery {
		id: string;
		state: string;
		attempts: Array<{ status?: number }>;
	}

	const hasAttempt = ([last]: SentDelivery[]) => last?.attempts.length > 0;
	const lastDelivery = async () => (await sandbox.until('/deliveries', hasAttempt))[0];

	it('each file becomes an item with its bytes, fetched without credentials', async () => {
		const sessionId = await request({ download: true, binaryPropertyName: 'data' });
		await lastDelivery();
		const [items] = server.runs;
		expect(items).toHaveLength(2);
		for (const [index, { json, binary }] of items.entries()) {
			expect(json).toMatchObject({
				sessionId,
				fileIndex: index,
				fileCount: 2,
				file: { downloaded: true, sha256: hashes[index], binaryPropertyName: 'data' },
			});
			expect(await bytesOf(binary!.data)).toEqual(files[index].bytes);
		}
		expect(items.map(({ binary }) => binary!.data.fileName)).toEqual([
			'Ausweis „vorn“.pdf',
			'photo.png',
		]);
		const fetches = (await sandbox.requests()).filter(({ origin }) => origin === 'files');
		expect(fetches.map(({ authorized }) => authorized)).toEqual([false, false]);
	});

	it('all files come in one item, if the user wants one item per delivery', async () => {
		await request({ download: true, binaryPropertyName: 'doc', output: 'delivery' });
		await lastDelivery();
		const [[{ json, binary }]] = server.runs;
		expect(Object.keys(binary!)).toEqual(['doc', 'doc_1']);
		expect(json.files).toMatchObject([
			{ sha256: hashes[0] },
			{ sha256: hashes[1], binaryPropertyName: 'doc_1' },
		]);
	});

	it('the callback API key goes the whole way round', async () => {
		await request({}, { callbackApiKey: 'a-key-of-our-own' });
		expect((await lastDelivery()).attempts).toMatchObject([{ status: 200 }]);
		expect(server.runs).toHaveLength(1);
	});

	it('a download that fails asks for the delivery again, and the repeat starts the run', async () => {
		await sandbox.fault({
			service: 'fileCourier',
			origin: 'files',
			times: 1,
			fault: { type: 'status', status: 500 },
		});
		await request({ download: true, binaryPropertyName: 'data' });
		const first = await lastDelivery();
		expect(first.attempts).toMatchObject([{ status: 503 }]);
		expect(server.runs).toEqual([]);
		await sandbox.control.post(`/deliveries/${first.id}/redeliver`);
		expect(server.runs).toHaveLength(1);
		expect(server.runs[0]).toHaveLength(2);
	});

	it('a file of another size than the announced one is not handed on', async () => {
		const host = await startReceiver(); // answers with two bytes
		await activate({ download: true, binaryPropertyName: 'data' });
		const data = { request_id: 'req_1', files: [{ name: 'a.json', size: 3, url: host.url }] };
		const answer = await deliver(JSON.stringify({ event: 'files.delivered', data }));
		await host.stop();
		expect(answer.status).toBe(503);
		expect(answer.data.error).toContain('“a.json” has 2 bytes instead of the announced 3');
		expect(server.runs).toEqual([]);
	});

	it('when one file fails, the others are given up and FileCourier is told at once', async () => {
		const files = { service: 'fileCourier', origin: 'files' };
		const delay = { type: 'delay', milliseconds: 30_000 };
		await sandbox.fault({ ...files, nth: 2, fault: delay });
		await sandbox.fault({ ...files, nth: 1, fault: { type: 'status', status: 404 } });
		const started = Date.now();
		await request({ download: true, binaryPropertyName: 'data' });
		expect((await lastDelivery()).attempts).toMatchObject([{ status: 503 }]);
		expect(Date.now() - started).toBeLessThan(15_000);
	});

	it('files that are not down in time go on with their URL', async () => {
		await sandbox.fault({
			service: 'fileCourier',
			origin: 'files',
			nth: 2,
			fault: { type: 'delay', milliseconds: 30_000 },
		});
		await request({ download: true, binaryPropertyName: 'data', options: { downloadBudget: 1 } });
		await lastDelivery();
		const [items] = server.runs;
		expect(items.map(({ json }) => (json.file as IDataObject).downloaded).sort()).toEqual([
			false,
			true,
		]);
		expect(items.filter(({ binary }) => binary)).toHaveLength(1);
	});

	it('repeats wait while the files of the first are fetched, and start nothing', async () => {
		await sandbox.fault({
			service: 'fileCourier',
			origin: 'files',
			fault: { type: 'delay', milliseconds: 500 },
		});
		await sandbox.fault({
			service: 'fileCourier',
			fault: { type: 'duplicateDelivery', copies: 5 },
		});
		await request({ download: true, binaryPropertyName: 'data' });
		await lastDelivery();
		expect(server.runs).toHaveLength(1);
	});

	it('a badly signed delivery is refused and delivered again by the schedule', async () => {
		await sandbox.fault({ service: 'fileCourier', times: 1, fault: { type: 'badSignature' } });
		await request({});
		expect((await lastDelivery()).attempts).toMatchObject([{ status: 401 }]);
		await sandbox.control.post('/clock', { advance: 61 });
		const isTaken = ([last]: SentDelivery[]) => last.attempts.length === 2;
		const [{ attempts }] = await sandbox.until<SentDelivery[]>('/deliveries', isTaken);
		expect(attempts).toMatchObject([{ status: 401 }, { status: 200 }]);
		expect(server.runs).toHaveLength(1);
	});
});
