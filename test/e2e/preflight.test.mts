import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
	cpSync,
	existsSync,
	mkdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { delimiter, join } from 'node:path';
import { requireSupportedNode } from '../../sandbox/launcher/preflight.mjs';
import { ROOT } from '../../sandbox/system/repository.mjs';
import { requireBuildTools } from '../../sandbox/system/buildTools.mjs';
import { command, type Command, temporaryFolder } from './harness.mts';

let place: ReturnType<typeof temporaryFolder>;

beforeEach(() => {
	place = temporaryFolder('clone');
	for (const folder of ['launcher', 'system']) {
		cpSync(join(ROOT, 'sandbox', folder), join(place.folder, 'sandbox', folder), {
			recursive: true,
		});
	}
});

afterEach(() => place.remove());

const at = (...names: string[]) => join(place.folder, ...names);

/** Turns the folder into a clone of a small project with one package, either local or from a registry. */
function project(dependency: 'local' | 'remote' | 'none'): void {
	mkdirSync(at('part'), { recursive: true });
	writeFileSync(at('part', 'package.json'), JSON.stringify({ name: 'part', version: '1.0.0' }));
	const spec = { local: { part: 'file:part' }, remote: { 'left-part': '1.0.0' }, none: {} }[
		dependency
	];
	const entries = {
		local: { part: { version: '1.0.0' }, 'node_modules/part': { resolved: 'part', link: true } },
		remote: {
			'node_modules/left-part': { version: '1.0.0', integrity: `sha512-${'A'.repeat(86)}==` },
		},
		none: {},
	}[dependency];
	writeFileSync(
		at('package.json'),
		JSON.stringify({ name: 'clone', version: '1.0.0', dependencies: spec }),
	);
	writeFileSync(
		at('package-lock.json'),
		JSON.stringify({
			name: 'clone',
			version: '1.0.0',
			lockfileVersion: 3,
			requires: true,
			packages: { '': { name: 'clone', version: '1.0.0', dependencies: spec }, ...entries },
		}),
	);
}

function ready(env: Record<string, string> = {}): Command {
	return command(at('sandbox', 'launcher', 'preflight.mjs'), [], env);
}

async function outcome(run: Command): Promise<{ code: number | null; output: string }> {
	return { code: await run.ended, output: run.output() };
}

