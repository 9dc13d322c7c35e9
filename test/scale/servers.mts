import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import getPort from 'get-port';
import pRetry, { AbortError } from 'p-retry';
import { UserError } from '../../sandbox/system/userError.mjs';
import { ROOT } from '../../sandbox/system/repository.mjs';

const KEEPER = resolve(ROOT, 'sandbox/n8n/supervisor.mjs');

/** A server from a Debian package, started by a test on 127.0.0.1. */
export interface Server {
	port: number;
	stop(): Promise<void>;
}

/** Returns the folder of the latest PostgreSQL's programs on Debian. */
function postgresPrograms(): string {
	const root = '/usr/lib/postgresql';
	const versions = existsSync(root) ? readdirSync(root).map(Number) : [];
	if (versions.length === 0) throw new UserError(missing('PostgreSQL', 'postgresql'));
	return join(root, String(Math.max(...versions)), 'bin');
}

const missing = (name: string, debian: string) =>
	`There is no ${name} on this machine. On Debian: sudo apt-get install -y --no-install-recommends ${debian}`;

/** PostgreSQL refuses to run as root, so it runs as the Debian package's user. */
const isRoot = process.getuid?.() === 0;
const asPostgres = isRoot
	? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups']
	: [];

/** Runs a server under the supervisor, which stops it when the test run has ended for any reason. */
async function keep(args: string[], folder: string, port: number): Promise<Server> {
	const log = join(folder, 'log');
	const output = openSync(log, 'a');
	const child = spawn(process.execPath, [KEEPER, ...args], {
		stdio: ['pipe', output, output],
		detached: true,
	});
	let ended = false;
	const end = new Promise<void>((done) => {
		child.once('exit', () => {
			ended = true;
			done();
		});
	});
	const stop = async () => {
		child.stdin?.destroy();
		await end;
	};
	try {
		await pRetry(
			async () => {
				if (ended) throw new AbortError(`${args[0]} ended:\n${readFileSync(log, 'utf8')}`);
				await reach(port);
			},
			{ retries: 300, minTimeout: 100, factor: 1 },
		);
	} catch (error) {
		await stop();
		throw error;
	}
	return { port, stop };
}

async function reach(port: number): Promise<void> {
	await new Promise<void>((done, failed) => {
		const socket = connect(port, '127.0.0.1', () => {
			socket.destroy();
			done();
		}).once('error', ({ message }) => failed(new Error(message)));
	});
}

/**
 * Starts PostgreSQL with an empty database `postgres` for the user `n8n` without a password.
 * @param folder a new folder
 * @throws {UserError} if it is not installed
 */
export async function startPostgres(folder: string): Promise<Server> {
	const programs = postgresPrograms();
	mkdirSync(folder, { recursive: true });
	if (isRoot) chownSync(folder, userId('-u'), userId('-g'));
	const data = join(folder, 'data');
	const [program, ...args] = [
		...asPostgres,
		join(programs, 'initdb'),
		...[
			'--pgdata',
			data,
			'--username',
			'n8n',
			'--auth',
			'trust',
			'--encoding',
			'UTF8',
			'--no-sync',
		],
	];
	execFileSync(program, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
	const port = await getPort({ host: '127.0.0.1' });
	const settings = ['fsync=off', 'max_connections=200', 'listen_addresses=127.0.0.1'];
	const server = [
		...asPostgres,
		join(programs, 'postgres'),
		...['-D', data, '-k', folder, '-p', String(port)],
		...settings.flatMap((setting) => ['-c', setting]),
	];
	return await keep(server, folder, port);
}

const userId = (of: '-u' | '-g') =>
	Number(execFileSync('id', [of, 'postgres'], { encoding: 'utf8' }));

/**
 * Starts an empty Redis without persistence.
 * @param folder a new folder
 * @throws {UserError} if it is not installed
 */
export async function startRedis(folder: string): Promise<Server> {
	const program = '/usr/bin/redis-server';
	if (!existsSync(program)) throw new UserError(missing('Redis', 'redis-server'));
	mkdirSync(folder, { recursive: true });
	const port = await getPort({ host: '127.0.0.1' });
	const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
	return await keep([program, ...args, '--appendonly', 'no'], folder, port);
}
