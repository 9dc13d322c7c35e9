import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import axios from 'axios';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import pRetry from 'p-retry';
import { readExamples, resolveExample } from '../../sandbox/demo/examples.mts';
import {
	getExecution,
	listExecutions,
	waitForNewExecution,
	type ExecutionItem,
} from '../../sandbox/n8n/executions.mts';
import type { N8nVersion } from '../../sandbox/n8n/versions.mts';
import { installN8n } from '../../sandbox/n8n/install.mts';
import { startN8n } from '../../sandbox/n8n/start.mts';
import {
	activateWorkflow,
	deactivateWorkflow,
	upsertWorkflow,
	type SavedWorkflow,
	type WorkflowContent,
} from '../../sandbox/n8n/workflows.mts';
import {
	credentialsFor,
	inARow,
	INSTALL_MS,
	node,
	startTestSystem,
	type TestSystem,
} from './harness.mts';

/** The n8n version; the newest by default. */
const HOST = (process.env.E2E_HOST ?? 'newest') as N8nVersion;

/**
 * Every five seconds. n8n rejects cron expressions with intervals below one minute, so there is one schedule for each
 * of them.
 */
const OFTEN = {
	item: Array.from({ length: 12 }, (_, index) => ({
		mode: 'custom',
		cronExpression: `${index * 5} * * * * *`,
	})),
};

interface Service {
	trigger: string;
	event: string;
	/** The path that the trigger polls. */
	asks: string;
	/** Adds an item and returns its ID. */
	add(): Promise<string>;
	/** The field with the ID. */
	id: string;
}

let environment: TestSystem;
let workflows: Record<string, SavedWorkflow>;

const services: Record<string, Service> = {
	fileShot: {
		trigger: 'fileShotTrigger',
		event: 'file.added',
		asks: '/api/files',
		id: 'fileId',
		add: async () => {
			const file = { fileName: 'a.txt', content: 'eA==' };
			return (await control<{ fileId: string }>('post', '/services/fileShot/files', file)).fileId;
		},
	},
	speedyFiles: {
		trigger: 'speedyFilesPollingTrigger',
		event: 'package.created',
		asks: '/api/v1/packages',
		id: 'packageId',
		add: async () => {
			const { baseUrl, apiToken } = environment.sandbox.info.services.speedyFiles.credentials;
			const headers = { Authorization: `Bearer ${apiToken}` };
			const body = { title: 'Q4', recipient_email: 'cfo@acme.com', recipient_name: 'CFO' };
			return (await axios.post<{ id: string }>(`${baseUrl}/api/v1/packages`, body, { headers }))
				.data.id;
		},
	},
	filesApp: {
		trigger: 'filesAppTrigger',
		event: 'created',
		asks: '/api/v2/sync',
		id: 'fileId',
		add: async () => (await uploadToFilesApp('a.txt', Buffer.from('x'))).id,
	},
};

beforeAll(async () => {
	environment = await startTestSystem({ version: HOST });
	// Polling every five seconds exceeds the free plan's hourly limit.
	await control('patch', '/services/filesApp/settings', { plan: 'team' });
	workflows = Object.fromEntries(
		await Promise.all(
			Object.entries(services).map(async ([service, { trigger, event }]) => {
				const parameters = { pollTimes: OFTEN, events: [event], options: {} };
				const credentials = credentialsFor(environment, service);
				const saved = await upsertWorkflow(environment.rest, {
					name: `Polling ${service}`,
					nodes: [
						node('Trigger', `n8n-nodes-file-delivery.${trigger}`, parameters, { credentials }),
						node('After', 'n8n-nodes-base.noOp'),
					],
					connections: inARow('Trigger', 'After'),
				});
				return [service, saved] as const;
			}),
		),
	);
}, INSTALL_MS);
afterAll(async () => environment?.stop());

async function control<T>(method: string, path: string, data?: unknown): Promise<T> {
	const url = `${environment.sandbox.info.portal}/api${path}`;
	return (await axios.request<T>({ method, url, data })).data;
}

async function uploadToFilesApp(name: string, content: Buffer): Promise<{ id: string }> {
	const { baseUrl, apiKey } = environment.sandbox.info.services.filesApp.credentials;
	const form = new FormData();
	form.append('file', new Blob([new Uint8Array(content)]), name);
	const headers = { Authorization: `Bearer ${apiKey}` };
	return (await axios.post<{ id: string }>(`${baseUrl}/upload`, form, { headers })).data;
}

