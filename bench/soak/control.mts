import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import axios from 'axios';
import type { JsonObject } from '../../sandbox/n8n/json.mts';
import {
	activateWorkflow,
	createWorkflow,
	waitForWebhook,
	type WorkflowNode,
} from '../../sandbox/n8n/workflows.mts';
import { type Bench, MIB } from '../case.mts';
import { withEnvironment } from '../environment.mts';
import { Probe } from '../probe.mts';
import { step } from '../runs.mts';
import { Counterpart } from './counterpart.mts';
import { Ledger } from './ledger.mts';
import { listFailures, takeSample } from './samples.mts';
import { delaysOf, PRUNING, type SoakOptions, type SoakResult } from './soak.mts';

/** Executions per cycle that transfer a file, and that only report; together about as many as in the soak test. */
const TRANSFERS = 4;
const REPORTS = 8;

/**
 * Does work like that of the soak test with n8n's own nodes alone and without faults: about as many executions, files of
 * the same sizes, and three polling triggers. What grows here too does not come from the nodes of this package.
 */
export async function soakControl(options: SoakOptions): Promise<SoakResult> {
	const { minutes, cycleSeconds, log } = options;
	const probe = new Probe();
	const ledger = new Ledger();
	const counterpart = new Counterpart(ledger);
	await counterpart.start();
	try {
		return await withEnvironment({ ...PRUNING, ...probe.env }, log, async (bench) => {
			const workflowIds = await createWorkflows(bench, counterpart.url);
			const { rest } = bench.environment;
			const dataFolder = join(bench.folder, 'n8n', '.n8n');
			const watched = { rest, pid: bench.n8nPid, probe, dataFolder, workflowIds };
			const samples: SoakResult['samples'] = [];
			const startedAt = Date.now();
			const elapsed = () => (Date.now() - startedAt) / 60_000;
			for (let cycle = 0; elapsed() < minutes; cycle += 1) {
				if (elapsed() >= samples.length) {
					const sample = await takeSample(watched, samples.length);
					samples.push(sample);
					log(
						`${sample.minute} min: ${sample.resident.toFixed(0)} MiB resident, ${sample.heap.toFixed(0)} MiB heap, ${sample.executions} executions; ${ledger.arrived} of ${ledger.expected} arrived`,
					);
				}
				await startCycle(bench, cycle, counterpart, ledger);
				const next = startedAt + (cycle + 1) * cycleSeconds * 1000;
				await new Promise((done) => setTimeout(done, next - Date.now()));
			}
			await new Promise((done) => setTimeout(done, 15_000));
			return {
				startedAt: new Date(startedAt).toISOString(),
				minutes,
				samples,
				expected: ledger.expected,
				problems: ledger.problems(),
				failures: await listFailures(rest),
				faults: {},
				delays: delaysOf(ledger),
			};
		});
	} finally {
		await counterpart.stop();
		probe.remove();
	}
}

async function startCycle(bench: Bench, cycle: number, counterpart: Counterpart, ledger: Ledger) {
	const start = async (path: string, key: string, url = '') => {
		ledger.expect(key);
		await axios.post(`${bench.environment.n8n.url}/webhook/${path}`, { key, url });
	};
	const size = cycle % 2 === 0 ? 12 * MIB : MIB / 4;
	for (let n = 0; n < TRANSFERS; n += 1) {
		const name = `transfer ${cycle}-${n}`;
		await start('control-transfer', name, counterpart.fileUrl(encodeURIComponent(name), size));
	}
	for (let n = 0; n < REPORTS; n += 1) await start('control-report', `report ${cycle}-${n}`);
}

/** Returns the IDs of the workflows. */
async function createWorkflows({ environment: { rest, n8n } }: Bench, url: string) {
	const http = (name: string, parameters: JsonObject) =>
		step(name, 'n8n-nodes-base.httpRequest', 4.2, parameters);
	const webhook = (path: string) =>
		step(
			'Start',
			'n8n-nodes-base.webhook',
			2,
			{ httpMethod: 'POST', path, options: {} },
			{ webhookId: randomUUID() },
		);
	const given = (field: string) => `={{ $('Start').first().json.body.${field} }}`;
	const fetch = (name: string) =>
		http(name, {
			url: given('url'),
			options: { response: { response: { responseFormat: 'file' } } },
		});
	const send = http('Send', {
		method: 'POST',
		url: `${url}/discarded`,
		sendBody: true,
		contentType: 'binaryData',
		inputDataFieldName: 'data',
		options: {},
	});
	const report = http('Report', {
		method: 'POST',
		url: `${url}/arrived`,
		sendBody: true,
		specifyBody: 'json',
		jsonBody: `={{ JSON.stringify({ key: $('Start').first().json.body.key }) }}`,
		options: {},
	});
	const poll = step('Start', 'n8n-nodes-base.rssFeedReadTrigger', 1, {
		feedUrl: `${url}/feed`,
		pollTimes: {
			item: Array.from({ length: 6 }, (_, n) => ({
				mode: 'custom',
				cronExpression: `${n * 10} * * * * *`,
			})),
		},
	});
	const all: Record<string, WorkflowNode[]> = {
		'control-transfer': [webhook('control-transfer'), fetch('Fetch'), send, fetch('Download')],
		'control-report': [webhook('control-report')],
		'control-poll-1': [poll],
		'control-poll-2': [poll],
		'control-poll-3': [poll],
	};
	const ids: string[] = [];
	for (const [name, first] of Object.entries(all)) {
		const nodes = [...first, report];
		const links = nodes
			.slice(1)
			.map((next, n) => [nodes[n].name, { main: [[{ node: next.name, type: 'main', index: 0 }]] }]);
		const connections = Object.fromEntries(links) as JsonObject;
		const workflow = await createWorkflow(rest, { name, nodes, connections });
		await activateWorkflow(rest, workflow);
		if (first[0] !== poll) await waitForWebhook(`${n8n.url}/webhook/${name}`);
		ids.push(workflow.id);
	}
	return ids;
}
