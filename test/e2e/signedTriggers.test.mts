import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import axios from 'axios';
import CryptoJS from 'crypto-js';
import { join } from 'node:path';
import pRetry from 'p-retry';
import {
	getExecution,
	listExecutions,
	waitForNewExecution,
	type ExecutionItem,
} from '../../sandbox/n8n/executions.mts';
import type { N8nVersion } from '../../sandbox/n8n/versions.mts';
import { installN8n } from '../../sandbox/n8n/install.mts';
import { startN8n } from '../../sandbox/n8n/start.mts';
import { upsertCredential } from '../../sandbox/n8n/credentials.mts';
import {
	activateWorkflow,
	upsertWorkflow,
	type SavedWorkflow,
	waitForWebhook,
} from '../../sandbox/n8n/workflows.mts';
import { INSTALL_MS, startTestSystem, type TestSystem } from './harness.mts';
import { activateTrigger, type ActiveTrigger, goodDelivery, send } from './triggers.mts';

/** The n8n version; the newest by default. */
const HOST = (process.env.E2E_HOST ?? 'newest') as N8nVersion;

interface Sent {
	id: string;
	url: string;
	event: string;
	state: string;
	attempts: Array<{ status?: number }>;
}

let environment: TestSystem;

beforeAll(async () => (environment = await startTestSystem({ version: HOST })), INSTALL_MS);
afterAll(async () => environment?.stop());

async function control<T>(method: string, path: string, data?: unknown): Promise<T> {
	const url = `${environment.sandbox.info.portal}/api${path}`;
	return (await axios.request<T>({ method, url, data })).data;
}

const executions = async ({ workflow }: ActiveTrigger) => [
	...new Set(await listExecutions(environment.rest, workflow.id)),
];

/** Returns the deliveries to a trigger, newest first, once the newest has been completed. */
async function sent({ url }: ActiveTrigger): Promise<Sent[]> {
	return await pRetry(
		async () => {
			const all = (await control<Sent[]>('get', '/deliveries')).filter((one) => one.url === url);
			if (all.length === 0 || all[0].attempts.length === 0) throw new Error('Nothing was sent');
			return all;
		},
		{ retries: 100, minTimeout: 100, factor: 1 },
	);
}

/** Sends a delivery again and returns the response status. */
async function again({ id }: Sent): Promise<number | undefined> {
	const { attempts } = await control<Sent>('post', `/deliveries/${id}/redeliver`);
	return attempts.at(-1)?.status;
}

/** Actions that cause each service to send a webhook. */
const PROVOKE = {
	async speedyFiles(): Promise<void> {
		const { origins, credentials } = environment.sandbox.info.services.speedyFiles;
		const api = axios.create({
			baseURL: `${origins.instance}/api/v1`,
			headers: { authorization: `Bearer ${credentials.apiToken}` },
		});
		const recipient = { recipient_email: 'cfo@acme.com', recipient_name: 'Acme CFO' };
		const { data } = await api.post<{ id: string }>('/packages', {
			title: 'Größe 🎉',
			...recipient,
		});
		await api.post(`/packages/${data.id}/revoke`);
	},
	async filestack(): Promise<void> {
		const { baseUrl, apiKey, appSecret } = environment.sandbox.info.services.filestack.credentials;
		const json = JSON.stringify({
			expiry: Math.floor(Date.now() / 1000) + 600,
			call: ['pick', 'store'],
		});
		const policy = Buffer.from(json).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
		const signature = CryptoJS.HmacSHA256(policy, appSecret).toString();
		const params = { key: apiKey, policy, signature, filename: 'Größe.txt' };
		await axios.post(`${baseUrl}/api/store/S3`, 'abc', {
			params,
			headers: { 'content-type': 'text/plain' },
		});
	},
};

/** Sets the webhook URL in each service. */
const SUBSCRIBE = {
	speedyFiles: (url: string) =>
		control('patch', '/services/speedyFiles/webhooks/1', { url, events: ['package.revoked'] }),
	filestack: (url: string) =>
		control('post', '/services/filestack/webhooks', { url, events: ['fp.upload'] }),
};

const TOLD = {
	speedyFiles: { event: 'package.revoked', title: 'Größe 🎉', recipientEmail: 'cfo@acme.com' },
	filestack: { event: 'fp.upload', name: 'Größe.txt', size: 3 },
};

