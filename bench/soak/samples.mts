import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { getObject, getObjects, getPath } from '../../sandbox/n8n/json.mts';
import type { Rest } from '../../sandbox/n8n/rest.mts';
import { MIB } from '../case.mts';
import type { Probe } from '../probe.mts';

/** One measurement of n8n, after a garbage collection. */
export interface Sample {
	/** Minutes since the start of the measurement. */
	minute: number;
	/** MiB. */
	resident: number;
	/** MiB. */
	heap: number;
	/** MiB outside of the heap, for example of buffers. */
	external: number;
	/** What keeps n8n's event loop busy: sockets, timers, servers, requests. */
	resources: number;
	/** Open files, sockets and pipes. */
	descriptors: number;
	/** MiB in n8n's binary storage. */
	storage: number;
	/** MiB of the database, with its write-ahead log. */
	database: number;
	/** kB of static data of all workflows. */
	staticData: number;
	/** The same by the name of the workflow. */
	staticDataOf: Record<string, number>;
	/** Executions so far. */
	executions: number;
}

export interface Watched {
	rest: Rest;
	/** The process ID of n8n itself. */
	pid: number;
	probe: Probe;
	/** The folder `.n8n`. */
	dataFolder: string;
	workflowIds: readonly string[];
}

export async function takeSample(watched: Watched, minute: number): Promise<Sample> {
	const { rest, pid, probe, dataFolder, workflowIds } = watched;
	const measured = await probe.memory(pid);
	const files = filesBelow(dataFolder);
	const staticDataOf = await readStaticData(rest, workflowIds);
	const bytesOf = (paths: string[]) => paths.reduce((sum, path) => sum + sizeOf(path), 0) / MIB;
	return {
		minute,
		resident: measured.rss / MIB,
		heap: measured.heapUsed / MIB,
		external: measured.external / MIB,
		resources: measured.resources.length,
		descriptors: readdirSync(`/proc/${pid}/fd`).length,
		storage: bytesOf(files.filter((path) => /binary_data|binaryData|storage/.test(path))),
		database: bytesOf(files.filter((path) => /database\.sqlite/.test(path))),
		staticData: Object.values(staticDataOf).reduce((sum, size) => sum + size, 0),
		staticDataOf,
		executions: await latestExecution(rest),
	};
}

const filesBelow = (folder: string): string[] =>
	readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name))
		.filter((path) => !path.includes('node_modules'));

const sizeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** Returns the kB of static data by the name of the workflow. */
async function readStaticData(rest: Rest, workflowIds: readonly string[]) {
	const sizes: Record<string, number> = {};
	for (const id of workflowIds) {
		const workflow = getObject(await rest.call('GET', `/rest/workflows/${id}`), 'data');
		sizes[String(workflow.name)] = JSON.stringify(workflow.staticData ?? null).length / 1000;
	}
	return sizes;
}

/** Returns the number of the latest execution; n8n numbers them from 1. */
async function latestExecution(rest: Rest): Promise<number> {
	const response = await rest.call('GET', '/rest/executions?limit=1');
	return Number(getPath(getObjects(response, 'data.results')[0], 'id') ?? 0);
}

/** An execution that did not succeed. */
export interface Failure {
	id: string;
	workflow: string;
	status: string;
}

const FAILED = ['error', 'crashed', 'canceled'];

export async function listFailures(rest: Rest): Promise<Failure[]> {
	const filter = encodeURIComponent(JSON.stringify({ status: FAILED }));
	const response = await rest.call('GET', `/rest/executions?limit=100&filter=${filter}`);
	return getObjects(response, 'data.results').map((one) => ({
		id: String(one.id),
		workflow: String(one.workflowName),
		status: String(one.status),
	}));
}
