/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { WebhookContext, WorkflowExecute } from 'n8n-core';
import type {
	IDataObject,
	INodeExecutionData,
	IRun,
	IWebhookData,
	IWebhookFunctions,
} from 'n8n-workflow';

import { FileCourier } from '../../../nodes/FileCourier/FileCourier.node';
import {
	binaryData,
	buildContext,
	bytesOf,
	errorOf,
	outputOf,
	startRun,
} from '../../support/engine';
import { fileCourierNode, REQUEST, uploadAsRecipient } from '../../support/fileCourier';
import { Sandbox } from '../../support/sandbox';
import { hmacSha256 } from '../../support/sign';

const file = { name: 'id.pdf', type: 'application/pdf', bytes: randomBytes(70_000) };
const sha256 = createHash('sha256').update(file.bytes).digest('hex');

let sandbox: Sandbox;
let n8n: Server;
let context: ReturnType<typeof buildContext>;
let waiting: IRun;
/** The run after somebody was believed at its resume URL. */
let resumed: Promise<IRun> | undefined;

beforeAll(async () => {
	await binaryData();
	sandbox = await new Sandbox().start();
	n8n = createServer((request, response) => void receive(request, response));
	await new Promise<void>((done) => n8n.listen(0, '127.0.0.1', done));
});
afterAll(async () => {
	n8n.closeAllConnections();
	await new Promise((done) => n8n.close(done));
	await sandbox.stop();
});

/** Runs the node until it waits. */
async function wait(
	parameters: IDataObject = {},
	input: INodeExecutionData[] = [{ json: { customer: 7 } }],
) {
	resumed = undefined;
	context = buildContext(
		fileCourierNode(
			sandbox,
			{
				resource: 'session',
				operation: 'requestAndWait',
				...REQUEST,
				output: 'file',
				download: true,
				binaryPropertyName: 'data',
				...parameters,
			},
			{ input, workflowId: `wait-${Math.random()}` },
		),
	);
	const url = `http://127.0.0.1:${(n8n.address() as AddressInfo).port}`;
	Object.assign(context.additionalData, { webhookWaitingBaseUrl: `${url}/webhook-waiting` });
	waiting = await startRun(context.workflow, context.additionalData, context.mode);
	return waiting;
}

const stackEntry = () => waiting.data.executionData!.nodeExecutionStack[0];
const session = () => stackEntry().data.main[0]![0].json as Record<string, string>;

/** What n8n does when a resume URL is called (waiting-webhooks and webhook-helpers of n8n 2.41). */
async function receive(
	request: import('node:http').IncomingMessage,
	response: import('node:http').ServerResponse,
) {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	const rawBody = Buffer.concat(chunks);
	const { workflow, additionalData, mode, subject } = context;
	const data = structuredClone({ ...waiting.data, executionData: undefined });
	Object.assign(request, {
		rawBody,
		contentType: 'application/json',
		body: JSON.parse(String(rawBody)),
	});
	Object.assign(additionalData, { httpRequest: request, httpResponse: response });
	const webhookDescription = new FileCourier().description.webhooks![0];
	const resumeContext = new WebhookContext(
		workflow,
		subject,
		additionalData,
		mode,
		{ webhookDescription } as IWebhookData,
		[],
		waiting.data,
	);
	const result = await new FileCourier().webhook.call(
		resumeContext as unknown as IWebhookFunctions,
	);
	if (result.workflowData) {
		const entry = { ...stackEntry(), node: { ...stackEntry().node, disabled: true } };
		entry.data = { main: result.workflowData };
		Object.assign(data, {
			executionData: { ...waiting.data.executionData, nodeExecutionStack: [entry] },
		});
		resumed = resume(data as typeof waiting.data);
	}
	if (!result.noWebhookResponse) response.writeHead(200).end('{}');
}

async function resume(data: typeof waiting.data): Promise<IRun> {
	data.waitTill = undefined;
	data.resultData.runData.Subject?.pop();
	const { workflow, additionalData, mode } = context;
	return await new WorkflowExecute(additionalData, mode, data).processRunExecutionData(workflow);
}

async function post(body: string, signature: string): Promise<number> {
	const url = `http://127.0.0.1:${(n8n.address() as AddressInfo).port}/webhook-waiting/execution1`;
	const headers = { 'content-type': 'application/json', 'x-filecourier-signature': signature };
	return (await fetch(url, { method: 'POST', body, headers })).status;
}

const delivery = (request_id: string) =>
	JSON.stringify({ event: 'files.delivered', timestamp: 't', data: { request_id, files: [] } });

const secret = () => sandbox.info.services.fileCourier.credentials.webhookSecret;

it('parks the execution until the link expires, with n8n’s resume URL as the callback', async () => {
	const run = await wait();
	expect(run.status).toBe('waiting');
	const minutes = (run.waitTill!.getTime() - Date.parse(session().expiresAt)) / 60_000;
	expect(minutes).toBeCloseTo(5);
	const { body } = (await sandbox.requests()).at(-1)!;
	expect(body!.callback_url).toMatch(/\/webhook-waiting\/execution1\?signature=/);
});

it('goes on with the files when they are delivered', async () => {
	await wait();
	await uploadAsRecipient(session().uploadUrl, [file]);
	await sandbox.until<Array<{ attempts: unknown[] }>>(
		'/deliveries',
		([last]) => last.attempts.length > 0,
	);
	const [{ json, binary }] = outputOf((await resumed)!);
	expect(json).toMatchObject({ delivered: true, sessionId: session().sessionId, file: { sha256 } });
	expect(await bytesOf(binary!.data)).toEqual(file.bytes);
});

it('tells that nothing came when the time is over, with the session and what came in', async () => {
	await wait({ options: { waitHours: 2 } });
	expect((waiting.waitTill!.getTime() - Date.now()) / 3_600_000).toBeCloseTo(2);
	// What n8n does when the timer ends: the node is disabled, and its input is its output.
	stackEntry().node = { ...stackEntry().node, disabled: true };
	const [{ json, binary }] = outputOf(await resume(waiting.data));
	expect(json).toMatchObject({ delivered: false, customer: 7 });
	expect(json.sessionId).toMatch(/^req_/);
	expect(binary).toBeUndefined();
});

it('does not change what the node before has put out', async () => {
	await wait();
	expect(waiting.data.resultData.runData.Source[0].data!.main[0]![0].json).toEqual({ customer: 7 });
});

it.each([
	['forged', () => post(delivery(session().sessionId), 'f'.repeat(64)), 401],
	['unsigned', () => post(delivery(session().sessionId), ''), 401],
	[
		'of another session',
		() => post(delivery('req_other'), hmacSha256(delivery('req_other'), secret())),
		409,
	],
])('a call to the resume URL that is %s changes nothing', async (_, call, status) => {
	await wait();
	expect(await call()).toBe(status);
	expect(resumed).toBeUndefined();
});

it('the same delivery twice resumes once', async () => {
	await wait();
	const body = delivery(session().sessionId);
	const first = post(body, hmacSha256(body, secret()));
	expect(await Promise.all([first, post(body, hmacSha256(body, secret()))])).toEqual([200, 200]);
	expect(outputOf((await resumed)!)).toHaveLength(1);
});

it('more than one item is an error that names the way out, and nobody is asked for anything', async () => {
	await sandbox.reset();
	const error = errorOf(await wait({}, [{ json: {} }, { json: {} }]));
	expect(error.message).toContain('one session only');
	expect(error.description).toContain('sub-workflow');
	expect(await sandbox.requests()).toEqual([]);
});
