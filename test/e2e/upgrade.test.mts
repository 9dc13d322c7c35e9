import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import axios from 'axios';
import { join } from 'node:path';
import pRetry from 'p-retry';
import { installExamples, readExamples } from '../../sandbox/demo/examples.mts';
import { readDemoFiles } from '../../sandbox/demo/demoFiles.mts';
import { uploadAsRecipient } from '../../sandbox/demo/uploadAsRecipient.mts';
import { buildPackage } from '../../sandbox/n8n/buildPackage.mts';
import {
	type Execution,
	getExecution,
	listExecutions,
	waitForExecution,
	waitForNewExecution,
} from '../../sandbox/n8n/executions.mts';
import { installN8n } from '../../sandbox/n8n/install.mts';
import { installPackage } from '../../sandbox/n8n/installPackage.mts';
import { getString } from '../../sandbox/n8n/json.mts';
import { startN8n } from '../../sandbox/n8n/start.mts';
import type { N8nVersion } from '../../sandbox/n8n/versions.mts';
import {
	activateWorkflow,
	getWorkflow,
	runManually,
	type SavedWorkflow,
	upsertWorkflow,
	waitForWebhook,
} from '../../sandbox/n8n/workflows.mts';
import { ROOT } from '../../sandbox/system/repository.mjs';
import {
	credentialsFor,
	inARow,
	INSTALL_MS,
	node,
	startTestSystem,
	type TestSystem,
	waitUntilOver,
} from './harness.mts';
import { activateTrigger, type ActiveTrigger, goodDelivery, send, SIGNED } from './triggers.mts';

/** The n8n version; the newest by default. */
const HOST = (process.env.E2E_HOST ?? 'newest') as N8nVersion;
const PUBLISHED = join(ROOT, 'test/upgrade/0.1.0');

/** Every five seconds; n8n rejects cron expressions with intervals below one minute. */
const OFTEN = {
	item: Array.from({ length: 12 }, (_, index) => ({
		mode: 'custom',
		cronExpression: `${index * 5} * * * * *`,
	})),
};

let environment: TestSystem;
let examples: Map<string, SavedWorkflow>;
let triggers: ActiveTrigger[];
let polling: SavedWorkflow;
/** What each manual example did with version 0.1.0. */
const before = new Map<string, Execution>();

const manual = () =>
	[...examples].filter(([, { nodes }]) => nodes.some(({ name }) => name === 'Start'));

/** The upload link that FileCourier's node outputs; version 0.1.0 called it `uploadUrl`. */
const uploadLinkOf = ({ link, uploadUrl, sessionId }: Execution['items'][string][number]['json']) =>
	sessionId === undefined ? undefined : (link ?? uploadUrl);

/** Runs an example from its manual trigger; a recipient uploads the files that it waits for. */
async function runExample(workflow: SavedWorkflow): Promise<Execution> {
	const id = await runManually(environment.rest, workflow);
	const first = await waitForExecution(environment.rest, id);
	if (first.status !== 'waiting') return first;
	const [asked] = Object.values(first.items).flatMap((items) =>
		items.filter(({ json }) => uploadLinkOf(json) !== undefined),
	);
	await uploadAsRecipient(String(uploadLinkOf(asked.json)), readDemoFiles());
	return await waitUntilOver(environment.rest, id);
}

/** Adds a file to FileShot and returns its ID. */
async function addFile(): Promise<string> {
	const { portal } = environment.sandbox.info;
	const file = { fileName: 'a.txt', content: 'eA==' };
	const url = `${portal}/api/services/fileShot/files`;
	return (await axios.post<{ fileId: string }>(url, file)).data.fileId;
}

/** Waits until the polling trigger has emitted this many files; returns their IDs, oldest first. */
async function emittedFiles(count: number): Promise<unknown[]> {
	return await pRetry(
		async () => {
			const ids = (await listExecutions(environment.rest, polling.id)).reverse();
			const runs = await Promise.all(ids.map((id) => getExecution(environment.rest, id)));
			const files = runs.flatMap(({ items }) => (items.After ?? []).map(({ json }) => json.fileId));
			if (files.length < count) throw new Error(`${files.length} of ${count} files`);
			return files;
		},
		{ retries: 120, minTimeout: 500, factor: 1 },
	);
}

