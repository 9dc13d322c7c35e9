import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import axios from 'axios';
import getPort from 'get-port';
import { UserError } from '../system/userError.mjs';
import { n8nEnvironment, n8nProgram, nodeProgram, type N8nInstallation } from './versions.mts';

const SUPERVISOR = join(dirname(fileURLToPath(import.meta.url)), 'supervisor.mjs');

/** The first start makes the database; on two busy cores that takes up to a minute. */
const START_SECONDS = 180;

/**
 * Which of n8n's programs: the whole of it (in queue mode the main process), or for queue mode one that only runs
 * executions, or one that only takes webhooks.
 */
export type N8nProgram = 'start' | 'worker' | 'webhook';

export interface N8nOptions {
	installation: N8nInstallation;
	/** Default: start. */
	program?: N8nProgram;
	/** Folder that gets `.n8n` with the database, the files and the installed package. */
	userFolder: string;
	/** Port of the editor, the REST API and the webhooks (of a worker: of its health check); a free one unless given. */
	port?: number;
	/** File for everything n8n says. */
	log: string;
	/** More environment variables for n8n. */
	env?: Record<string, string>;
}

export interface RunningN8n {
	/** Where it listens, without a slash at the end. */
	url: string;
	port: number;
	/** Process id of the keeper that ends n8n together with everything it started. */
	pid: number;
	log: string;
	/** Settles when n8n is gone, whoever ended it. */
	ended: Promise<void>;
	/** Ends n8n and its children. Calling it again is harmless. */
	stop(): Promise<void>;
}

/** What would change n8n's behaviour from outside: settings of somebody's own n8n, or of the test runner. */
const OUTER_SETTINGS = /^(N8N_|DB_|EXECUTIONS_|QUEUE_|WEBHOOK_URL$|NODE_ENV$|NODE_OPTIONS$|JEST_)/;

function withoutOuterSettings(environment: Record<string, string>): Record<string, string> {
	return Object.fromEntries(
		Object.entries(environment).filter(([name]) => !OUTER_SETTINGS.test(name)),
	);
}

/** Settings under which n8n asks nothing, calls nobody and listens on this machine alone. */
async function settings({ installation, userFolder, env, program }: N8nOptions, port: number) {
	const url = `http://127.0.0.1:${port}/`;
	return {
		N8N_USER_FOLDER: userFolder,
		N8N_PORT: String(port),
		N8N_HOST: '127.0.0.1',
		N8N_PROTOCOL: 'http',
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_EDITOR_BASE_URL: url,
		WEBHOOK_URL: url,
		N8N_RUNNERS_BROKER_PORT: String(await getPort({ host: '127.0.0.1' })),
		N8N_SECURE_COOKIE: 'false',
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_HIRING_BANNER_ENABLED: 'false',
		// Asks its maker for a list at every start; the older n8n has no such module and refuses to hear of it.
		...(installation.name === 'newest' ? { N8N_DISABLED_MODULES: 'mcp-registry' } : {}),
		N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem',
		...(program === 'worker'
			? { QUEUE_HEALTH_CHECK_ACTIVE: 'true', QUEUE_HEALTH_CHECK_PORT: String(port) }
			: {}),
		...env,
	};
}

/** The end of n8n's log, for a message. */
function lastLines(log: string, count = 15): string {
	const lines = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-count);
	return lines.map((line) => `    ${line}`).join('\n');
}

/** What answers with JSON as soon as a program is ready. `/healthz` does so before the database is, the settings do not. */
const READY_PATH: Record<N8nProgram, string> = {
	start: '/rest/settings',
	worker: '/healthz/readiness',
	webhook: '/healthz/readiness',
};

async function isReady(address: string): Promise<boolean> {
	const response = await axios
		.get<unknown>(address, { timeout: 5_000, validateStatus: () => true })
		.catch(() => undefined);
	return response?.status === 200 && typeof response.data === 'object' && response.data !== null;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function waitUntilReady(child: ChildProcess, address: string, log: string): Promise<void> {
	const deadline = Date.now() + START_SECONDS * 1000;
	while (child.exitCode === null && child.signalCode === null) {
		if (await isReady(address)) return;
		if (Date.now() > deadline) {
			throw new UserError(
				`n8n did not become ready within ${START_SECONDS} s. The last it said (${log}):\n${lastLines(log)}`,
			);
		}
		await pause(200);
	}
	throw new UserError(`n8n ended while it started. The last it said (${log}):\n${lastLines(log)}`);
}

/**
 * Starts n8n and waits until its REST API answers (another program: until it says that it is ready).
 * @throws {UserError} with the end of its log when it does not come up; nothing of it is left running then
 */
export async function startN8n(options: N8nOptions): Promise<RunningN8n> {
	const { installation, userFolder, log, program = 'start' } = options;
	const port = options.port ?? (await getPort({ host: '127.0.0.1' }));
	mkdirSync(userFolder, { recursive: true });
	mkdirSync(dirname(log), { recursive: true });
	const output = openSync(log, 'w');
	const child = spawn(
		process.execPath,
		[SUPERVISOR, nodeProgram(installation), n8nProgram(installation), program],
		{
			cwd: userFolder,
			env: {
				...withoutOuterSettings(n8nEnvironment(installation)),
				...(await settings(options, port)),
			},
			stdio: ['pipe', output, output],
			// A group of its own: Ctrl-C in the terminal reaches the launcher alone, which ends n8n in order.
			detached: true,
		},
	);
	closeSync(output);
	const ended = new Promise<void>((resolve) => {
		child.once('exit', () => resolve());
		child.once('error', () => resolve());
	});
	const stop = async () => {
		child.stdin?.destroy();
		await ended;
	};
	const url = `http://127.0.0.1:${port}`;
	try {
		await waitUntilReady(child, `${url}${READY_PATH[program]}`, log);
	} catch (error) {
		await stop();
		throw error;
	}
	return { url, port, pid: child.pid ?? 0, log, ended, stop };
}