describe.each(['speedyFiles', 'filestack'] as const)(
	`the %s Trigger in a real n8n (${HOST})`,
	(service) => {
		let trigger: ActiveTrigger;
		let items: ExecutionItem[];

		beforeAll(async () => {
			trigger = await activateTrigger(environment, service);
			await SUBSCRIBE[service](trigger.url);
		});

		it("starts its workflow with the service's delivery", async () => {
			await PROVOKE[service]();
			const run = await waitForNewExecution(environment.rest, trigger.workflow.id, []);
			expect(run).toMatchObject({ status: 'success', mode: 'webhook' });
			items = run.items.After;
			expect(items.map(({ json }) => json)).toMatchObject([TOLD[service]]);
			expect((await sent(trigger))[0]).toMatchObject({
				state: 'delivered',
				attempts: [{ status: 200 }],
			});
		});

		it('starts no second execution for a duplicate, also after a restart of n8n', async () => {
			const [delivery] = await sent(trigger);
			expect(await again(delivery)).toBe(200);
			const more = [901, 902, 903].map((number) => goodDelivery(service, trigger.secret, number));
			for (const one of more) expect(await send(trigger.url, one)).toBe(200);
			await restart();
			await waitForWebhook(trigger.url);
			for (const one of more) expect(await send(trigger.url, one)).toBe(200);
			expect(await again(delivery)).toBe(200);
			expect(await executions(trigger)).toHaveLength(1 + more.length);
		});

		it('rejects an invalid signature with 401 and accepts the valid one after it', async () => {
			const before = await executions(trigger);
			await control('post', '/faults', { service, fault: { type: 'badSignature' }, times: 1 });
			await PROVOKE[service]();
			const [delivery] = await sent(trigger);
			expect(delivery.attempts).toMatchObject([{ status: 401 }]);
			expect(await executions(trigger)).toEqual(before);
			expect(await again(delivery)).toBe(200);
			const run = await waitForNewExecution(environment.rest, trigger.workflow.id, before);
			expect(run.items.After[0].json).toMatchObject(TOLD[service]);
			expect(run.items.After[0].json.deliveryKey).not.toBe(items[0].json.deliveryKey);
		});

		it('cannot be activated or listen for a test event without a secret in its credential', async () => {
			const type = `${service}Api`;
			const { credentials: data } = environment.sandbox.info.services[service];
			const content = { name: 'No secret', type, data: { ...data, webhookSecret: '' } };
			const { id } = await upsertCredential(environment.rest, content);
			const [{ parameters, ...first }, ...others] = trigger.workflow.nodes;
			const credentials = { [type]: { id, name: 'No secret' } };
			const workflow = await upsertWorkflow(environment.rest, {
				...trigger.workflow,
				name: `${service} without a secret`,
				nodes: [{ ...first, parameters, credentials, webhookId: crypto.randomUUID() }, ...others],
			});
			const said = expect.stringContaining('has no Webhook Secret');
			expect(await activationError(workflow)).toEqual(said);
			const listening = environment.rest.call('POST', `/rest/workflows/${workflow.id}/run`, {
				triggerToStartFrom: { name: 'Trigger' },
				workflowData: workflow,
			});
			await expect(listening).rejects.toMatchObject({ message: said });
		});

		it('shows a test event that arrives at the test URL', async () => {
			const { workflow, testUrl, secret } = trigger;
			const before = await executions(trigger);
			const listening = await environment.rest.call('POST', `/rest/workflows/${workflow.id}/run`, {
				triggerToStartFrom: { name: 'Trigger' },
				workflowData: workflow,
			});
			expect(listening).toMatchObject({ data: { waitingForWebhook: true } });
			const delivery = goodDelivery(service, secret, 1);
			const forged = { ...delivery, body: delivery.body.replace('1', '2') };
			expect(await send(testUrl, forged)).toBe(401);
			expect(await send(testUrl, delivery)).toBe(200);
			const run = await waitForNewExecution(environment.rest, workflow.id, before);
			expect(run).toMatchObject({ status: 'success', mode: 'manual' });
			expect(await send(testUrl, delivery)).toBe(404);
		});
	},
);

/** Returns the reason why a workflow could not be activated. n8n 2 activates in the background. */
async function activationError(workflow: SavedWorkflow): Promise<string> {
	const error = await activateWorkflow(environment.rest, workflow).then(
		() => undefined,
		(rejected: Error) => rejected.message,
	);
	if (error !== undefined) return error;
	return await pRetry(
		async () => {
			const path = `/rest/workflows/${workflow.id}/publication-status`;
			const { data } = (await environment.rest.call('GET', path)) as {
				data: { status: string; triggers: unknown[] };
			};
			if (data.status !== 'failed') throw new Error(`The workflow is ${data.status}`);
			return JSON.stringify(data.triggers);
		},
		{ retries: 100, minTimeout: 200, factor: 1 },
	);
}

async function restart(): Promise<void> {
	const { port, log } = environment.n8n;
	await environment.n8n.stop();
	const host = await installN8n(HOST);
	const userFolder = join(environment.folder, 'n8n');
	const again = await startN8n({ installation: host, userFolder, port, log });
	environment.n8n.stop = () => again.stop();
	await environment.rest.logIn();
}

it('there are no executions besides the expected ones, and none has failed', async () => {
	const all = await environment.rest.call('GET', '/rest/executions?limit=100');
	const { results } = (all as { data: { results: Array<{ id: string }> } }).data;
	const runs = await Promise.all(
		results.map(async ({ id }) => await getExecution(environment.rest, id)),
	);
	expect(runs.map(({ status }) => status)).toEqual(runs.map(() => 'success'));
});
