/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import type { IncomingMessage, ServerResponse } from 'node:http';

import { WebhookContext, WorkflowExecute } from 'n8n-core';
import type {
	IDataObject,
	INode,
	INodeExecutionData,
	IRun,
	IWebhookData,
	IWebhookFunctions,
	IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';

import { FileCourier } from '../../nodes/FileCourier/FileCourier.node';
import { binaryData, buildContext, startRun } from './engine';
import { fileCourierNode, REQUEST } from './fileCourier';
import { Sandbox } from './sandbox';
import { useTestServer } from './testServer';

/** Overrides for everything except the node's parameters. */
export interface Overrides {
	credentials?: IDataObject;
	settings?: Partial<INode>;
	/** n8n's data of the execution. */
	additional?: Partial<IWorkflowExecuteAdditionalData>;
}

/** Starts FileCourier and a model of n8n's resume URL for a file of tests of Request and Wait. */
export function waitingExecution() {
	const sandbox = new Sandbox();
	const n8n = useTestServer().handle((request, response) => receive(request, response));
	let context: ReturnType<typeof buildContext>;
	let waiting: IRun;
	/** The execution resumed by an accepted call to its resume URL. */
	let resumed: Promise<IRun> | undefined;

	beforeAll(async () => {
		await binaryData();
		await sandbox.start();
	});
	afterAll(async () => {
		await sandbox.stop();
	});

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

	return {
		...{ sandbox, wait, resume, post, session, stackEntry },
		/** n8n's engine with the node. */
		context: () => context,
		waiting: () => waiting,
		resumed: () => resumed,
	};
}
