import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../sandbox/n8n/json.mts';
import { type Execution, waitForExecution } from '../sandbox/n8n/executions.mts';
import { createWorkflow, runManually, type WorkflowNode } from '../sandbox/n8n/workflows.mts';
import type { Bench } from './case.mts';
import { resetPeak, peakMemory } from './memory.mts';

/** Maximum duration of an execution. */
const MAX_SECONDS = 600;

export interface Measurement {
	/** Execution time of the last node, as measured by n8n. */
	seconds: number;
	/** n8n's peak memory during the execution in MiB. */
	peak: number;
	execution: Execution;
}

/** A node of a workflow that is only run manually. */
export function step(
	name: string,
	type: string,
	typeVersion: number,
	parameters: JsonObject,
	more: Partial<WorkflowNode> = {},
): WorkflowNode {
	return { id: randomUUID(), name, type, typeVersion, position: [0, 0], parameters, ...more };
}

/** A node of this package with the sandbox's credential. */
export function ours(
	{ environment }: Bench,
	name: string,
	type: string,
	parameters: JsonObject,
	data?: { id: string; name: string },
): WorkflowNode {
	const credentialType = `${type.replace(/(Polling)?Trigger$/, '')}Api`;
	const credential = data ?? environment.credentials.find((one) => one.type === credentialType);
	if (!credential) throw new Error(`There is no credential for ${type}`);
	const credentials = { [credentialType]: { id: credential.id, name: credential.name } };
	return step(
		name,
		`n8n-nodes-file-delivery.${type}`,
		type.endsWith('Trigger') ? 1.1 : 1,
		parameters,
		{ credentials },
	);
}

/** A node that reads a file from disk into n8n's binary storage, like an earlier node of a real workflow. */
export const readFile = (path: string) =>
	step('Read', 'n8n-nodes-base.readWriteFile', 1, {
		operation: 'read',
		fileSelector: path,
		options: {},
	});

/**
 * Runs the nodes one after the other in n8n and measures the last one.
 * @throws {Error} if the execution fails, because its time is not a valid measurement
 */
export async function run(bench: Bench, ...nodes: WorkflowNode[]): Promise<Measurement> {
	const { execution, peak } = await runConnected(bench, nodes, {});
	const last = nodes[nodes.length - 1].name;
	return { seconds: execution.milliseconds[last] / 1000, peak, execution };
}

/**
 * Runs nodes in n8n; each is connected with the next one, except those in `connections`.
 * @param connections the outputs of a node, each with the name of the next node, by its name
 * @throws {Error} if the execution fails
 */
export async function runConnected(
	bench: Bench,
	nodes: readonly WorkflowNode[],
	connections: Readonly<Record<string, readonly (string | undefined)[]>>,
): Promise<Pick<Measurement, 'execution' | 'peak'>> {
	const { rest } = bench.environment;
	const start = step('Start', 'n8n-nodes-base.manualTrigger', 1, {});
	const all = [start, ...nodes];
	const outputs = { ...Object.fromEntries(nodes.map(({ name }, n) => [all[n].name, [name]])) };
	const links = Object.entries({ ...outputs, ...connections }).map(([from, to]) => [
		from,
		{ main: to.map((node) => (node === undefined ? [] : [{ node, type: 'main', index: 0 }])) },
	]);
	const content = {
		name: `bench ${randomUUID()}`,
		nodes: all,
		connections: Object.fromEntries(links) as JsonObject,
	};
	const workflow = await createWorkflow(rest, content);
	resetPeak(bench.n8nPid);
	const execution = await waitForExecution(rest, await runManually(rest, workflow), MAX_SECONDS);
	const peak = peakMemory(bench.n8nPid);
	if (execution.status !== 'success') {
		throw new Error(`The execution ended as "${execution.status}": ${execution.error}`);
	}
	return { execution, peak };
}