/** Replaces the package as n8n's own update does, and starts n8n again. */
async function upgrade(): Promise<void> {
	const { port, log } = environment.n8n;
	const userFolder = join(environment.folder, 'n8n');
	await environment.n8n.stop();
	const installation = await installN8n(HOST);
	await installPackage(installation, userFolder, await buildPackage());
	const again = await startN8n({ installation, userFolder, port, log });
	environment.n8n.stop = () => again.stop();
	await environment.rest.logIn();
}

beforeAll(async () => {
	const tarball = join(PUBLISHED, 'n8n-nodes-file-delivery-0.1.0.tgz');
	environment = await startTestSystem({ version: HOST, tarball });
	const { rest, credentials } = environment;
	examples = await installExamples(rest, credentials, readExamples(join(PUBLISHED, 'examples')));
	triggers = [];
	for (const service of SIGNED) triggers.push(await activateTrigger(environment, service));
	const parameters = { pollTimes: OFTEN, events: ['file.added'], options: {} };
	polling = await upsertWorkflow(rest, {
		name: 'New files',
		nodes: [
			node('Trigger', 'n8n-nodes-file-delivery.fileShotTrigger', parameters, {
				credentials: credentialsFor(environment, 'fileShot'),
			}),
			node('After', 'n8n-nodes-base.noOp'),
		],
		connections: inARow('Trigger', 'After'),
	});
	await activateWorkflow(rest, polling);
}, INSTALL_MS);
afterAll(async () => environment?.stop());

describe(`an upgrade from version 0.1.0 in a real n8n (${HOST})`, () => {
	it('starts with workflows that ran in version 0.1.0', async () => {
		for (const [name, workflow] of manual()) before.set(name, await runExample(workflow));
		for (const { service, url, secret, workflow } of triggers) {
			const known = await listExecutions(environment.rest, workflow.id);
			expect(await send(url, goodDelivery(service, secret, 1))).toBe(200);
			await waitForNewExecution(environment.rest, workflow.id, known);
		}
		const first = await addFile();
		expect(await emittedFiles(1)).toEqual([first]);
	}, 240_000);

	it('keeps every workflow unchanged and active', async () => {
		const all = [...examples.values(), ...triggers.map(({ workflow }) => workflow), polling];
		const saved = async () =>
			await Promise.all(all.map(async ({ id }) => await getWorkflow(environment.rest, id)));
		const old = await saved();
		await environment.n8n.stop();
		const missed = await addFile();
		await upgrade();
		expect(await saved()).toEqual(old);
		for (const { url } of triggers) await waitForWebhook(url);
		const emitted = await emittedFiles(2);
		expect(emitted).toHaveLength(2);
		expect(emitted[1]).toBe(missed);
	}, 240_000);

	it('starts workflows for deliveries, once for each', async () => {
		for (const { service, url, secret, workflow } of triggers) {
			const known = await listExecutions(environment.rest, workflow.id);
			const delivery = goodDelivery(service, secret, 2);
			expect(await send(url, delivery)).toBe(200);
			expect(await send(url, delivery)).toBe(200);
			await waitForNewExecution(environment.rest, workflow.id, known);
			expect(await listExecutions(environment.rest, workflow.id)).toHaveLength(known.length + 1);
		}
	}, 120_000);

	it('runs every example with the same output fields', async () => {
		for (const [name, workflow] of manual()) {
			const old = before.get(name)!;
			const run = await runExample(workflow);
			expect([name, run.status, run.error]).toEqual([name, old.status, old.error]);
			for (const [step, items] of Object.entries(old.items)) {
				if (items.length === 0) continue;
				const fields = Object.keys(items[0].json);
				expect([name, step, Object.keys(run.items[step]?.[0]?.json ?? {})]).toEqual([
					...[name, step],
					expect.arrayContaining(fields) as unknown,
				]);
			}
		}
	}, 240_000);
});