/** Waits until the trigger has polled its service a number of times. */
async function polled(service: string, times: number): Promise<void> {
	const count = async () =>
		(await control<Array<{ service: string; path: string }>>('get', '/requests')).filter(
			(one) => one.service === service && one.path === services[service].asks,
		).length;
	const before = await count();
	await pRetry(
		async () => {
			if ((await count()) < before + times) throw new Error(`${service} was not polled`);
		},
		{ retries: 240, minTimeout: 500, factor: 1 },
	);
}

/** Returns the input of all executions of a workflow, oldest first. */
async function outputFor(service: string): Promise<unknown[]> {
	const ids = [...new Set(await listExecutions(environment.rest, workflows[service].id))].reverse();
	const runs = await Promise.all(ids.map((id) => getExecution(environment.rest, id)));
	expect(runs.map(({ status, error }) => [status, error])).toEqual(
		runs.map(() => ['success', undefined]),
	);
	return runs.flatMap(({ items }) =>
		items.After.map(({ json }: ExecutionItem) => json[services[service].id]),
	);
}

async function untilTold(service: string, count: number): Promise<unknown[]> {
	return await pRetry(
		async () => {
			const all = await outputFor(service);
			if (all.length < count) throw new Error(`${service}: ${all.length} of ${count} arrived`);
			return all;
		},
		{ retries: 240, minTimeout: 500, factor: 1 },
	);
}

describe(`Polling triggers in a real n8n (${HOST})`, () => {
	it('trigger once per item, including items added while n8n was stopped, and not again after a restart', async () => {
		const names = Object.keys(services);
		const added: Record<string, string[]> = {};
		for (const name of names) {
			await services[name].add(); // exists before the activation: not emitted
			await activateWorkflow(environment.rest, workflows[name]);
			await polled(name, 2);
			added[name] = [await services[name].add()];
		}
		for (const name of names) expect(await untilTold(name, 1)).toEqual(added[name]);

		const { port, log } = environment.n8n;
		await environment.n8n.stop();
		for (const name of names) added[name].push(await services[name].add());
		const host = await installN8n(HOST);
		const again = await startN8n({
			installation: host,
			userFolder: join(environment.folder, 'n8n'),
			port,
			log,
		});
		environment.n8n.stop = () => again.stop();
		await environment.rest.logIn();
		for (const name of names) {
			expect(await untilTold(name, 2)).toEqual(added[name]);
			await polled(name, 2);
			expect(await outputFor(name)).toEqual(added[name]);
		}
	}, 300_000);

	it('the examples copy a new file from Files App to Filestack, and create a link to it', async () => {
		const [mirror, share] = await Promise.all(
			['mirror-files-app', 'share-new-files'].map(async (wanted) => {
				const { content } = readExamples().find(({ name }) => name === wanted)!;
				const example = resolveExample(content, environment.rest.url, environment.credentials);
				return await upsertWorkflow(environment.rest, withPollTimes(example));
			}),
		);
		// Only the examples must poll.
		await deactivateWorkflow(environment.rest, workflows.filesApp.id);
		for (const workflow of [mirror, share]) await activateWorkflow(environment.rest, workflow);
		await polled('filesApp', 6);

		const bytes = Buffer.from('mirror me, Größe 🎉');
		const { id } = await uploadToFilesApp('Größe.txt', bytes);
		const [copied, shared] = await Promise.all(
			[mirror, share].map((workflow) =>
				waitForNewExecution(environment.rest, workflow.id, [], undefined, 120),
			),
		);
		expect([copied.status, copied.error]).toEqual(['success', undefined]);
		const [{ json }] = copied.items.Copied;
		expect(json).toMatchObject({ fileId: id, name: 'Größe.txt', sameContent: true });
		expect(copied.items['Not copied'] ?? []).toEqual([]);
		expect(copied.items['Store in Filestack'][0].json.sha256).toBe(
			createHash('sha256').update(bytes).digest('hex'),
		);
		expect([shared.status, shared.error]).toEqual(['success', undefined]);
		const [{ json: email }] = shared.items.Email;
		expect(email.subject).toBe('New file: Größe.txt');
		expect(email.text).toMatch(/^Download Größe\.txt at http\S+ until \d{4}-/);
	}, 300_000);
});

function withPollTimes(content: WorkflowContent): WorkflowContent {
	const nodes = content.nodes.map((one) =>
		one.type.endsWith('.filesAppTrigger')
			? { ...one, parameters: { ...one.parameters, pollTimes: OFTEN } }
			: one,
	);
	return { ...content, nodes };
}
