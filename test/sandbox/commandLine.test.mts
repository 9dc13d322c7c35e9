import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import pRetry from 'p-retry';
import type { SandboxInfo } from '../../sandbox/server.mts';
import { services } from '../../sandbox/services/index.mts';
import { http, removeFolder, temporaryFolder } from './support.mts';

/** One port for the portal and one per origin. */
const PORTS = 1 + Object.values(services).flatMap(({ origins }) => Object.keys(origins)).length;

const TSX = join(process.cwd(), 'node_modules/.bin/tsx');
let folder: string;
const children: ChildProcess[] = [];

beforeEach(async () => (folder = await temporaryFolder()));
afterEach(async () => {
	for (const child of children.splice(0)) endGroup(child);
	await removeFolder(folder);
});

/** Runs even after a failed test. */
function endGroup({ pid }: ChildProcess): void {
	try {
		if (pid !== undefined) process.kill(-pid, 'SIGKILL');
	} catch {
		// The process has already exited.
	}
}

function run(...flags: string[]) {
	const child = spawn(TSX, ['sandbox/main.mts', '--data', folder, ...flags], {
		stdio: 'pipe',
		// A separate process group: tsx runs the program in a child process, which must be stopped too.
		detached: true,
	});
	children.push(child);
	const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
	return { child, ended, out: text(child.stdout), err: text(child.stderr) };
}

/** Returns the first line of output; throws an error if there is none. */
async function firstLine(child: ReturnType<typeof run>['child']): Promise<string> {
	return await new Promise((resolve, reject) => {
		let all = '';
		child.on('close', (code) => reject(new Error(`It ended with ${code} and said “${all}”`)));
		child.stdout?.on('data', (chunk: Buffer) => {
			all += chunk.toString();
			if (all.includes('\n')) resolve(all.split('\n')[0]);
		});
	});
}

test('prints one line of JSON with --json and exits with 0 on SIGTERM', async () => {
	const { child, ended, out, err } = run('--json', '--port', '0');
	const info = JSON.parse(await firstLine(child)) as SandboxInfo;
	expect((await http.get<unknown>(`${info.portal}/api/info`)).data).toEqual(info);
	const started = Date.now();
	child.kill('SIGTERM');
	expect(await ended).toBe(0);
	// Less than the server keeps an idle connection open, and independent of the machine's load.
	expect(Date.now() - started).toBeLessThan(30_000);
	expect(await out).toBe(`${JSON.stringify(info)}\n`);
	expect(await err).toBe('');
	await expect(http.get(info.portal)).rejects.toThrow('ECONNREFUSED');
});

test('exits with --json when the standard input closes', async () => {
	const { child, ended } = run('--json', '--port', '0');
	await firstLine(child);
	child.stdin.end();
	expect(await ended).toBe(0);
});

test('prints readable text without --json and uses consecutive ports', async () => {
	const port = await freePorts(PORTS);
	const { child, ended, out } = run('--port', String(port), '--speed', '60');
	await firstLine(child);
	const { data: info } = await http.get<SandboxInfo>(`http://127.0.0.1:${port}/api/info`);
	const { origins, credentials } = info.services.fileCourier;
	expect(origins).toEqual({
		api: `http://127.0.0.1:${port + 1}`,
		secure: `http://127.0.0.1:${port + 2}`,
		files: `http://127.0.0.1:${port + 3}`,
	});
	expect((await http.get<{ speed: number }>(`${info.portal}/api/clock`)).data.speed).toBe(60);
	child.kill('SIGINT');
	expect(await ended).toBe(0);
	const printed = await out;
	for (const line of [info.portal, ...Object.values(origins), ...Object.values(credentials)]) {
		expect(printed).toContain(line);
	}
});

