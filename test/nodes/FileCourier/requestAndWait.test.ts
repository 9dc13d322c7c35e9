/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

import { WebhookContext, WorkflowExecute } from 'n8n-core';
import {
	type IDataObject,
	type INode,
	type INodeExecutionData,
	type INodePropertyOptions,
	type IRun,
	type IWebhookData,
	type IWebhookFunctions,
	type IWorkflowExecuteAdditionalData,
	NodeHelpers,
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
import { TestServer, useTestServer } from '../../support/testServer';
import { Sandbox } from '../../support/sandbox';
import { hmacSha256 } from '../../support/sign';

const file = { name: 'id.pdf', type: 'application/pdf', bytes: randomBytes(70_000) };
const sha256 = createHash('sha256').update(file.bytes).digest('hex');

let sandbox: Sandbox;
const n8n = useTestServer().handle((request, response) => receive(request, response));
let context: ReturnType<typeof buildContext>;
let waiting: IRun;
/** The execution resumed by an accepted call to its resume URL. */
let resumed: Promise<IRun> | undefined;

beforeAll(async () => {
	await binaryData();
	sandbox = await new Sandbox().start();
});
afterAll(async () => {
	await sandbox.stop();
});

/** Overrides for everything except the node's parameters. */
interface Overrides {
	credentials?: IDataObject;
	settings?: Partial<INode>;
	/** n8n's data of the execution. */
	additional?: Partial<IWorkflowExecuteAdditionalData>;
}

/** Runs the node until the execution waits. */
async function wait(
	parameters: IDataObject = {},
	input: INodeExecutionData[] = [{ json: { customer: 7 } }],
	{ credentials = {}, settings = {}, additional = {} }: Overrides = {},
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
			{ input, workflowId: `wait-${Math.random()}`, settings, credentials: credentials as never },
		),
	);
	const webhookWaitingBaseUrl = `${n8n.url}/webhook-waiting`;
	Object.assign(context.additionalData, { webhookWaitingBaseUrl, ...additional });
	waiting = await startRun(context.workflow, context.additionalData, context.mode);
	return waiting;
}

const stackEntry = () => waiting.data.executionData!.nodeExecutionStack[0];
const session = () => stackEntry().data.main[0]![0].json as Record<string, string>;

/** Handles a call to the resume URL like n8n (waiting-webhooks and webhook-helpers of n8n 2.41). */
async function receive(request: IncomingMessage, response: ServerResponse) {
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
	const url = `${n8n.url}/webhook-waiting/execution1`;
	const headers = { 'content-type': 'application/json', 'x-filecourier-signature': signature };
	return (await fetch(url, { method: 'POST', body, headers })).status;
}

const delivery = (request_id: string) =>
	JSON.stringify({ event: 'files.delivered', timestamp: 't', data: { request_id, files: [] } });

const secret = () => sandbox.info.services.fileCourier.credentials.webhookSecret;

it('waits until the link expires, with n8n’s resume URL as the callback URL', async () => {
	const run = await wait();
	expect(run.status).toBe('waiting');
	const minutes = (run.waitTill!.getTime() - Date.parse(session().expiresAt)) / 60_000;
	expect(minutes).toBeCloseTo(5);
	const { body } = (await sandbox.requests()).at(-1)!;
	expect(body!.callback_url).toMatch(/\/webhook-waiting\/execution1\?signature=/);
});

it('continues with the files when they are delivered', async () => {
	await wait();
	await uploadAsRecipient(session().link, [file]);
	await sandbox.until<Array<{ attempts: unknown[] }>>(
		'/deliveries',
		([last]) => last.attempts.length > 0,
	);
	const [{ json, binary }] = outputOf((await resumed)!);
	expect(json).toMatchObject({ delivered: true, sessionId: session().sessionId, file: { sha256 } });
	expect(await bytesOf(binary!.data)).toEqual(file.bytes);
});

it('outputs delivered: false with the session and the input data when the wait times out', async () => {
	await wait({ options: { waitHours: 2 } });
	expect((waiting.waitTill!.getTime() - Date.now()) / 3_600_000).toBeCloseTo(2);
	// When the wait times out, n8n disables the node and outputs its input.
	stackEntry().node = { ...stackEntry().node, disabled: true };
	const [{ json, binary }] = outputOf(await resume(waiting.data));
	expect(json).toMatchObject({ delivered: false, customer: 7 });
	expect(json.sessionId).toMatch(/^req_/);
	expect(binary).toBeUndefined();
});

it('reads a saved limit without a unit in hours, and a new one in its unit', async () => {
	await wait({ expiresInDays: 52, unit: 'weeks', options: { waitHours: 2, waitUnit: 'weeks' } });
	expect((waiting.waitTill!.getTime() - Date.now()) / 3_600_000).toBeCloseTo(2 * 7 * 24);
	expect(Date.parse(session().expiresAt) - Date.now()).toBeGreaterThan(363 * 86_400_000);
});

