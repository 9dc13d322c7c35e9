import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import axios, { type AxiosInstance } from 'axios';
import { type Execution, waitForExecution } from '../../sandbox/n8n/executions.mts';
import type { N8nVersion } from '../../sandbox/n8n/versions.mts';
import {
	parseWorkflow,
	upsertWorkflow,
	runManually,
	type SavedWorkflow,
} from '../../sandbox/n8n/workflows.mts';
import { INSTALL_MS, startTestSystem, type TestSystem, withExamples } from './harness.mts';

/** The n8n version; the newest by default. */
const HOST = (process.env.E2E_HOST ?? 'newest') as N8nVersion;
const DAY = 86_400;

let environment: TestSystem;
let workflows: Map<string, SavedWorkflow>;
let control: AxiosInstance;

beforeAll(async () => {
	environment = await startTestSystem({ version: HOST });
	control = axios.create({ baseURL: `${environment.sandbox.info.portal}/api` });
	workflows = await withExamples(environment);
}, INSTALL_MS);

afterAll(async () => environment?.stop());

/** Runs a workflow that must succeed. */
async function run(workflow: SavedWorkflow, trigger?: string): Promise<Execution> {
	const id = await runManually(environment.rest, workflow, trigger);
	const execution = await waitForExecution(environment.rest, id);
	expect([execution.status, execution.error]).toEqual(['success', undefined]);
	return execution;
}

const example = (name: string) => workflows.get(name)!;

/** Returns a modified copy of an example. */
async function changed(name: string, ...changes: Array<[string, string]>): Promise<SavedWorkflow> {
	const { nodes, connections, settings } = example(name);
	let text = JSON.stringify({ nodes, connections, settings });
	for (const [from, to] of changes) {
		expect(text).toContain(from);
		text = text.replaceAll(from, to);
	}
	const copy = JSON.parse(text) as object;
	const title = [name, ...changes.map(([, to]) => to)].join(': ');
	return await upsertWorkflow(
		environment.rest,
		parseWorkflow({ ...copy, name: title.slice(0, 120) }),
	);
}

/** Makes the node use only the services' clock, which the tests advance; n8n's own clock cannot be changed. */
const BY_SERVICE_CLOCK: [string, string] = ['"options":{}', '"options":{"trustServiceClock":true}'];

const jsonOf = (execution: Execution, node: string) =>
	(execution.items[node] ?? []).map(({ json }) => json);

/** A client for a service's API, independent of the nodes. */
function api(service: 'speedyFiles' | 'filesApp'): AxiosInstance {
	const { baseUrl, apiToken, apiKey } = environment.sandbox.info.services[service].credentials;
	const headers = { Authorization: `Bearer ${apiToken ?? apiKey}` };
	return axios.create({ baseURL: String(baseUrl), headers });
}

async function packageThere(title: string, email: string, days: number): Promise<string> {
	// An inbound package is active at once.
	const body = {
		title,
		recipient_email: email,
		recipient_name: 'Customer',
		direction: 'inbound',
		ttl_days: days,
	};
	const { data } = await api('speedyFiles').post<{ id: string }>('/api/v1/packages', body);
	return data.id;
}

const fileShotFile = async (fileName: string, expiryDays: number) =>
	await control.post('/services/fileShot/files', { fileName, expiryDays, content: 'aGVsbG8=' });

async function filesAppFile(name: string): Promise<void> {
	const form = new FormData();
	form.append('file', new Blob(['hello']), name);
	await api('filesApp').post('/upload', form);
}

/** Returns the names of everything in FileShot, SpeedyFiles and Files App. */
async function left(): Promise<string[]> {
	const { data: shot } = await control.get<Array<{ name: string }>>('/services/fileShot/files');
	const { data: app } = await control.get<Array<{ name: string }>>('/services/filesApp/files');
	const { data: packages } = await api('speedyFiles').get<{ items: Array<{ title: string }> }>(
		'/api/v1/packages',
	);
	return [
		...[...shot, ...app].map(({ name }) => name),
		...packages.items.map((one) => one.title),
	].sort();
}

