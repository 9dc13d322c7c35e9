import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { SandboxInfo } from '../../sandbox/server.mts';
import { services } from '../../sandbox/services/index.mts';
import { http, removeFolder, temporaryFolder } from './support.mts';

/** One port for the portal and one per origin. */
const PORTS = 1 + Object.values(services).flatMap(({ origins }) => Object.keys(origins)).length;

/** As `npm run sandbox` starts it. */
const TSX = [join(process.cwd(), 'node_modules/.bin/tsx')];
/** As the tests and the launcher start it: without a second process, which runs the program in its own. */
const NODE = [process.execPath, '--import', 'tsx'];
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

const run = (...flags: string[]) => runWith(NODE, ...flags);

function runWith([program, ...args]: string[], ...flags: string[]) {
	const child = spawn(program, [...args, 'sandbox/main.mts', '--data', folder, ...flags], {
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

test('one sandbox after the other: prints readable text, keeps its ports and data folder, and leaves them', async () => {
	// Two more below, for a sandbox whose ports overlap.
	const port = (await freePorts(PORTS + 2)) + 2;
	const first = runWith(TSX, '--port', String(port), '--speed', '60');
	await firstLine(first.child);
	const { data: info } = await http.get<SandboxInfo>(`http://127.0.0.1:${port}/api/info`);
	const { origins, credentials } = info.services.fileCourier;
	expect(origins).toEqual({
		api: `http://127.0.0.1:${port + 1}`,
		secure: `http://127.0.0.1:${port + 2}`,
		files: `http://127.0.0.1:${port + 3}`,
	});
	expect((await http.get<{ speed: number }>(`${info.portal}/api/clock`)).data.speed).toBe(60);

	// While it runs, others end with an error that names the port or the folder.
	const elsewhere = join(folder, 'another');
	const again = run('--json', '--port', String(port), '--data', elsewhere);
	expect(await again.ended).toBe(1);
	expect(await again.err).toBe(
		`Port ${port} is in use (needed for the portal). Is a sandbox already running? Select other ports with --port.\n`,
	);
	const overlapping = run('--json', '--port', String(port - 2), '--data', elsewhere);
	expect(await overlapping.ended).toBe(1);
	expect(await overlapping.err).toBe(
		`Port ${port} is in use (needed for FileCourier's secure). Is a sandbox already running? Select other ports with --port.\n`,
	);
	expect(await overlapping.out).toBe('');
	const second = run('--json', '--port', '0');
	expect(await second.ended).toBe(1);
	expect(await second.err).toMatch(
		/^The data folder \S+ is in use by a running sandbox \(process \d+\)\. Select another one with --data\.\n$/,
	);

	first.child.kill('SIGINT');
	expect(await first.ended).toBe(0);
	const printed = await first.out;
	for (const line of [info.portal, ...Object.values(origins), ...Object.values(credentials)]) {
		expect(printed).toContain(line);
	}

	// The next one in the same folder.
	const third = run('--json', '--port', '0');
	const next = JSON.parse(await firstLine(third.child)) as SandboxInfo;
	expect((await http.get<unknown>(`${next.portal}/api/info`)).data).toEqual(next);
	expect(next.services.fileCourier.credentials.clientId).toBe(credentials.clientId);
	const started = Date.now();
	third.child.kill('SIGTERM');
	expect(await third.ended).toBe(0);
	// Less than the server keeps an idle connection open, and independent of the machine's load.
	expect(Date.now() - started).toBeLessThan(30_000);
	expect(await third.out).toBe(`${JSON.stringify(next)}\n`);
	expect(await third.err).toBe('');
	await expect(http.get(next.portal)).rejects.toThrow('ECONNREFUSED');
});

test('can use the data folder of a killed sandbox; exits with --json when the standard input closes', async () => {
	const first = run('--json', '--port', '0');
	await firstLine(first.child);
	endGroup(first.child);
	await first.ended;
	const { child, ended } = run('--json', '--port', '0');
	expect(JSON.parse(await firstLine(child))).toHaveProperty('portal');
	child.stdin.end();
	expect(await ended).toBe(0);
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
