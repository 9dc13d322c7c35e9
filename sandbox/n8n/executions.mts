import { parse } from 'flatted';
import pRetry from 'p-retry';
import type { Rest } from './rest.mts';
import { getPath, isObject, getObject, getObjects, stringOr, type JsonObject } from './json.mts';

export interface BinaryFile {
	/** n8n's ID of the stored bytes; absent for files in memory. */
	id?: string;
	fileName: string;
	mimeType: string;
	/** The content in base64, if the execution itself contains it. */
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
	/** The mode, such as `manual` or `webhook`. */
	mode: string;
	/** The error message, with the node's name. */
	error?: string;
	/** The output items by node, of all its outputs and runs. */
	items: Record<string, ExecutionItem[]>;
	/** The execution time by node in milliseconds, as measured by n8n; the sum of all its runs. */
	milliseconds: Record<string, number>;
}

const ENDED = new Set(['success', 'error', 'canceled', 'crashed', 'waiting']);

/** n8n 1 stores an execution's final status before the output of its nodes. */
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

/** Returns the output items of one run of a node. */
function itemsOfRun(run: unknown): ExecutionItem[] {
	const outputs = getPath(run, 'data.main');
	if (!Array.isArray(outputs)) return [];
	return outputs.flatMap((output: unknown) => (Array.isArray(output) ? output.map(toItem) : []));
}

/** Maps the runs of each node to a value. */
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

/** Returns an execution with the output of its nodes, which n8n serializes with `flatted`. */
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

/** Returns the IDs of a workflow's executions, newest first. */
export async function listExecutions(
	rest: Rest,
	workflowId: string,
	limit = 50,
): Promise<string[]> {
	const filter = encodeURIComponent(JSON.stringify({ workflowId }));
	const response = await rest.call('GET', `/rest/executions?limit=${limit}&filter=${filter}`);
	return getObjects(response, 'data.results').map(({ id }) => String(id));
}

/**
 * Waits until an execution has ended or is waiting.
 * @param seconds the timeout
 * @throws {Error} if it is still running after that
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
 * Waits until a new execution of a workflow has ended.
 * @param known the IDs of earlier executions
 * @param isIt recognizes the execution, because others may start at the same time
 * @param seconds the timeout
 * @throws {Error} if there is none
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
 * Downloads an output file of an execution.
 * @throws {RestError}
 */
export async function downloadBinary(rest: Rest, file: BinaryFile): Promise<Buffer> {
	if (!file.id) return Buffer.from(file.data, 'base64');
	return rest.bytes(`/rest/binary-data?id=${encodeURIComponent(file.id)}&action=download`);
}
