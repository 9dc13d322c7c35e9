import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import axios from 'axios';
import hmacSha256 from 'crypto-js/hmac-sha256.js';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { listExecutions, waitForNewExecution } from '../../sandbox/n8n/executions.mts';
import type { SavedWorkflow } from '../../sandbox/n8n/workflows.mts';
import { INSTALL_MS, startTestSystem, type TestSystem, withExamples } from './harness.mts';

let environment: TestSystem;
let workflow: SavedWorkflow;
let url: string;
let secret: string;
let count = 0;

beforeAll(async () => {
	environment = await startTestSystem();
	const workflows = await withExamples(environment);
	workflow = workflows.get('receive-documents')!;
	const { webhookId } = workflow.nodes.find(({ type }) => type.endsWith('fileCourierTrigger'))!;
	url = `${environment.n8n.url}/webhook/${webhookId}/webhook`;
	secret = environment.sandbox.info.services.fileCourier.credentials.webhookSecret;
}, INSTALL_MS);

afterAll(async () => environment?.stop());

/** Within the trigger's maximum age. */
const TODAY = new Date().toISOString();

/** Returns a unique delivery without files, so that nothing has to be downloaded. */
function delivery(): string {
	const data = { request_id: `req_${++count}`, recipient_email: 'customer@example.com', files: [] };
	return JSON.stringify({ event: 'files.delivered', timestamp: TODAY, data });
}

const sign = (body: string, by = secret) => hmacSha256(body, by).toString();

async function post(body: string, signature?: string, headers: Record<string, string> = {}) {
	const { status } = await axios.post(url, body, {
		headers: {
			'content-type': 'application/json',
			...(signature === undefined ? {} : { 'x-filecourier-signature': signature }),
			...headers,
		},
		transformRequest: (data: unknown) => data,
		validateStatus: () => true,
	});
	return status;
}

/** While an execution ends, n8n may list it twice: as running and as finished. */
const executions = async () => [
	...new Set(await listExecutions(environment.rest, workflow.id, 100)),
];

/** Checks that n8n is working and has no executions left in progress: a valid delivery starts its execution. */
async function aGoodOneRuns(): Promise<string[]> {
	const before = await executions();
	const body = delivery();
	expect(await post(body, sign(body))).toBe(200);
	const run = await waitForNewExecution(environment.rest, workflow.id, before);
	expect(run).toMatchObject({ status: 'success', mode: 'webhook' });
	return (await executions()).filter((id) => !before.includes(id));
}

describe('invalid deliveries get a 4xx from a real n8n and start no execution', () => {
	const good = delivery();
	const large = `"${'x'.repeat(16 * 1024 * 1024 - 2)}"`;
	it.each<[string, () => Promise<number>]>([
		['unsigned', () => post(good)],
		['forged', () => post(good, 'f'.repeat(64))],
		['signed with a secret that is no longer valid', () => post(good, sign(good, 'fcwh_old'))],
		['modified after signing', () => post(good.replace('customer', 'attacker'), sign(good))],
		['truncated', () => post(good.slice(0, -3), sign(good))],
		[
			'truncated, as plain text',
			() => post(good.slice(0, -3), sign(good), { 'content-type': 'text/plain' }),
		],
		['empty', () => post('', sign(''))],
		['not JSON', () => post('hello', sign('hello'))],
		[
			'not JSON, as plain text',
			() => post('hello', sign('hello'), { 'content-type': 'text/plain' }),
		],
		[
			'a form',
			() => post('a=1', 'f'.repeat(64), { 'content-type': 'application/x-www-form-urlencoded' }),
		],
		['16 MB, n8n’s maximum', () => post(large, 'f'.repeat(64))],
	])('%s', async (_, send) => {
		const before = await executions();
		const status = await send();
		expect(status).toBeGreaterThanOrEqual(400);
		expect(status).toBeLessThan(500);
		expect(await aGoodOneRuns()).toHaveLength(1);
		expect(await executions()).toHaveLength(before.length + 1);
	});

	it('more than 16 MB: n8n itself rejects it with a 500 before it reaches the node', async () => {
		const before = await executions();
		const body = `"${'x'.repeat(16 * 1024 * 1024)}"`;
		expect(await post(body, sign(body))).toBe(500);
		expect(await aGoodOneRuns()).toHaveLength(1);
		expect(await executions()).toHaveLength(before.length + 1);
	});

	it('aborted in the middle of the body', async () => {
		const { port } = environment.n8n;
		const { pathname } = new URL(url);
		const head = `POST ${pathname} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n`;
		await new Promise<void>((done) => {
			const socket = connect(port, '127.0.0.1', () =>
				socket.write(`${head}{"event"`, () => socket.destroy()),
			);
			socket.once('close', () => done());
		});
		expect(await aGoodOneRuns()).toHaveLength(1);
	});
});

describe('the same delivery', () => {
	it('sent five times in sequence: one execution and five 2xx', async () => {
		const before = await executions();
		const body = delivery();
		const responses = [];
		for (let n = 0; n < 5; n++) responses.push(await post(body, sign(body)));
		expect(responses).toEqual([200, 200, 200, 200, 200]);
		expect(await executions()).toHaveLength(before.length + 1);
	});

	it('sent five times concurrently: one execution and five 2xx', async () => {
		const before = await executions();
		const body = delivery();
		const responses = await Promise.all(Array.from({ length: 5 }, () => post(body, sign(body))));
		expect(responses).toEqual([200, 200, 200, 200, 200]);
		expect(await executions()).toHaveLength(before.length + 1);
	});
});

it.each([
	['reformatted and signed as such', (body: string) => [relaid(body), sign(relaid(body))]],
	['reformatted after signing', (body: string) => [relaid(body), sign(body)]],
])('accepts a delivery that was %s', async (_, send) => {
	const before = await executions();
	const [body, signature] = send(delivery());
	expect(await post(body, signature)).toBe(200);
	expect(await executions()).toHaveLength(before.length + 1);
});

it('n8n’s log contains no secret', () => {
	const log = readFileSync(environment.n8n.log, 'utf8');
	const { clientSecret } = environment.sandbox.info.services.fileCourier.credentials;
	expect(log).toContain('rejected a delivery (401): The signature does not match');
	expect(log).not.toContain(secret);
	expect(log).not.toContain(clientSecret);
});

function relaid(body: string): string {
	return JSON.stringify(JSON.parse(body), null, 4);
}
