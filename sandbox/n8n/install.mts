import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { requireDiskSpace } from '../system/disk.mjs';
import { withLock } from '../system/lock.mjs';
import { UserError } from '../system/userError.mjs';
import { printLine } from '../system/progress.mjs';
import { packageCount } from '../system/repository.mjs';
import { run } from '../system/run.mjs';
import { isStamped, writeStamp } from '../system/stamp.mjs';
import { requireBuildTools } from '../system/buildTools.mjs';
import {
	describeInstallation,
	n8nEnvironment,
	installationsFolder,
	isInstalled,
	nodeProgram,
	type N8nInstallation,
	type N8nVersion,
} from './versions.mts';

/** Disk space for an installation in bytes (including npm's cache). */
const NEEDED_BYTES = 4e9;

/** Packages with native code, which is compiled for one version of Node.js. */
const NATIVE_PACKAGES = ['sqlite3', 'isolated-vm'];

const NPM_OPTIONS = ['--no-audit', '--no-fund', '--loglevel=http'];

/** Copies the files that npm needs and removes the stamp of an earlier installation, which is no longer valid. */
function prepareFolder(from: string, folder: string): void {
	rmSync(join(folder, '.installed'), { force: true });
	mkdirSync(folder, { recursive: true });
	for (const file of ['package.json', 'package-lock.json', '.npmrc']) {
		if (existsSync(join(from, file))) copyFileSync(join(from, file), join(folder, file));
	}
}

async function installNodePackage(installation: N8nInstallation, log: string): Promise<void> {
	if (isStamped(installation.nodeStamp, installation.nodeHash)) return;
	prepareFolder(installation.nodeLocks, installation.nodeFolder);
	// The install script of the package "node" downloads the binary for this machine.
	await run('npm', ['ci', '--ignore-scripts=false', ...NPM_OPTIONS], {
		label: `Node.js for n8n (${installation.name})`,
		cwd: installation.nodeFolder,
		log,
	});
	if (!existsSync(nodeProgram(installation))) {
		throw new UserError(
			`npm has no Node.js package for ${process.platform} ${process.arch}, so n8n cannot run on this machine.`,
		);
	}
	writeStamp(installation.nodeStamp, installation.nodeHash);
}

async function installN8nPackages(installation: N8nInstallation, log: string): Promise<void> {
	prepareFolder(installation.locks, installation.folder);
	const options = { cwd: installation.folder, log, env: n8nEnvironment(installation) };
	await run('npm', ['ci', '--ignore-scripts', ...NPM_OPTIONS], {
		...options,
		label: `n8n (${installation.name})`,
		packages: packageCount(join(installation.folder, 'package-lock.json')),
	});
	await run(
		'npm',
		[
			'rebuild',
			...NATIVE_PACKAGES,
			'--ignore-scripts=false',
			'--foreground-scripts',
			...NPM_OPTIONS,
		],
		{ ...options, label: `compiling ${NATIVE_PACKAGES.join(' and ')}` },
	);
	// A build against the wrong headers succeeds and would only fail when n8n starts, so load the packages here.
	await run(
		nodeProgram(installation),
		['-e', NATIVE_PACKAGES.map((name) => `require('${name}')`).join(';')],
		{
			...options,
			label: 'loading the compiled packages',
		},
	);
	writeStamp(installation.stamp, installation.hash);
}

/**
 * Installs only the Node.js of an n8n version, unless it is installed.
 * @returns the path of its program
 * @throws {UserError}
 */
export async function installNode(name: N8nVersion): Promise<string> {
	const installation = describeInstallation(name);
	if (!isStamped(installation.nodeStamp, installation.nodeHash)) {
		await withLock(join(installationsFolder(), 'install.lock'), async () => {
			await installNodePackage(installation, join(installationsFolder(), `install-${name}.log`));
		});
	}
	return nodeProgram(installation);
}

/**
 * Installs n8n with its own Node.js, unless this version is installed. Repeats an interrupted installation; concurrent
 * calls wait for each other.
 * @throws {UserError}
 */
export async function installN8n(name: N8nVersion): Promise<N8nInstallation> {
	const installation = describeInstallation(name);
	if (isInstalled(installation)) return installation;
	await withLock(join(installationsFolder(), 'install.lock'), async () => {
		if (isInstalled(installation)) return;
		requireBuildTools();
		requireDiskSpace(
			installationsFolder(),
			NEEDED_BYTES,
			'the installation',
			'Or set FILE_DELIVERY_HOST_DIR to a folder on another disk.',
		);
		printLine(`Installing n8n (once, 2.5 GB, takes some minutes) in ${installationsFolder()} …`);
		const log = join(installationsFolder(), `install-${name}.log`);
		await installNodePackage(installation, log);
		await installN8nPackages(installation, log);
	});
	return installation;
}
