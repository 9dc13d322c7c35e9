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

/** Bytes that an installation needs while it goes on (npm's cache included). */
const NEEDED_BYTES = 4e9;

/** Packages with a part that was compiled for one Node.js. */
const NATIVE_PACKAGES = ['sqlite3', 'isolated-vm'];

const NPM_OPTIONS = ['--no-audit', '--no-fund', '--loglevel=http'];

/** A folder with nothing in it but what npm needs: half an installation of an earlier try would mislead it. */
function prepareFolder(from: string, folder: string): void {
	rmSync(join(folder, '.installed'), { force: true });
	mkdirSync(folder, { recursive: true });
	for (const file of ['package.json', 'package-lock.json', '.npmrc']) {
		if (existsSync(join(from, file))) copyFileSync(join(from, file), join(folder, file));
	}
}

async function installNode(installation: N8nInstallation, log: string): Promise<void> {
	if (isStamped(installation.nodeStamp, installation.nodeHash)) return;
	prepareFolder(installation.nodeLocks, installation.nodeFolder);
	// The package "node" fetches the program for this machine in its install script.
	await run('npm', ['ci', '--ignore-scripts=false', ...NPM_OPTIONS], {
		label: `Node.js for n8n (${installation.name})`,
		cwd: installation.nodeFolder,
		log,
	});
	if (!existsSync(nodeProgram(installation))) {
		throw new UserError(
			`There is no Node.js for ${process.platform} ${process.arch} among the packages of npm: n8n cannot be run here.`,
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
	// A build against the wrong headers succeeds and fails only when n8n starts: load it here.
	await run(
		nodeProgram(installation),
		['-e', NATIVE_PACKAGES.map((name) => `require('${name}')`).join(';')],
		{
			...options,
			label: 'trying the compiled parts',
		},
	);
	writeStamp(installation.stamp, installation.hash);
}

/**
 * Installs an n8n with a Node.js of its own, unless this very one is installed. Interrupted installations are repeated;
 * two at once wait for each other.
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
		printLine(`Installing a real n8n (once: 2.5 GB, some minutes) in ${installationsFolder()} …`);
		const log = join(installationsFolder(), `install-${name}.log`);
		await installNode(installation, log);
		await installN8nPackages(installation, log);
	});
	return installation;
}
