import axios from 'axios';
import hmacSha256 from 'crypto-js/hmac-sha256.js';
import type { Environment } from '../../sandbox/n8n/environment.mts';
import {
	activateWorkflow,
	upsertWorkflow,
	type SavedWorkflow,
	waitForWebhook,
	type WorkflowNode,
} from '../../sandbox/n8n/workflows.mts';
import { credentialsFor, inARow, node } from './harness.mts';

/** The services with signed deliveries. */
export const SIGNED = ['fileCourier', 'speedyFiles', 'filestack'] as const;
export type Signed = (typeof SIGNED)[number];

/** A delivery as sent. */
export interface SentDelivery {
	body: string;
	headers: Record<string, string>;
}

/** A trigger's workflow in a real n8n. */
export interface ActiveTrigger {
	service: Signed;
	workflow: SavedWorkflow;
	/** The production URL. */
	url: string;
	/** The URL for test events. */
	testUrl: string;
	secret: string;
}

type TriggerSystem = Pick<Environment, 'rest' | 'credentials' | 'sandbox' | 'n8n'>;

/**
 * Creates and activates a workflow with a service's trigger and the sandbox's credential.
 * @param after the nodes after the trigger, in sequence; by default one that does nothing
 * @param more parameters of the trigger, and connections other than a sequence
 */
export async function activateTrigger(
	{ rest, credentials, sandbox, n8n }: TriggerSystem,
	service: Signed,
	after: WorkflowNode[] = [node('After', 'n8n-nodes-base.noOp')],
	settings: Record<string, unknown> = { executionOrder: 'v1' },
	more: { parameters?: object; connections?: Record<string, unknown> } = {},
): Promise<ActiveTrigger> {
	const webhookId = crypto.randomUUID();
	const parameters = {
		...{ events: ['*'], options: {} },
		...(service === 'fileCourier' && noFiles),
		...more.parameters,
	};
	const trigger = node('Trigger', `n8n-nodes-file-delivery.${service}Trigger`, parameters, {
		webhookId,
		credentials: credentialsFor({ credentials }, service),
	});
	const workflow = await upsertWorkflow(rest, {
		name: `Deliveries of ${service} ${webhookId}`,
		nodes: [trigger, ...after],
		connections: more.connections ?? inARow('Trigger', ...after.map((one) => one.name)),
		settings,
	});
	await activateWorkflow(rest, workflow);
	const url = `${n8n.url}/webhook/${webhookId}/webhook`;
	await waitForWebhook(url);
	const testUrl = `${n8n.url}/webhook-test/${webhookId}/webhook`;
	const secret = sandbox.info.services[service].credentials.webhookSecret;
	return { service, workflow, url, testUrl, secret };
}

const noFiles = { output: 'delivery', download: false };

/** Returns a valid delivery; each number gives a different one. Signed with crypto-js. */
export function goodDelivery(service: Signed, secret: string, number: number): SentDelivery {
	const body = JSON.stringify(BODIES[service](number));
	return { body, headers: signedHeaders(service, secret, body) };
}

/** Returns the headers with which a service sends a body. */
export function signedHeaders(
	service: Signed,
	secret: string,
	body: string,
): Record<string, string> {
	const sign = (text: string) => hmacSha256(text, secret).toString();
	const seconds = String(Math.floor(Date.now() / 1000));
	const signature: Record<Signed, Record<string, string>> = {
		fileCourier: { 'X-FileCourier-Signature': sign(body) },
		speedyFiles: {
			'X-SpeedyFiles-Signature': `sha256=${sign(body)}`,
			'X-SpeedyFiles-Hook-Id': '1',
		},
		filestack: { 'FS-Timestamp': seconds, 'FS-Signature': sign(`${seconds}.${body}`) },
	};
	return { 'Content-Type': 'application/json', ...signature[service] };
}

/** Within the trigger's maximum age, and the same for all deliveries of a test run. */
const TODAY = new Date().toISOString();

const BODIES: Record<Signed, (number: number) => object> = {
	fileCourier: (number) => ({
		event: 'files.delivered',
		timestamp: TODAY,
		data: { request_id: `req_${number}`, recipient_email: 'customer@example.com', files: [] },
	}),
	speedyFiles: (number) => ({
		title: 'Größe 🎉',
		recipient_email: 'cfo@acme.com',
		event: 'package.downloaded',
		timestamp: new Date().toISOString(),
		package_id: `p${number}`,
	}),
	filestack: (number) => ({
		id: number,
		action: 'fp.upload',
		timestamp: 1_521_733_983,
		text: { url: `https://cdn.filestackcontent.com/Handle${number}`, filename: 'photo.jpg' },
	}),
};

/** Sends exactly this delivery and returns the response status. */
export async function send(url: string, { body, headers }: SentDelivery): Promise<number> {
	const { status } = await axios.post(url, body, {
		headers,
		transformRequest: (data: unknown) => data,
		validateStatus: () => true,
		timeout: 120_000,
	});
	return status;
}
