import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { installExamples } from '../../sandbox/demo/examples.mts';
import { ROOT } from '../../sandbox/system/repository.mjs';
import {
	startEnvironment,
	type Environment,
	type EnvironmentOptions,
} from '../../sandbox/n8n/environment.mts';
import { upsertCredential } from '../../sandbox/n8n/credentials.mts';
import { type Execution, waitForExecution } from '../../sandbox/n8n/executions.mts';
import { getObjects } from '../../sandbox/n8n/json.mts';
import type { Rest } from '../../sandbox/n8n/rest.mts';
import type { SavedWorkflow, WorkflowNode } from '../../sandbox/n8n/workflows.mts';

/** Time limit that includes the first installation; n8n has several gigabytes. */
export const INSTALL_MS = 25 * 60_000;

/** Creates a folder that is removed after the tests. */
export function temporaryFolder(name: string): { folder: string; remove: () => void } {
	const folder = mkdtempSync(join(tmpdir(), `file-delivery-${name}-`));
	return { folder, remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }) };
}

export interface TestSystem extends Environment {
	/** The temporary folder of n8n and the sandbox. */
	folder: string;
}

/**
 * Starts the sandbox and a real n8n with the package, on free ports and in a temporary folder. Both are stopped by
 * stop(), or by n8n's supervisor if the test run is interrupted or killed.
 */
export async function startTestSystem(
	options: Omit<EnvironmentOptions, 'folder'> = {},
): Promise<TestSystem> {
	const { folder, remove } = temporaryFolder('e2e');
	try {
		const environment = await startEnvironment({ ...options, folder });
		const stop = async () => {
			await environment.stop();
			remove();
		};
		return { ...environment, folder, stop };
	} catch (error) {
		remove();
		throw error;
	}
}

/** Installs the repository's examples in a started environment; returns them by file name. */
export async function withExamples(environment: Environment): Promise<Map<string, SavedWorkflow>> {
	return installExamples(environment.rest, environment.credentials);
}

/** Returns the `credentials` of a node that uses the sandbox's service. */
export function credentialsFor(
	{ credentials }: Pick<Environment, 'credentials'>,
	service: string,
): Record<string, { id: string; name: string }> {
	const type = `${service}Api`;
	const found = credentials.find((credential) => credential.type === type);
	if (!found) throw new Error(`There is no credential of the type ${type}`);
	return { [type]: { id: found.id, name: found.name } };
}

/** Waits until an execution has ended, even if it is waiting in between. */
export async function waitUntilOver(rest: Rest, id: string, seconds = 60): Promise<Execution> {
	const deadline = Date.now() + seconds * 1000;
	for (;;) {
		const execution = await waitForExecution(rest, id, seconds);
		if (execution.status !== 'waiting' || Date.now() > deadline) return execution;
		await new Promise((done) => setTimeout(done, 500));
	}
}

/** The operation that n8n adds to every node. */
const ADDED_BY_N8N = '__CUSTOM_API_CALL__';

/** Returns the operations that a service's node offers in n8n, as "resource.operation". */
export async function offeredOperations(rest: Rest, service: string): Promise<string[]> {
	const types = getObjects({ list: await rest.call('GET', '/types/nodes.json') }, 'list');
	const type = types.find(({ name }) => name === `n8n-nodes-file-delivery.${service}`);
	return getObjects(type, 'properties')
		.filter(({ name }) => name === 'operation')
		.flatMap((field) => {
			const [resource] = (field.displayOptions as { show: { resource: string[] } }).show.resource;
			return getObjects(field, 'options')
				.filter(({ value }) => value !== ADDED_BY_N8N)
				.map(({ value }) => `${resource}.${String(value)}`);
		});
}

/** Returns n8n's node for a chat model with OpenAI's interface at this URL. */
export async function chatModelNode(rest: Rest, name: string, url: string): Promise<WorkflowNode> {
	const content = { name: url, type: 'openAiApi', data: { apiKey: 'none', url } };
	const { id } = await upsertCredential(rest, content);
	return node(
		name,
		'@n8n/n8n-nodes-langchain.lmChatOpenAi',
		{ model: { __rl: true, mode: 'id', value: 'none' }, options: {} },
		{ typeVersion: 1.2, credentials: { openAiApi: { id, name: url } } },
	);
}

/** Returns a node for a test workflow. */
export function node(
	name: string,
	type: string,
	parameters: WorkflowNode['parameters'] = {},
	more: Partial<WorkflowNode> = {},
): WorkflowNode {
	return {
		id: crypto.randomUUID(),
		name,
		type,
		typeVersion: 1,
		position: [0, 0],
		parameters,
		...more,
	};
}

/** Returns the connections of a workflow whose nodes are in sequence. */
export function inARow(...names: string[]): Record<string, unknown> {
	return Object.fromEntries(
		names
			.slice(0, -1)
			.map((name, index) => [
				name,
				{ main: [[{ node: names[index + 1], type: 'main', index: 0 }]] },
			]),
	);
}

export interface Command {
	/** The complete output so far. */
	output: () => string;
	/** Resolves once the output contains this text; rejects with the output if the program exits before. */
	printed: (text: string) => Promise<void>;
	/** Resolves with the exit code (null: killed by a signal). */
	ended: Promise<number | null>;
	kill: (signal: NodeJS.Signals) => void;
}

/** Runs a program of the repository with Node.js, as in a terminal. */
export function command(script: string, args: string[], env: Record<string, string> = {}): Command {
	const child = spawn(process.execPath, [resolve(ROOT, script), ...args], {
		cwd: ROOT,
		env: { ...process.env, ...env },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let text = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
	}
	const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
	const printed = async (wanted: string) => {
		let over = false;
		void ended.then(() => (over = true));
		while (!text.includes(wanted)) {
			if (over) throw new Error(`It ended without "${wanted}":\n${text}`);
			await new Promise((resolve) => setTimeout(resolve, 50));
		}
	};
	return { output: () => text, printed, ended, kill: (signal) => child.kill(signal) };
}
