import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import axios from 'axios';
import getPort from 'get-port';
import { createServer, type Server } from 'node:net';
import { command, type Command, INSTALL_MS, temporaryFolder } from './harness.mts';

const START = 'sandbox/launcher/start.mjs';

let place: ReturnType<typeof temporaryFolder>;
let started: Command[];

beforeEach(() => {
	place = temporaryFolder('start');
	started = [];
});

afterEach(async () => {
	for (const launcher of started) launcher.kill('SIGTERM');
	await Promise.all(started.map((launcher) => launcher.ended));
	place.remove();
});

/** Runs `npm start` with its data in a temporary folder. */
function start(...args: string[]): Command {
	const launcher = command(START, args, { FILE_DELIVERY_RUN_DIR: place.folder });
	started.push(launcher);
	return launcher;
}

function listen(port: number): Promise<Server> {
	return new Promise((resolve) => {
		const server = createServer().listen(port, '127.0.0.1', () => resolve(server));
	});
}

/** More ports than the sandbox needs. */
const BLOCK = 20;

/** Returns ports below the range of ephemeral ports, because any of those may be in use. */
async function ports(): Promise<string[]> {
	for (;;) {
		const first = 15_000 + Math.floor(Math.random() * 15_000);
		const block = Array.from({ length: BLOCK }, (_, n) => first + n);
		const free = await Promise.all(block.map(async (port) => await getPort({ port })));
		if (free.every((port, n) => port === block[n])) {
			return ['--port', String(first), '--sandbox-port', String(first + 1)];
		}
	}
}

describe('npm start', () => {
	it(
		'runs the demo with --once and exits with 0, also the second time',
		async () => {
			for (const round of [1, 2]) {
				const launcher = start('--once', ...(await ports()));

				expect({ round, code: await launcher.ended, output: launcher.output() }).toMatchObject({
					code: 0,
					output: expect.stringContaining('7 steps succeeded') as unknown,
				});
			}
		},
		INSTALL_MS,
	);

	it(
		'keeps running, refuses a second start with the same database, and stops everything on Ctrl+C',
		async () => {
			const launcher = start(...(await ports()));
			await launcher.printed('Everything is running');
			const urls = [...launcher.output().matchAll(/^ {2}(?:n8n|sandbox) +(\S+)$/gm)].map(
				([, url]) => url,
			);
			expect(urls).toHaveLength(2);
			for (const url of urls) expect((await axios.get(url)).status).toBe(200);

			const second = start(...(await ports()));
			expect(await second.ended).toBe(1);
			expect(second.output()).toContain('It is already running');

			launcher.kill('SIGINT');
			expect(await launcher.ended).toBe(0);
			for (const url of urls)
				await expect(axios.get(url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
		},
		INSTALL_MS,
	);

	it(
		'leaves no process behind when it is killed',
		async () => {
			const launcher = start(...(await ports()));
			await launcher.printed('Everything is running');
			const url = /^ {2}n8n +(\S+)$/m.exec(launcher.output())?.[1] ?? '';

			launcher.kill('SIGKILL');
			await launcher.ended;

			const gone = async () => {
				const { code } = (await axios.get(url).catch((error: { code?: string }) => error)) as {
					code?: string;
				};
				return code === 'ECONNREFUSED';
			};
			const deadline = Date.now() + 15_000;
			while (!(await gone()) && Date.now() < deadline)
				await new Promise((wake) => setTimeout(wake, 200));
			expect(await gone()).toBe(true);
		},
		INSTALL_MS,
	);

	it(
		'reports a port that is in use and the option to select another one',
		async () => {
			const port = await getPort();
			const server = await listen(port);
			const forN8n = start('--once', '--port', String(port));
			expect(await forN8n.ended).toBe(1);
			expect(forN8n.output()).toContain(
				`Port ${port} is in use. Select another one for n8n with --port.`,
			);

			const forSandbox = start('--once', '--sandbox-port', String(port));
			expect(await forSandbox.ended).toBe(1);
			expect(forSandbox.output()).toContain(`Port ${port} is in use`);
			expect(forSandbox.output()).toContain('--sandbox-port');

			expect(forN8n.output() + forSandbox.output()).not.toMatch(/^\s+at /m);
			server.close();
		},
		INSTALL_MS,
	);

	it(
		'reports unknown options',
		async () => {
			const launcher = start('--prot', '1');

			expect(await launcher.ended).toBe(1);
			expect(launcher.output()).toContain('The options are --once, --port and --sandbox-port.');
			expect(launcher.output()).not.toMatch(/^\s+at /m);
		},
		INSTALL_MS,
	);
});