describe('the text that the editor shows while the execution waits', () => {
	/** Evaluates it as the editor does, which has no data of the execution but this. */
	function tooltip(url: string, metadata: { resumeUrl?: string } = {}): unknown {
		const { waitingNodeTooltip } = new FileCourier().description;
		const { workflow, subject } = context;
		const $execution = { id: '12', mode: 'test', resumeUrl: metadata.resumeUrl ?? url };
		return workflow.expression.getSimpleParameterValue(subject, waitingNodeTooltip!, 'internal', {
			$execution,
		} as never);
	}
	const own = 'http://localhost:5678/webhook-waiting/12';
	const metadataOf = () => waiting.data.resultData.runData.Subject[0].metadata;

	it('contains the upload link', async () => {
		await wait();
		const { link: uploadUrl } = session();
		expect(metadataOf()).toMatchObject({ resumeUrl: uploadUrl });
		expect(tooltip(own, metadataOf())).toBe(
			`Waiting for the recipient to upload the documents at <a href="${uploadUrl}" target="_blank">${uploadUrl}</a>`,
		);
	});

	it.each([own, `${own}?signature=abc`])('does not contain the URL of n8n, %s', async (url) => {
		await wait();
		expect(tooltip(url)).toBe(
			'Waiting for the recipient to upload the documents. FileCourier has sent them the upload link.',
		);
	});

	it('escapes the link', async () => {
		await wait();
		const text = String(tooltip(own, { resumeUrl: 'https://x.example/?a="><img src=x>&b' }));
		expect(text).toContain('href="https://x.example/?a=&quot;>&lt;img src=x>&amp;b"');
	});
});

it('does not change the output of the previous node', async () => {
	await wait();
	expect(waiting.data.resultData.runData.Source[0].data!.main[0]![0].json).toEqual({ customer: 7 });
});

it.each([
	['forged', () => post(delivery(session().sessionId), 'f'.repeat(64)), 401],
	['unsigned', () => post(delivery(session().sessionId), ''), 401],
	[
		'for another session',
		() => post(delivery('req_other'), hmacSha256(delivery('req_other'), secret())),
		409,
	],
])('does not resume on a delivery that is %s', async (_, call, status) => {
	await wait();
	expect(await call()).toBe(status);
	expect(resumed).toBeUndefined();
});

it('resumes once when the same delivery arrives twice', async () => {
	await wait();
	const body = delivery(session().sessionId);
	const first = post(body, hmacSha256(body, secret()));
	expect(await Promise.all([first, post(body, hmacSha256(body, secret()))])).toEqual([200, 200]);
	expect(outputOf((await resumed)!)).toHaveLength(1);
});

it('rejects more than one input item, suggests a sub-workflow and requests no documents', async () => {
	await sandbox.reset();
	const error = errorOf(await wait({}, [{ json: {} }, { json: {} }]));
	expect(error.message).toContain('one input item at a time');
	expect(error.description).toContain('sub-workflow');
	expect(await sandbox.requests()).toEqual([]);
});

describe('requests no documents', () => {
	const noExecution = { executionId: undefined };
	const noAddress = { webhookWaitingBaseUrl: 'ftp://n8n.example/webhook-waiting' };
	it.each<[string, IDataObject, Overrides, RegExp]>([
		[
			'without a Webhook Secret',
			{},
			{ credentials: { webhookSecret: ' \n ' } },
			/has no Webhook Secret/,
		],
		[
			'with a Maximum Wait that is not a number',
			{ options: { waitHours: 'two days' } },
			{},
			/“Maximum Wait/,
		],
		['with a Maximum Wait of zero', { options: { waitHours: 0 } }, {}, /“Maximum Wait/],
		['with an Output that does not exist', { output: 'files' }, {}, /“Output”/],
		[
			'with a negative Download Time Limit',
			{ options: { downloadBudget: -1 } },
			{},
			/“Download Time Limit/,
		],
		['in an execution without an ID', {}, { additional: noExecution }, /^n8n cannot pause/],
		['with a resume URL that is not http(s)', {}, { additional: noAddress }, /^n8n cannot pause/],
		[
			'as a tool of an AI agent',
			{},
			{ settings: { type: 'test.subjectTool' } },
			/as a tool by an AI agent$/,
		],
	])('%s', async (_, parameters, overrides, message) => {
		await sandbox.reset();
		const run = await wait(parameters, undefined, overrides);
		expect(run.waitTill).toBeUndefined();
		expect(errorOf(run).message).toMatch(message);
		expect(errorOf(run).description).toMatch(/./);
		expect(await sandbox.requests()).toEqual([]);
	});
});

it('does not wait if the created session has no ID to recognize its delivery by', async () => {
	const host = new TestServer();
	const body = JSON.stringify({
		status: true,
		data: { upload_url: 'https://x', request_id: null },
	});
	await host
		.respondByUrl({
			'/api/ext/sessions': { headers: { 'content-type': 'application/json' }, body },
		})
		.start();
	const run = await wait({}, undefined, { credentials: { baseUrl: host.url } });
	await host.stop();
	expect(run.waitTill).toBeUndefined();
	expect(errorOf(run).message).toBe('FileCourier responded without a session ID');
	expect(errorOf(run).description).toMatch(/may have created the session/);
});

it('is not offered as an operation of an AI agent’s tool', () => {
	const { properties } = new FileCourier().description;
	const selector = properties.find(({ name }) => name === 'operation')!;
	const shownTo = (name: string) => {
		const description = { ...new FileCourier().description, name };
		return (selector.options as INodePropertyOptions[])
			.filter((option) => NodeHelpers.displayParameter({}, option as never, null, description))
			.map(({ value }) => value);
	};
	expect(shownTo('fileCourier')).toContain('requestAndWait');
	expect(shownTo('fileCourierTool')).not.toContain('requestAndWait');
	expect(shownTo('fileCourierTool')).toContain('create');
});
