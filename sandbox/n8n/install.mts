import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { checkDisk } from '../system/disk.mjs';
import { withLock } from '../system/lock.mjs';
import { Problem } from '../system/userError.mjs';
import { say } from '../system/progress.mjs';
import { packageCount } from '../system/repository.mjs';
import { run } from '../system/run.mjs';
import { isStamped, writeStamp } from '../system/stamp.mjs';
import { checkBuildTools } from '../system/buildTools.mjs';
import {
	describeHost,
	hostEnvironment,
	hostsFolder,
	isInstalled,
	nodeProgram,
	type Host,
	type HostName,
} from './versions.mts';

/** Bytes that an installation needs while it goes on (npm's cache included). */
const NEEDED_BYTES = 4e9;

/** Packages with a part that was compiled for one Node.js. */
const COMPILED = ['sqlite3', 'isolated-vm'];

const NPM_OPTIONS = ['--no-audit', '--no-fund', '--loglevel=http'];

/** A folder with nothing in it but what npm needs: half an installation of an earlier try would mislead it. */
function layOut(from: string, folder: string): void {
	rmSync(join(folder, '.installed'), { force: true });
	mkdirSync(folder, { recursive: true });
	for (const file of ['package.json', 'package-lock.json', '.npmrc']) {
		if (existsSync(join(from, file))) copyFileSync(join(from, file), join(folder, file));
	}
}

async function installNode(host: Host, log: string): Promise<void> {
	if (isStamped(host.nodeStamp, host.nodeHash)) return;
	layOut(host.nodeLocks, host.nodeFolder);
	// The package "node" fetches the program for this machine in its install script.
	await run('npm', ['ci', '--ignore-scripts=false', ...NPM_OPTIONS], {
		label: `Node.js for n8n (${host.name})`,
		cwd: host.nodeFolder,
		log,
	});
	if (!existsSync(nodeProgram(host))) {
		throw new Problem(
			`There is no Node.js for ${process.platform} ${process.arch} among the packages of npm: n8n cannot be run here.`,
		);
	}
	writeStamp(host.nodeStamp, host.nodeHash);
}

async function installN8n(host: Host, log: string): Promise<void> {
	layOut(host.locks, host.folder);
	const options = { cwd: host.folder, log, env: hostEnvironment(host) };
	await run('npm', ['ci', '--ignore-scripts', ...NPM_OPTIONS], {
		...options,
		label: `n8n (${host.name})`,
		packages: packageCount(join(host.folder, 'package-lock.json')),
	});
	await run(
		'npm',
		['rebuild', ...COMPILED, '--ignore-scripts=false', '--foreground-scripts', ...NPM_OPTIONS],
		{ ...options, label: `compiling ${COMPILED.join(' and ')}` },
	);
	// A build against the wrong headers succeeds and fails only when n8n starts: load it here.
	await run(nodeProgram(host), ['-e', COMPILED.map((name) => `require('${name}')`).join(';')], {
		...options,
		label: 'trying the compiled parts',
	});
	writeStamp(host.stamp, host.hash);
}

/**
 * Installs an n8n with a Node.js of its own, unless this very one is installed. Interrupted installations are repeated;
 * two at once wait for each other.
 * @throws {Problem}
 */
export async function installHost(name: HostName): Promise<Host> {
	const host = describeHost(name);
	if (isInstalled(host)) return host;
	await withLock(join(hostsFolder(), 'install.lock'), async () => {
		if (isInstalled(host)) return;
		checkBuildTools();
		checkDisk(
			hostsFolder(),
			NEEDED_BYTES,
			'the installation',
			'Or set FILE_DELIVERY_HOST_DIR to a folder on another disk.',
		);
		say(`Installing a real n8n (once: 2.5 GB, some minutes) in ${hostsFolder()} …`);
		const log = join(hostsFolder(), `install-${name}.log`);
		await installNode(host, log);
		await installN8n(host, log);
	});
	return host;
}
