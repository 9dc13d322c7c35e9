import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import axios from 'axios';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../sandbox/demo/demoFiles.mts';
import {
	getExecution,
	listExecutions,
	waitForNewExecution,
	type Execution,
} from '../../sandbox/n8n/executions.mts';
import { installN8n } from '../../sandbox/n8n/install.mts';
import { startN8n } from '../../sandbox/n8n/start.mts';
import {
	activateWorkflow,
	upsertWorkflow,
	waitForWebhook,
	type SavedWorkflow,
	type WorkflowNode,
} from '../../sandbox/n8n/workflows.mts';
import { eventually } from '../support/eventually.js';
import { inARow, INSTALL_MS, startTestSystem, type TestSystem } from './harness.mts';
import { callOf, type Interrupted, workflowsFor } from './interruptedWorkflows.mts';
import { StuckHost } from './stuckHost.mts';
import { activateTrigger, type ActiveTrigger, goodDelivery, send } from './triggers.mts';

const MIB = 1024 * 1024;
/** Six chunks of 5 MiB. */
const FILE = randomBytes(26 * MIB + 5);
/** Bytes of the download that arrive before it is stuck. */
const SENT = 13 * MIB;
/** The chunk in which n8n is killed. */
const CHUNK = 4;

const host = new StuckHost(FILE, SENT);
let environment: TestSystem;
/** The workflows by what n8n is killed in. */
const workflows = {} as Record<Interrupted, SavedWorkflow>;
let delivered: ActiveTrigger;
/** The same with the workflow setting Save Execution Progress. */
let saved: ActiveTrigger;

const control = async <T,>(method: string, path: string, data?: unknown): Promise<T> => {
	const url = `${environment.sandbox.info.portal}/api${path}`;
	return (await axios.request<T>({ method, url, data })).data;
};

beforeAll(async () => {
	await host.start();
	environment = await startTestSystem();
	await control('patch', '/services/filesApp/settings', { plan: 'team' });
	const source = await fileAtFilesApp('source.bin');
	for (const [name, nodes] of workflowsFor(environment, host.url, source))
		workflows[name] = await save(name, ...nodes);
	delivered = await activateTrigger(environment, 'filestack', [callOf(`${host.url}/delivered`)]);
	saved = await activateTrigger(environment, 'filestack', [callOf(`${host.url}/saved`)], {
		...{ executionOrder: 'v1', saveExecutionProgress: true },
	});
}, INSTALL_MS);

afterAll(async () => {
	await environment?.stop();
	await host.stop();
});

async function save(name: string, ...nodes: WorkflowNode[]): Promise<SavedWorkflow> {
	const workflow = await upsertWorkflow(environment.rest, {
		...{ name, nodes, connections: inARow(...nodes.map((one) => one.name)) },
		settings: { executionOrder: 'v1' },
	});
	await activateWorkflow(environment.rest, workflow);
	return workflow;
}

async function fileAtFilesApp(name: string): Promise<object> {
	const { baseUrl, apiKey } = environment.sandbox.info.services.filesApp.credentials;
	const form = new FormData();
	form.append('file', new Blob([new Uint8Array(FILE)]), name);
	const headers = { Authorization: `Bearer ${apiKey}` };
	const { data } = await axios.post<{ id: string }>(`${baseUrl}/upload`, form, { headers });
	return { __rl: true, mode: 'id', value: data.id };
}

const addToFileShot = async (): Promise<string> =>
	(
		await control<{ fileId: string }>('post', '/services/fileShot/files', {
			...{ fileName: 'a.txt', content: 'eA==' },
		})
	).fileId;

const start = async (name: string) =>
	await axios.post(`${environment.n8n.url}/webhook/${name}`, {}, { timeout: 60_000 });

interface Requested {
	service: string;
	path: string;
	status?: number;
}
const requests = async (service: string, path: string) =>
	(await control<Requested[]>('get', '/requests')).filter(
		(one) => one.service === service && one.path === path,
	);

/** The sizes of the files in n8n's storage, without their metadata. */
function stored(): number[] {
	const folder = join(environment.folder, 'n8n', '.n8n');
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && /binary_data|storage/.test(entry.parentPath))
		.filter(({ name }) => !/\.(metadata|meta)/.test(name))
		.map((entry) => readFileSync(join(entry.parentPath, entry.name)).length)
		.filter((size) => size > MIB);
}

/** Kills n8n and all its processes, without a chance to clean up. */
async function kill(): Promise<void> {
	const { pid, ended } = environment.n8n;
	const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
	// Its supervisor ends the rest of its process group.
	process.kill(Number(children.trim().split(' ')[0]), 'SIGKILL');
	await ended;
}

async function startAgain(): Promise<void> {
	const { port, log } = environment.n8n;
	const again = await startN8n({
		...{ installation: await installN8n('newest'), port, log },
		userFolder: join(environment.folder, 'n8n'),
	});
	environment.n8n.stop = () => again.stop();
	await environment.rest.logIn();
	await waitForWebhook(`${again.url}/webhook/upload`);
	await waitForWebhook(delivered.url);
}

const executionsOf = async ({ id }: SavedWorkflow): Promise<Execution[]> => {
	const ids = [...new Set(await listExecutions(environment.rest, id))];
	return await Promise.all(ids.map((one) => getExecution(environment.rest, one)));
};