test('reports a port that is in use and exits with 1', async () => {
	const port = await freePorts(PORTS);
	const taken = await occupy(port + 2);
	const { ended, out, err } = run('--port', String(port), '--json');
	expect(await ended).toBe(1);
	expect(await err).toBe(
		`Port ${port + 2} is in use (needed for FileCourier's secure). Is a sandbox already running? Select other ports with --port.\n`,
	);
	expect(await out).toBe('');
	taken.close();
});

test('reports a second start on the same port and exits with 1', async () => {
	const port = await freePorts(PORTS);
	await firstLine(run('--json', '--port', String(port)).child);
	const elsewhere = join(folder, 'another');
	const { ended, err } = run('--json', '--port', String(port), '--data', elsewhere);
	expect(await ended).toBe(1);
	expect(await err).toBe(
		`Port ${port} is in use (needed for the portal). Is a sandbox already running? Select other ports with --port.\n`,
	);
});

test('reports a data folder that another sandbox uses and exits with 1; can use it after that sandbox has stopped', async () => {
	const first = run('--json', '--port', '0');
	await firstLine(first.child);
	const second = run('--json', '--port', '0');
	expect(await second.ended).toBe(1);
	expect(await second.err).toMatch(
		/^The data folder \S+ is in use by a running sandbox \(process \d+\)\. Select another one with --data\.\n$/,
	);
	first.child.kill('SIGTERM');
	expect(await first.ended).toBe(0);
	const third = run('--json', '--port', '0');
	expect(JSON.parse(await firstLine(third.child))).toHaveProperty('portal');
});

test('can use the data folder of a killed sandbox', async () => {
	const first = run('--json', '--port', '0');
	await firstLine(first.child);
	endGroup(first.child);
	// This only waits for tsx; the program receives the same signal and may exit a moment later.
	await first.ended;
	const again = async () => await firstLine(run('--json', '--port', '0').child);
	expect(JSON.parse(await pRetry(again, { retries: 3, minTimeout: 300 }))).toHaveProperty('portal');
});

test.each([
	['--port', 'http', '--port must be a port, 0 to 65000, not "http".\n'],
	['--port', '70000', '--port must be a port, 0 to 65000, not "70000".\n'],
	['--speed', '-1', /speed/],
	['--speed', 'fast', '--speed must be 0 to 100000, not "fast".\n'],
	['--colour', 'red', /Unknown option '--colour'/],
])('reports %s %s and exits with 1', async (flag, value, sentence) => {
	const { ended, err } = run(flag, value);
	expect(await ended).toBe(1);
	expect(await err).toMatch(sentence);
	expect(await err).not.toMatch(/\n\s+at /);
});

test('reports an invalid data folder and exits with 1', async () => {
	const file = join(folder, 'file');
	await writeFile(file, '');
	await chmod(file, 0o400);
	const { ended, err } = run('--data', join(file, 'below'), '--port', '0');
	expect(await ended).toBe(1);
	expect(await err).toBe(
		`The data folder ${join(file, 'below')} is not writable (ENOTDIR). Select another one with --data.\n`,
	);
});

test('names a document that is not valid JSON and exits with 1', async () => {
	const file = join(folder, 'clock.json');
	await writeFile(file, '{"offs');
	const { ended, err } = run('--port', '0');
	expect(await ended).toBe(1);
	expect(await err).toBe(`${file} is not valid JSON. Move it to another folder and start again.\n`);
});

async function occupy(port: number): Promise<Server> {
	return await new Promise((resolve, reject) => {
		const server = createServer().once('error', reject);
		server.listen(port, '127.0.0.1', () => resolve(server));
	});
}

/** Returns the first of several consecutive free ports, outside the range of ephemeral ports. */
async function freePorts(count: number): Promise<number> {
	for (;;) {
		const port = 20_000 + Math.floor(Math.random() * 10_000);
		const servers = await Promise.allSettled(
			Array.from({ length: count }, (_, index) => occupy(port + index)),
		);
		for (const server of servers) if (server.status === 'fulfilled') server.value.close();
		if (servers.every(({ status }) => status === 'fulfilled')) return port;
	}
}
