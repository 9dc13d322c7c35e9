import { readFileSync } from 'node:fs';
import type { Environment } from '../../sandbox/n8n/environment.mts';
import { getExecution, type Execution } from '../../sandbox/n8n/executions.mts';
import { getObjects } from '../../sandbox/n8n/json.mts';
import type { ActiveTrigger } from '../e2e/triggers.mts';

/** Runs an action for each item with limited concurrency. */
export async function each<T>(
	items: readonly T[],
	atOnce: number,
	work: (item: T, index: number) => Promise<void>,
): Promise<void> {
	let next = 0;
	const worker = async () => {
		while (next < items.length) {
			const index = next++;
			await work(items[index], index);
		}
	};
	await Promise.all(Array.from({ length: atOnce }, worker));
}

interface Listed {
	id: string;
	status: string;
}

/** Maximum number of executions that n8n lists at once. */
const PAGE = 100;

/**
 * Returns all executions of a workflow, newest first. n8n queries running and finished executions separately, so one
 * that is just ending is listed twice or not at all. n8n's own paging is not used: it continues below an ID, but with
 * several workers the order of IDs differs from the order of start times, by which n8n sorts.
 */
async function list({ rest }: Pick<Environment, 'rest'>, workflowId: string): Promise<Listed[]> {
	const found = new Map<string, Listed>();
	for (let startedBefore: string | undefined; ;) {
		const filter = encodeURIComponent(JSON.stringify({ workflowId, startedBefore }));
		const response = await rest.call('GET', `/rest/executions?limit=${PAGE}&filter=${filter}`);
		const page = getObjects(response, 'data.results');
		for (const { id, status } of page) {
			found.set(String(id), { id: String(id), status: String(status) });
		}
		const ended = page.filter(({ status }) => !UNDER_WAY.has(String(status)));
		if (ended.length < PAGE) return [...found.values()];
		const oldest = String(ended[ended.length - 1].startedAt);
		if (oldest === startedBefore) throw new Error(`${PAGE} executions began at ${oldest}`);
		startedBefore = oldest;
	}
}

const UNDER_WAY = new Set(['new', 'running']);

/** Returns all executions of a workflow with their output, once none is in progress. */
export async function allRuns(
	environment: Pick<Environment, 'rest'>,
	{ workflow }: ActiveTrigger,
): Promise<Execution[]> {
	let before = -1;
	let listed = await list(environment, workflow.id);
	while (listed.length !== before || listed.some(({ status }) => UNDER_WAY.has(status))) {
		before = listed.length;
		await new Promise((done) => setTimeout(done, 250));
		listed = await list(environment, workflow.id);
	}
	const runs: Execution[] = [];
	await each(listed, 8, async ({ id }, index) => {
		runs[index] = await getExecution(environment.rest, id);
	});
	return runs;
}

/** Returns n8n's process, the child of its supervisor. */
function n8nProcess(keeper: number): number {
	const children = readFileSync(`/proc/${keeper}/task/${keeper}/children`, 'utf8');
	return Number(children.trim().split(' ')[0]);
}

/** Returns n8n's resident memory in MiB (Linux). */
export function residentMiB({ n8n }: Pick<Environment, 'n8n'>): number {
	const status = readFileSync(`/proc/${n8nProcess(n8n.pid)}/status`, 'utf8');
	return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024);
}