describe('n8n, killed in the middle of everything and started again', () => {
	let sizesAfterKill: number[];
	let polledFile: string;
	const delivery = ({ service, secret }: ActiveTrigger) => goodDelivery(service, secret, 7);

	it('is in the middle of an upload, a download, a poll, and the executions of a delivery and of a poll', async () => {
		// The polls remember what exists.
		for (const [service, path] of [
			['fileShot', '/api/files'],
			['filesApp', '/api/v2/sync'],
		]) {
			await eventually(async () => (await requests(service, path)).length > 1 || undefined, 60);
		}
		await control('post', '/faults', {
			// The rule also counts /chunks/init.
			...{ service: 'filesApp', path: '/api/v2/chunks', nth: CHUNK + 1 },
			fault: { type: 'delay', milliseconds: 600_000 },
		});
		void start('upload').catch(() => undefined);
		void start('download').catch(() => undefined);
		for (const trigger of [delivered, saved]) {
			expect(await send(trigger.url, delivery(trigger))).toBe(200);
		}
		await eventually(
			async () => (await requests('filesApp', '/api/v2/chunks')).length === CHUNK || undefined,
			60,
		);
		const { value } = (await fileAtFilesApp('new.bin')) as { value: string };
		polledFile = value;
		await eventually(
			() =>
				Promise.resolve(
					['/file.bin', '/delivered', '/saved', '/polled'].every((path) =>
						host.paths.includes(path),
					) || undefined,
				),
			60,
		);
		await control('post', '/faults', {
			...{ service: 'fileShot', path: '/api/files', method: 'GET', times: 1 },
			fault: { type: 'delay', milliseconds: 600_000 },
		});
		const before = (await requests('fileShot', '/api/files')).length;
		await addToFileShot();
		await eventually(
			async () => (await requests('fileShot', '/api/files')).length > before || undefined,
			60,
		);
		await kill();
		sizesAfterKill = stored();
		await control('delete', '/faults');
		host.isStuck = false;
		host.paths.length = 0;
		await startAgain();
	}, 300_000);

	it('marks the executions as crashed', async () => {
		for (const workflow of [workflows.upload, workflows.download, delivered.workflow]) {
			const [execution] = await eventually(async () => {
				const all = await executionsOf(workflow);
				return all.some(({ status }) => status === 'crashed') ? all : undefined;
			}, 60);
			expect(execution.status).toBe('crashed');
		}
	}, 120_000);

	it('leaves the uploaded file and the part of the downloaded one on disk', () => {
		const [part, whole] = sizesAfterKill.sort((a, b) => a - b);
		expect(whole).toBe(FILE.length);
		expect(part).toBeLessThanOrEqual(SENT);
		expect(stored().sort((a, b) => a - b)).toEqual([part, whole]);
	});

	it('uploads and downloads the whole file when run again', async () => {
		for (const name of ['upload', 'download'] as const) {
			const known = (await executionsOf(workflows[name])).map(({ id }) => id);
			await start(name);
			const run = await waitForNewExecution(environment.rest, workflows[name].id, known);
			expect([name, run.status, run.error]).toEqual([name, 'success', undefined]);
			const { json } = run.items[name === 'upload' ? 'Upload' : 'Download'][0];
			expect(json.sha256).toBe(sha256(FILE));
		}
		const files = await control<Array<{ name: string; size: number }>>(
			'get',
			'/services/filesApp/files',
		);
		expect(files.filter(({ name }) => name === 'copy.bin').map(({ size }) => size)).toEqual([
			FILE.length,
		]);
		const sessions = await control<unknown[]>('get', '/services/filesApp/uploads');
		// n8n saves the record of an unfinished upload when its execution ends, so the second one started again. The first
		// session expires at the service.
		expect(sessions).toHaveLength(1);
	}, 120_000);

	it('repeats the poll, so that its item is not lost', async () => {
		const runs = await eventually(async () => {
			const all = await executionsOf(workflows.poll);
			return all.length > 0 ? all : undefined;
		}, 60);
		expect(runs.map(({ status }) => status)).toEqual(['success']);
		expect(runs[0].items.Start).toHaveLength(1);
	}, 120_000);

	it('does not start the workflow again for an event whose execution was interrupted', async () => {
		const polls = (await requests('filesApp', '/api/v2/sync')).length;
		await eventually(
			async () => (await requests('filesApp', '/api/v2/sync')).length > polls + 1 || undefined,
			60,
		);
		const polled = await executionsOf(workflows.polled);
		const started = polled.flatMap(({ items }) => items.Start ?? []).map(({ json }) => json.fileId);
		expect(polled.map(({ status }) => status)).toContain('crashed');
		expect(started).not.toContain(polledFile);
		// The trigger has recorded the delivery before the execution started, so a repetition is a duplicate.
		expect(await send(delivered.url, delivery(delivered))).toBe(200);
		expect((await executionsOf(delivered.workflow)).map(({ status }) => status)).toEqual([
			'crashed',
		]);
	}, 120_000);

	it('has the data of an interrupted execution if the workflow saves its progress, so that it can be retried', async () => {
		const { rest } = environment;
		const [crashed] = await executionsOf(saved.workflow);
		expect(crashed.status).toBe('crashed');
		expect(crashed.items.Trigger[0].json).toMatchObject({ deliveryId: 7 });
		await rest.call('POST', `/rest/executions/${crashed.id}/retry`, { loadWorkflow: true });
		const run = await waitForNewExecution(rest, saved.workflow.id, [crashed.id]);
		expect([run.status, run.error]).toEqual(['success', undefined]);
		expect(host.paths).toContain('/saved');
	}, 60_000);

	it('deletes the files of an interrupted execution with it', async () => {
		for (const workflow of [workflows.upload, workflows.download]) {
			const ids = (await executionsOf(workflow))
				.filter(({ status }) => status === 'crashed')
				.map(({ id }) => id);
			await environment.rest.call('POST', '/rest/executions/delete', { ids });
		}
		// The files of the executions that were run again.
		expect(stored()).toEqual([FILE.length, FILE.length]);
	}, 60_000);
});