describe('preparing a clone', () => {
	it('installs once and prints nothing the second time', async () => {
		project('local');

		expect(await outcome(ready())).toMatchObject({
			code: 0,
			output: expect.stringContaining('done') as unknown,
		});
		expect(existsSync(at('node_modules', 'part', 'package.json'))).toBe(true);
		expect(await outcome(ready())).toEqual({ code: 0, output: '' });
	});

	it('installs again if the lockfile has changed or the last installation was interrupted', async () => {
		project('none');
		await outcome(ready());
		project('local');
		expect((await outcome(ready())).output).toContain('done');

		rmSync(at('node_modules', '.ready'));
		expect((await outcome(ready())).output).toContain('done');
	});

	it('does not install into a folder that other clones use through a link', async () => {
		project('local');
		mkdirSync(at('shared', 'other'), { recursive: true });
		symlinkSync(at('shared'), at('node_modules'));
		const { code, output } = await outcome(ready());
		expect(code).toBe(1);
		expect(output).toContain(`is a link to ${at('shared')}`);
		expect(existsSync(at('shared', 'other'))).toBe(true);
	});

	it('installs only once if started twice concurrently', async () => {
		project('local');

		const [one, other] = await Promise.all([outcome(ready()), outcome(ready())]);

		expect([one.code, other.code]).toEqual([0, 0]);
		const installed = [one, other].filter(({ output }) => output.includes('done'));
		expect(installed).toHaveLength(1);
		expect(existsSync(at('.run', 'install.lock'))).toBe(false);
	});

	it('takes over the lock of a crashed start', async () => {
		project('local');
		mkdirSync(at('.run'));
		// No process has this ID, which is above Linux's maximum.
		writeFileSync(at('.run', 'install.lock'), `4194305@${hostname()}`);
		expect((await outcome(ready())).code).toBe(0);

		rmSync(at('node_modules'), { recursive: true });
		const hourAgo = new Date(Date.now() - 3_600_000);
		writeFileSync(at('.run', 'install.lock'), `${process.pid}@${hostname()}`);
		utimesSync(at('.run', 'install.lock'), hourAgo, hourAgo);
		expect((await outcome(ready())).code).toBe(0);
	});

	it('stops npm on a signal and leaves no lock for the next start', async () => {
		project('local');
		// Sends the signal at once. Behaves like npm, which rolls back its work for a minute before it exits.
		mkdirSync(at('bin'));
		const lines = [
			'#!/bin/sh',
			"trap '' TERM",
			`echo $$ > '${at('pid')}'`,
			`cp '${at('.run', 'install.lock')}' '${at('held.lock')}'`,
			'kill -TERM $PPID',
			'for i in $(seq 1200); do sleep 0.1; done',
		];
		writeFileSync(at('bin', 'npm'), lines.join('\n'), { mode: 0o755 });
		// As on a busy machine: npm is already running while spawn() has not yet returned.
		const lateReturn = [
			"const processes = require('node:child_process');",
			'const { spawn } = processes;',
			'processes.spawn = (...parameters) => {',
			'	const child = spawn(...parameters);',
			'	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);',
			'	return child;',
			'};',
			"require('node:module').syncBuiltinESMExports();",
		];
		writeFileSync(at('lateReturn.cjs'), lateReturn.join('\n'));

		const first = await outcome(
			ready({
				PATH: `${at('bin')}${delimiter}${process.env.PATH}`,
				NODE_OPTIONS: `--require=${at('lateReturn.cjs')}`,
			}),
		);

		expect(first.code).toBe(143);
		expect(existsSync(at('held.lock'))).toBe(true);
		expect(() => process.kill(Number(readFileSync(at('pid'), 'utf8')), 0)).toThrow('ESRCH');
		expect(existsSync(at('.run', 'install.lock'))).toBe(false);
		const { code, output } = await outcome(ready());
		expect(code).toBe(0);
		expect(output).not.toContain('Waiting for process');
	});
});

describe('error messages', () => {
	const quick = { npm_config_fetch_retries: '0', npm_config_cache: '' };

	it('no network: shows the cause and the solution without a stack, and retries at the next start', async () => {
		project('remote');
		const env = {
			...quick,
			npm_config_cache: at('cache'),
			npm_config_registry: 'http://127.0.0.1:9/',
		};

		const { code, output } = await outcome(ready(env));

		expect(code).toBe(1);
		expect(output).toContain('npm could not connect to its package registry (ECONNREFUSED)');
		expect(output).not.toMatch(/^\s+at |npm error/m);
		expect(existsSync(at('node_modules', '.ready'))).toBe(false);
		expect((await outcome(ready(env))).code).toBe(1);
	});

	it('npm is missing', async () => {
		project('local');

		const { code, output } = await outcome(ready({ PATH: at('nothing') }));

		expect(code).toBe(1);
		expect(output).toContain('"npm" was not found on this machine');
		expect(output).not.toMatch(/^\s+at /m);
	});

	it("a lockfile that does not match: shows npm's last lines and the location of the log", async () => {
		project('local');
		writeFileSync(
			at('package.json'),
			JSON.stringify({ name: 'clone', dependencies: { other: 'file:part' } }),
		);

		const { code, output } = await outcome(ready());

		expect(code).toBe(1);
		expect(output).toContain('npm ci failed');
		expect(readFileSync(at('.run', 'install.log'), 'utf8')).toContain('npm error');
	});

	it('Node.js is too old; build tools are missing', () => {
		expect(() => requireSupportedNode('18.20.4')).toThrow(
			'This is Node.js 18.20.4, but Node.js 20 or later is required',
		);
		expect(() => requireSupportedNode('20.0.0')).not.toThrow();
		expect(() => requireBuildTools(at('nothing'))).toThrow(
			'sudo apt-get install -y g++ make python3',
		);
		expect(() => requireBuildTools()).not.toThrow();
	});
});