describe(`the clean-up examples in a real n8n (${HOST})`, () => {
	it('expiring-soon: sends one warning per file and package that expires within three days', async () => {
		await fileShotFile('soon.txt', 2);
		await fileShotFile('later.txt', 200);
		await packageThere('Soon', 'customer@example.com', 2);
		await packageThere('Later', 'customer@example.com', 90);
		const before = await left();
		const warnings = jsonOf(await run(example('expiring-soon')), 'Warning');
		expect(warnings.map(({ text }) => text)).toEqual([
			expect.stringMatching(/^“Soon” for customer@example\.com expires on \d+ \w+ \d{4}, /),
			expect.stringMatching(/^“soon\.txt” expires on \d+ \w+ \d{4}, \d\d:\d\d\.$/),
		]);
		expect(await left()).toEqual(before);
	});

	it('nightly-cleanup: reports without deleting, then deletes, then has nothing to delete', async () => {
		await filesAppFile('archive.txt');
		// Only the services' clock is advanced; n8n's stays unchanged.
		await control.post('/clock', { advance: 95 * DAY });
		await fileShotFile('new.txt', 30);
		await filesAppFile('new in Files App.txt');
		const before = await left();
		const [unsure] = jsonOf(await run(example('nightly-cleanup')), 'Report');
		expect(unsure.subject).toBe('Dry run: 0 would be deleted');
		expect(unsure.text).toMatch(
			/No dates were compared because the clocks of FileShot .* and n8n .* differ by a day/,
		);

		const dryRun = await changed('nightly-cleanup', BY_SERVICE_CLOCK);
		const [report] = jsonOf(await run(dryRun), 'Report');
		expect(report.subject).toBe('Dry run: 4 would be deleted');
		expect(report.text).toMatch(/FileShot: 3 files found, 1 would be deleted .*, 2 kept\n/);
		expect(report.text).toMatch(/- soon\.txt: would be deleted\. Expired on /);
		expect(report.text).toMatch(/SpeedyFiles: 2 packages found, 2 would be deleted/);
		expect(report.text).toMatch(/Files App: 2 files found, 1 would be deleted/);
		expect(await left()).toEqual(before);

		const forReal = await changed('nightly-cleanup', BY_SERVICE_CLOCK, [
			'"dryRun":true',
			'"dryRun":false',
		]);
		const [done] = jsonOf(await run(forReal), 'Report');
		expect(done.subject).toBe('Cleanup: 4 deleted, 0 failed');
		expect(await left()).toEqual(['later.txt', 'new in Files App.txt', 'new.txt']);
		const [again] = jsonOf(await run(forReal, 'Every night'), 'Report');
		expect(again.subject).toBe('Cleanup: 0 deleted, 0 failed');
	});

	it('nightly-cleanup: reports a failing service together with the others', async () => {
		const fault = { type: 'status', status: 500 };
		await control.post('/faults', { service: 'filesApp', fault });
		const [report] = jsonOf(await run(example('nightly-cleanup')), 'Report');
		await control.delete('/faults');
		expect(report.text).toMatch(/^FileShot: .*found/);
		expect(report.text).toMatch(/\nFiles App responded with 500/);
	});

	it('bulk-revoke: revokes all links of one recipient and no others', async () => {
		const theirs = [
			await packageThere('Contract', 'former.partner@example.com', 30),
			await packageThere('Prices', 'former.partner@example.com', 30),
		];
		const other = await packageThere('Other', 'customer@example.com', 30);
		const results = jsonOf(await run(example('bulk-revoke')), 'Result');
		const result = 'The link was revoked';
		expect(results).toEqual([
			{ title: 'Prices', result },
			{ title: 'Contract', result },
		]);
		const statusOf = async (id: string) =>
			(await api('speedyFiles').get<{ status: string }>(`/api/v1/packages/${id}`)).data.status;
		expect(await Promise.all([...theirs, other].map(statusOf))).toEqual([
			'revoked',
			'revoked',
			'active',
		]);
		expect(jsonOf(await run(example('bulk-revoke')), 'Revoke')).toEqual([]);
	});

	// Workflows can only create data tables since n8n 2.
	const sinceN8n2 = HOST === 'oldest' ? it.skip : it;
	sinceN8n2('cleanup-by-ids: what is due is deleted and forgotten, the rest waits', async () => {
		// n8n signs Filestack's policies with its own clock.
		await control.post('/clock', { reset: true });
		await run(example('cleanup-by-ids'));
		const tooEarly = await run(example('cleanup-by-ids'), 'Every night');
		expect(jsonOf(tooEarly, 'Get due rows')).toEqual([]);

		const due = await changed('cleanup-by-ids', ['days: 30', 'days: -1']);
		const started = await run(due);
		const [{ handle }] = jsonOf(started, 'Store');
		const [{ sessionId }] = jsonOf(started, 'Request');
		const night = await run(due, 'Every night');
		expect(jsonOf(night, 'Delete')).toMatchObject([{ deleted: true, handle }]);
		expect(jsonOf(night, 'Cancel')).toMatchObject([{ cancelled: true, sessionId }]);
		expect(jsonOf(night, 'Delete row')).toHaveLength(2);
		expect(jsonOf(await run(due, 'Every night'), 'Get due rows')).toEqual([]);
	});
});
