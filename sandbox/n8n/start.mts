import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import axios from 'axios';
import getPort from 'get-port';
import { UserError } from '../system/userError.mjs';
import { n8nEnvironment, n8nProgram, nodeProgram, type N8nInstallation } from './versions.mts';

const SUPERVISOR = join(dirname(fileURLToPath(import.meta.url)), 'supervisor.mjs');

/** The first start creates the database, which takes up to a minute on two busy cores. */
const START_SECONDS = 180;

/**
 * n8n's command: all of n8n (in queue mode the main process) or, in queue mode, a worker that only runs executions or a
 * process that only receives webhooks.
 */
export type N8nProgram = 'start' | 'worker' | 'webhook';

export interface N8nOptions {
	installation: N8nInstallation;
	/** Default: start. */
	program?: N8nProgram;
	/** The folder for `.n8n`, which contains the database, the files and the installed package. */
	userFolder: string;
	/**
	 * The port of the editor, the REST API and the webhooks (of a worker: of its health check); a free one by default.
	 */
	port?: number;
	/** The file for n8n's output. */
	log: string;
	/** Additional environment variables for n8n. */
	env?: Record<string, string>;
}

export interface RunningN8n {
	/** The base URL, without a trailing slash. */
	url: string;
	port: number;
	/** The process ID of the supervisor. */
	pid: number;
	log: string;
	/** Resolves when n8n has exited for any reason. */
	ended: Promise<void>;
	/** Stops n8n and its children; has no effect if n8n has already exited. */
	stop(): Promise<void>;
}

export interface StartingN8n extends RunningN8n {
	/**
	 * Resolves when the REST API responds (other programs: when they report that they are ready).
	 * @throws {UserError} with the end of the log if n8n does not start
	 */
	ready: Promise<void>;
}

/** Variables of the outer environment (the user's own n8n, the test runner) that would change n8n's behavior. */
const OUTER_SETTINGS = /^(N8N_|DB_|EXECUTIONS_|QUEUE_|WEBHOOK_URL$|NODE_ENV$|NODE_OPTIONS$|JEST_)/;

function withoutOuterSettings(environment: Record<string, string>): Record<string, string> {
	return Object.fromEntries(
		Object.entries(environment).filter(([name]) => !OUTER_SETTINGS.test(name)),
	);
}

/**
 * Returns a free port below the ephemeral ones. Until n8n listens, which takes it some seconds, the system could give an
 * ephemeral port to the sandbox, which starts at the same time.
 */
async function findPort(): Promise<number> {
	const candidates = Array.from({ length: 20 }, () => 15_000 + Math.floor(Math.random() * 15_000));
	return await getPort({ host: '127.0.0.1', port: candidates });
}

/** Settings for an n8n that shows no questions, makes no external calls and only listens on this machine. */
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
		N8N_RUNNERS_BROKER_PORT: String(await findPort()),
		N8N_SECURE_COOKIE: 'false',
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_HIRING_BANNER_ENABLED: 'false',
		// Prevents a request to n8n's servers at every start. The older n8n does not have this module and rejects the
		// value.
		...(installation.name === 'newest' ? { N8N_DISABLED_MODULES: 'mcp-registry' } : {}),
		N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem',
		...(program === 'worker'
			? { QUEUE_HEALTH_CHECK_ACTIVE: 'true', QUEUE_HEALTH_CHECK_PORT: String(port) }
			: {}),
		...env,
	};
}

/** Returns the last lines of n8n's log, for an error message. */
function lastLines(log: string, count = 15): string {
	const lines = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-count);
	return lines.map((line) => `    ${line}`).join('\n');
}

/**
 * Paths that respond with JSON once a program is ready. `/healthz` responds before the database is ready, the settings
 * do not.
 */
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
				`n8n was not ready within ${START_SECONDS} s. Last lines of ${log}:\n${lastLines(log)}`,
			);
		}
		await pause(200);
	}
	throw new UserError(`n8n stopped during startup. Last lines of ${log}:\n${lastLines(log)}`);
}

/**
 * Starts n8n and waits until its REST API responds (other programs: until they report that they are ready).
 * @throws {UserError} with the end of its log if it does not start; leaves nothing running
 */
export async function startN8n(options: N8nOptions): Promise<RunningN8n> {
	const n8n = await spawnN8n(options);
	try {
		await n8n.ready;
	} catch (error) {
		await n8n.stop();
		throw error;
	}
	return n8n;
}

/** Starts n8n without waiting until it is ready. */
export async function spawnN8n(options: N8nOptions): Promise<StartingN8n> {
	const { installation, userFolder, log, program = 'start' } = options;
	const port = options.port ?? (await findPort());
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
			// A separate process group, so that Ctrl+C in the terminal only reaches the launcher, which then stops n8n.
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
	const ready = waitUntilReady(child, `${url}${READY_PATH[program]}`, log);
	// The caller may stop n8n before it awaits this promise.
	ready.catch(() => undefined);
	return { url, port, pid: child.pid ?? 0, log, ended, stop, ready };
}
