import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import pRetry from 'p-retry';
import type { SandboxInfo } from '../../sandbox/server.mts';
import { services } from '../../sandbox/services/index.mts';
import { http, removeFolder, temporaryFolder } from './support.mts';

/** The portal's and one for each origin. */
const PORTS = 1 + Object.values(services).flatMap(({ origins }) => Object.keys(origins)).length;

const TSX = join(process.cwd(), 'node_modules/.bin/tsx');
let folder: string;
const children: ChildProcess[] = [];

beforeEach(async () => (folder = await temporaryFolder()));
afterEach(async () => {
	for (const child of children.splice(0)) endGroup(child);
	await removeFolder(folder);
});

/** Also after a test that has failed half-way. */
function endGroup({ pid }: ChildProcess): void {
	try {
		if (pid !== undefined) process.kill(-pid, 'SIGKILL');
	} catch {
		// It has ended by itself.
	}
}

function run(...flags: string[]) {
	const child = spawn(TSX, ['sandbox/main.mts', '--data', folder, ...flags], {
		stdio: 'pipe',
		// A group of its own: tsx runs the program in a second process, which has to go with the first.
		detached: true,
	});
	children.push(child);
	const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
	return { child, ended, out: text(child.stdout), err: text(child.stderr) };
}

/** The first line of its output; an error if it ends without one. */
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

test('--json prints one line of JSON, and SIGTERM ends it with 0', async () => {
	const { child, ended, out, err } = run('--json', '--port', '0');
	const info = JSON.parse(await firstLine(child)) as SandboxInfo;
	expect((await http.get<unknown>(`${info.portal}/api/info`)).data).toEqual(info);
	const begun = Date.now();
	child.kill('SIGTERM');
	expect(await ended).toBe(0);
	expect(Date.now() - begun).toBeLessThan(3000);
	expect(await out).toBe(`${JSON.stringify(info)}\n`);
	expect(await err).toBe('');
	await expect(http.get(info.portal)).rejects.toThrow('ECONNREFUSED');
});

test('--json ends when the standard input closes', async () => {
	const { child, ended } = run('--json', '--port', '0');
	await firstLine(child);
	child.stdin.end();
	expect(await ended).toBe(0);
});

test('without --json it prints what a person needs, and the ports follow one another', async () => {
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

test('a port that is taken: a sentence and 1', async () => {
	const port = await freePorts(PORTS);
	const taken = await occupy(port + 2);
	const { ended, out, err } = run('--port', String(port), '--json');
	expect(await ended).toBe(1);
	expect(await err).toBe(
		`Port ${port + 2} is taken (needed for FileCourier's secure); is a sandbox running already? Choose others with --port.\n`,
	);
	expect(await out).toBe('');
	taken.close();
});

test('started twice on one port: a sentence and 1', async () => {
	const port = await freePorts(PORTS);
	await firstLine(run('--json', '--port', String(port)).child);
	const elsewhere = join(folder, 'another');
	const { ended, err } = run('--json', '--port', String(port), '--data', elsewhere);
	expect(await ended).toBe(1);
	expect(await err).toBe(
		`Port ${port} is taken (needed for the portal); is a sandbox running already? Choose others with --port.\n`,
	);
});

test('a data folder that another sandbox has: a sentence and 1; free when that has ended', async () => {
	const first = run('--json', '--port', '0');
	await firstLine(first.child);
	const second = run('--json', '--port', '0');
	expect(await second.ended).toBe(1);
	expect(await second.err).toMatch(
		/^The data folder \S+ belongs to a sandbox that is running \(process \d+\); choose another with --data\.\n$/,
	);
	first.child.kill('SIGTERM');
	expect(await first.ended).toBe(0);
	const third = run('--json', '--port', '0');
	expect(JSON.parse(await firstLine(third.child))).toHaveProperty('portal');
});

test('a data folder of a sandbox that was killed is free', async () => {
	const first = run('--json', '--port', '0');
	await firstLine(first.child);
	endGroup(first.child);
	// Of tsx alone: the program that it runs gets the same signal, and may end a moment later.
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
])('%s %s: a sentence and 1', async (flag, value, sentence) => {
	const { ended, err } = run(flag, value);
	expect(await ended).toBe(1);
	expect(await err).toMatch(sentence);
	expect(await err).not.toMatch(/\n\s+at /);
});

test('a data folder that cannot be one: a sentence and 1', async () => {
	const file = join(folder, 'file');
	await writeFile(file, '');
	await chmod(file, 0o400);
	const { ended, err } = run('--data', join(file, 'below'), '--port', '0');
	expect(await ended).toBe(1);
	expect(await err).toBe(
		`The data folder ${join(file, 'below')} cannot be written (ENOTDIR); choose another with --data.\n`,
	);
});

test('a document that is no JSON: a sentence that names it, and 1', async () => {
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

/** A port with so many free ones from it on, outside the range from which the system hands out. */
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
