import { createHmac, randomUUID } from 'node:crypto';
import { upsertCredential } from '../sandbox/n8n/credentials.mts';
import type { JsonObject } from '../sandbox/n8n/json.mts';
import {
	activateWorkflow,
	createWorkflow,
	waitForWebhook,
	type WorkflowNode,
} from '../sandbox/n8n/workflows.mts';
import type { Bench } from './case.mts';
import { ours, step } from './runs.mts';

/** A delivery as sent. */
export interface SentDelivery {
	body: string;
	headers: Record<string, string>;
}

/** An active workflow that receives deliveries, and what a sender sends it. */
export interface Receiver {
	/** The production URL. */
	url: string;
	makeDelivery: (bytes: number) => SentDelivery;
}

export const RECEIVERS = {
	ours: 'FileCourier Trigger',
	byHand: 'Webhook → Crypto → If → Remove Duplicates',
	slack: 'Slack Trigger with a signing secret',
	plain: 'Webhook, no check',
} as const;
export type ReceiverName = keyof typeof RECEIVERS;

type System = Pick<Bench, 'environment'>;

/** Creates and activates a workflow for each way to receive deliveries. */
export async function openReceivers(bench: System): Promise<Record<ReceiverName, Receiver>> {
	const secret = bench.environment.sandbox.info.services.fileCourier.credentials.webhookSecret;
	const signed = (bytes: number) => fileCourierDelivery(bytes, secret);
	const fileCourier = ours(bench as Bench, 'FileCourier', 'fileCourierTrigger', {
		output: 'delivery',
		download: false,
	});
	return {
		ours: { url: await activate(bench, 'webhook', fileCourier), makeDelivery: signed },
		byHand: {
			url: await activate(bench, undefined, ...(await checkedByHand(bench, secret))),
			makeDelivery: signed,
		},
		slack: await openSlack(bench),
		plain: { url: await activate(bench, undefined, webhook({})), makeDelivery: signed },
	};
}

/** Returns the body of a delivery with this number of bytes. */
function padded(event: JsonObject, bytes: number): string {
	const padding = bytes - JSON.stringify({ ...event, padding: '' }).length;
	return JSON.stringify({ ...event, padding: 'x'.repeat(Math.max(0, padding)) });
}

const hmac = (text: string, secret: string) =>
	createHmac('sha256', secret).update(text).digest('hex');

function fileCourierDelivery(bytes: number, secret: string): SentDelivery {
	const data = { request_id: randomUUID(), recipient_email: 'a@example.com', files: [] };
	const event = { event: 'files.delivered', timestamp: new Date().toISOString(), data };
	const body = padded(event, bytes);
	return {
		body,
		headers: { 'content-type': 'application/json', 'x-filecourier-signature': hmac(body, secret) },
	};
}

const webhook = (options: JsonObject) =>
	step('Webhook', 'n8n-nodes-base.webhook', 2, { httpMethod: 'POST', options });

/** The nodes with which a user verifies a signature and drops duplicates without a trigger of the service. */
async function checkedByHand({ environment }: System, secret: string): Promise<WorkflowNode[]> {
	const content = { name: 'Webhook secret', type: 'crypto', data: { hmacSecret: secret } };
	const { id, name } = await upsertCredential(environment.rest, content);
	const crypto = step(
		'Crypto',
		'n8n-nodes-base.crypto',
		2,
		{
			...{ action: 'hmac', type: 'SHA256', encoding: 'hex', dataPropertyName: 'signature' },
			...{ binaryData: true, binaryPropertyName: 'data' },
		},
		{ credentials: { crypto: { id, name } } },
	);
	const isSigned = step('If', 'n8n-nodes-base.if', 2.2, {
		conditions: {
			options: { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 2 },
			combinator: 'and',
			conditions: [
				{
					id: 'signature',
					leftValue: '={{ $json.signature }}',
					rightValue: "={{ $json.headers['x-filecourier-signature'] }}",
					operator: { type: 'string', operation: 'equals' },
				},
			],
		},
		options: {},
	});
	const removeDuplicates = step('Remove Duplicates', 'n8n-nodes-base.removeDuplicates', 2, {
		operation: 'removeItemsSeenInPreviousExecutions',
		logic: 'removeItemsWithAlreadySeenKeyValues',
		dedupeValue: '={{ $json.signature }}',
		options: {},
	});
	return [webhook({ rawBody: true }), crypto, isSigned, removeDuplicates];
}

/** A trigger of n8n itself that registers nothing and verifies an HMAC with a secret from its credential. */
async function openSlack(bench: System): Promise<Receiver> {
	const signatureSecret = 'slack-signing-secret';
	const data = { accessToken: 'none', signatureSecret };
	const content = { name: 'Slack', type: 'slackApi', data };
	const { id, name } = await upsertCredential(bench.environment.rest, content);
	const trigger = step(
		'Slack',
		'n8n-nodes-base.slackTrigger',
		1,
		{ trigger: ['any_event'], watchWorkspace: true, options: {} },
		{ credentials: { slackApi: { id, name } } },
	);
	return {
		url: await activate(bench, 'webhook', trigger),
		makeDelivery(bytes) {
			const event = { type: 'app_mention', channel: 'C1', ts: randomUUID() };
			const body = padded({ type: 'event_callback', event }, bytes);
			const timestamp = String(Math.floor(Date.now() / 1000));
			return {
				body,
				headers: {
					'content-type': 'application/json',
					'x-slack-request-timestamp': timestamp,
					'x-slack-signature': `v0=${hmac(`v0:${timestamp}:${body}`, signatureSecret)}`,
				},
			};
		},
	};
}

/**
 * Activates a workflow of these nodes, in sequence, and returns the URL of the first one.
 * @param path the path that the description of the node adds to its ID; undefined for the Webhook node
 */
async function activate(
	{ environment }: System,
	path: string | undefined,
	...nodes: WorkflowNode[]
): Promise<string> {
	const webhookId = randomUUID();
	const [first, ...others] = nodes;
	const parameters = path ? first.parameters : { ...first.parameters, path: webhookId };
	const all = [{ ...first, webhookId, parameters }, ...others];
	const workflow = await createWorkflow(environment.rest, {
		name: `bench ${all.map(({ name }) => name).join(' → ')}`,
		nodes: all,
		connections: Object.fromEntries(
			others.map(({ name }, n) => [
				all[n].name,
				{ main: [[{ node: name, type: 'main', index: 0 }]] },
			]),
		),
	});
	await activateWorkflow(environment.rest, workflow);
	const url = `${environment.n8n.url}/webhook/${webhookId}${path ? `/${path}` : ''}`;
	await waitForWebhook(url);
	return url;
}
