/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';

import { HookContext, WebhookContext } from 'n8n-core';
import {
	type IDataObject,
	type IHookFunctions,
	type INodeExecutionData,
	type IWebhookData,
	type IWebhookFunctions,
	type IWebhookResponseData,
	Workflow,
} from 'n8n-workflow';

import { buildContext, type NodeUnderTest } from './engine';

/** n8n's own limit, N8N_PAYLOAD_SIZE_MAX. */
const LARGEST_BODY = 16 * 1024 * 1024;
/** The queries with which n8n puts a run into its database, and the milliseconds that each takes at least. */
const QUERIES = 3;
const QUERY_MS = 2;

/**
 * A trigger behind a real HTTP server. It reads the body, answers, loads and saves static data as n8n's server does (webhook-helpers,
 * body-parser, live-webhooks and workflow-runner of n8n 2.41), and gives the node n8n's own webhook context.
 */
export class TriggerServer {
	/** The items of each run that was started. */
	readonly runs: INodeExecutionData[][] = [];
	/** The errors that the node has thrown. */
	readonly thrown: unknown[] = [];
	/** As in n8n's database: loaded for each delivery, saved before the answer. */
	savedStaticData = '{}';
	/** Lets n8n fail to start the execution after the node has returned. */
	failNextStart = false;
	/** Runs between the return of the node and the start of the execution. */
	beforeStart?: (response: ServerResponse) => Promise<void>;
	private server!: Server;

	constructor(private readonly options: NodeUnderTest) {}

	async start(): Promise<string> {
		this.server = createServer((request, response) => void this.handle(request, response));
		await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/webhook/test`;
	}

	async stop(): Promise<void> {
		this.server.closeAllConnections();
		await new Promise((done) => this.server.close(done));
	}

	/** Removes the webhook, as n8n does when the workflow is deactivated (webhooks of n8n 2.41). */
	async deactivate(): Promise<void> {
		const { staticData } = await this.removeWebhook(
			JSON.parse(this.savedStaticData) as IDataObject,
		);
		if (staticData.__dataChanged) this.savedStaticData = JSON.stringify(staticData);
	}

	/** Removes the webhook of a test event. n8n gives it empty static data, and does not save that. */
	async stopListening(): Promise<void> {
		await this.removeWebhook({});
	}

	private async removeWebhook(staticData: IDataObject): Promise<Workflow> {
		const { workflow, additionalData, subject } = buildContext({ ...this.options, staticData });
		const context = new HookContext(workflow, subject, additionalData, 'internal', 'update');
		const methods = this.options.node.webhookMethods!.default!;
		await methods.delete.call(context as unknown as IHookFunctions);
		return workflow;
	}

	private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		const rawBody = Buffer.concat(chunks);
		if (rawBody.length > LARGEST_BODY) return answer(response, 413, { message: 'too large' });
		const contentType = request.headers['content-type']?.split(';')[0];
		let body: unknown = {};
		if (contentType === 'application/json' && rawBody.length > 0) {
			try {
				body = JSON.parse(rawBody.toString());
			} catch {
				return answer(response, 422, { message: 'Failed to parse request body' });
			}
		}
		Object.assign(request, { rawBody, body, contentType, query: {}, params: {} });
		Object.assign(request, { readRawBody: () => Promise.resolve() });
		await this.deliver(request, response);
	}

	private async deliver(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const { workflow, additionalData, subject } = buildContext({
			...this.options,
			mode: 'webhook',
		});
		const { nodeTypes } = workflow;
		const loaded = JSON.parse(this.savedStaticData) as IDataObject;
		/** n8n's Workflow marks the data when it is changed; a second one of the same data takes the mark away. */
		const observed = () =>
			new Workflow({ nodes: [], connections: {}, active: true, nodeTypes, staticData: loaded })
				.staticData;
		workflow.staticData = observed();
		Object.assign(additionalData, { httpRequest: request, httpResponse: response });
		const webhook = {
			webhookDescription: this.options.node.description.webhooks![0],
		} as IWebhookData;
		const { mode = 'webhook' } = this.options;
		const context = new WebhookContext(workflow, subject, additionalData, mode, webhook, [], null);
		let result: IWebhookResponseData;
		try {
			result = await this.options.node.webhook!.call(context as unknown as IWebhookFunctions);
		} catch (error) {
			this.thrown.push(error);
			return answer(response, 500, { message: 'Workflow could not be started' });
		}
		if (result.workflowData) await this.beforeStart?.(response);
		if (result.workflowData && this.failNextStart) {
			this.failNextStart = false;
			return answer(response, 500, { message: 'Workflow could not be started' });
		}
		if (result.workflowData) {
			observed();
			for (let n = 0; n < QUERIES; n++) await setTimeout(QUERY_MS);
			this.runs.push(result.workflowData[0]);
		}
		if (workflow.staticData.__dataChanged)
			this.savedStaticData = JSON.stringify(workflow.staticData);
		if (result.noWebhookResponse) return;
		answer(response, 200, result.webhookResponse ?? { message: 'Workflow was started' });
	}
}

function answer(response: ServerResponse, status: number, body: unknown): void {
	response.writeHead(status, { 'content-type': 'application/json' });
	response.end(JSON.stringify(body));
}
