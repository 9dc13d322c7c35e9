import { parse } from 'flatted';
import pRetry from 'p-retry';
import type { Rest } from './rest.mts';
import { getPath, isObject, getObject, getObjects, stringOr, type JsonObject } from './json.mts';

export interface BinaryFile {
	/** n8n's id of the stored bytes; files held in memory have none. */
	id?: string;
	fileName: string;
	mimeType: string;
	/** Base64 when the bytes are in the execution itself. */
	data: string;
}

export interface ExecutionItem {
	json: JsonObject;
	binary: Record<string, BinaryFile>;
}

export interface Execution {
	id: string;
	/** `new`, `running`, `waiting`, `success`, `error`, `canceled` or `crashed`. */
	status: string;
	/** How it was started, such as `manual` or `webhook`. */
	mode: string;
	/** What went wrong, with the node's name. */
	error?: string;
	/** Items that each node put out, all its outputs and runs one after the other. */
	items: Record<string, ExecutionItem[]>;
	/** Milliseconds that each node worked, by n8n's own count, all its runs together. */
	milliseconds: Record<string, number>;
}

const ENDED = new Set(['success', 'error', 'canceled', 'crashed', 'waiting']);

/** n8n 1 writes how an execution has ended first, and what its nodes put out after that. */
const isOver = ({ status, items }: Execution) =>
	ENDED.has(status) && (status !== 'success' || Object.keys(items).length > 0);

function toFile(value: unknown): BinaryFile {
	const id = getPath(value, 'id');
	return {
		...(typeof id === 'string' ? { id } : {}),
		fileName: stringOr(getPath(value, 'fileName'), ''),
		mimeType: stringOr(getPath(value, 'mimeType'), ''),
		data: stringOr(getPath(value, 'data'), ''),
	};
}

function toItem(value: unknown): ExecutionItem {
	const json = getPath(value, 'json');
	const binary = getPath(value, 'binary');
	const files = isObject(binary) ? Object.entries(binary) : [];
	return {
		json: isObject(json) ? json : {},
		binary: Object.fromEntries(files.map(([name, file]) => [name, toFile(file)])),
	};
}

/** The items of one run of a node: its outputs, each a list of items or nothing. */
function itemsOfRun(run: unknown): ExecutionItem[] {
	const outputs = getPath(run, 'data.main');
	if (!Array.isArray(outputs)) return [];
	return outputs.flatMap((output: unknown) => (Array.isArray(output) ? output.map(toItem) : []));
}

/** What is made of the runs of each node. */
function mapRuns<T>(data: unknown, make: (runs: unknown[]) => T): Record<string, T> {
	const runs = getPath(data, 'resultData.runData');
	const entries = isObject(runs) ? Object.entries(runs) : [];
	return Object.fromEntries(
		entries.map(([node, of]) => [node, make(Array.isArray(of) ? (of as unknown[]) : [])]),
	);
}

function timeOf(runs: unknown[]): number {
	return runs.reduce<number>((sum, run) => sum + Number(getPath(run, 'executionTime') ?? 0), 0);
}

function errorOf(data: unknown): string | undefined {
	const message = getPath(data, 'resultData.error.message');
	if (typeof message !== 'string') return undefined;
	const description = getPath(data, 'resultData.error.description');
	const node = getPath(data, 'resultData.error.node.name');
	const where = typeof node === 'string' ? `${node}: ` : '';
	return `${where}${message}${typeof description === 'string' ? ` (${description})` : ''}`;
}

/** One execution with all that its nodes put out. n8n packs that with `flatted`. */
export async function getExecution(rest: Rest, id: string): Promise<Execution> {
	const execution = getObject(await rest.call('GET', `/rest/executions/${id}`), 'data');
	const packed = execution.data;
	const data: unknown = typeof packed === 'string' ? parse(packed) : packed;
	const error = errorOf(data);
	return {
		id,
		status: stringOr(execution.status, 'unknown'),
		mode: stringOr(execution.mode, 'unknown'),
		items: mapRuns(data, (runs) => runs.flatMap(itemsOfRun)),
		milliseconds: mapRuns(data, timeOf),
		...(error === undefined ? {} : { error }),
	};
}

/** Ids of a workflow's executions, the latest first. */
export async function listExecutions(
	rest: Rest,
	workflowId: string,
	limit = 50,
): Promise<string[]> {
	const filter = encodeURIComponent(JSON.stringify({ workflowId }));
	const answer = await rest.call('GET', `/rest/executions?limit=${limit}&filter=${filter}`);
	return getObjects(answer, 'data.results').map(({ id }) => String(id));
}

/**
 * Waits until an execution has ended or gone to sleep.
 * @param seconds how long to wait at most
 * @throws {Error} when it still runs then
 */
export async function waitForExecution(rest: Rest, id: string, seconds = 60): Promise<Execution> {
	return pRetry(
		async () => {
			const execution = await getExecution(rest, id);
			if (!isOver(execution)) {
				throw new Error(`Execution ${id} is still "${execution.status}" after ${seconds} s`);
			}
			return execution;
		},
		{ retries: seconds * 4, minTimeout: 250, factor: 1, maxRetryTime: seconds * 1000 },
	);
}

/**
 * Waits for an execution of a workflow that is not among those known, and for its end.
 * @param known ids of the executions before
 * @param isIt tells it from others that may come at the same time
 * @param seconds how long to wait at most
 * @throws {Error} when none comes
 */
export async function waitForNewExecution(
	rest: Rest,
	workflowId: string,
	known: string[],
	isIt: (execution: Execution) => boolean = () => true,
	seconds = 60,
): Promise<Execution> {
	return pRetry(
		async () => {
			const ids = await listExecutions(rest, workflowId);
			for (const id of ids.filter((other) => !known.includes(other))) {
				const execution = await getExecution(rest, id);
				if (isOver(execution) && isIt(execution)) return execution;
			}
			throw new Error(`No such execution of workflow ${workflowId} ended within ${seconds} s`);
		},
		{ retries: seconds * 4, minTimeout: 250, factor: 1, maxRetryTime: seconds * 1000 },
	);
}

/**
 * The bytes of a file that an execution put out.
 * @throws {Error} when they cannot be had
 */
export async function downloadBinary(rest: Rest, file: BinaryFile): Promise<Buffer> {
	if (!file.id) return Buffer.from(file.data, 'base64');
	return rest.bytes(`/rest/binary-data?id=${encodeURIComponent(file.id)}&action=download`);
}
