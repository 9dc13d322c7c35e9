/**
 * Prepares a clone: installs the packages of package-lock.json if they are missing or outdated. Runs before npm ci, so it
 * may only use Node.js and npm.
 */
import { lstatSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireDiskSpace } from '../system/disk.mjs';
import { withLock } from '../system/lock.mjs';
import { printLine } from '../system/progress.mjs';
import { packageCount, ROOT } from '../system/repository.mjs';
import { run } from '../system/run.mjs';
import { contentHash, isStamped, writeStamp } from '../system/stamp.mjs';
import { UserError, reportError } from '../system/userError.mjs';

const MIN_NODE_VERSION = 20;

/** The size of node_modules and npm's cache in bytes. */
const NEEDED_BYTES = 1.2e9;

/** @throws {UserError} if this Node.js is too old for the project */
export function requireSupportedNode(version = process.versions.node) {
	if (Number(version.split('.')[0]) < MIN_NODE_VERSION) {
		throw new UserError(
			`This is Node.js ${version}, but Node.js ${MIN_NODE_VERSION} or later is required. Install it (nodejs.org, or nvm install ${MIN_NODE_VERSION}) and run the command again.`,
		);
	}
}

/**
 * Installs the packages of package-lock.json unless they are installed. Repeats an interrupted installation; concurrent
 * calls wait for each other.
 * @param {string} [root]
 * @throws {UserError}
 */
export async function installDependencies(root = ROOT) {
	requireSupportedNode();
	const hash = contentHash(root, ['package-lock.json']);
	const stamp = join(root, 'node_modules', '.ready');
	if (isStamped(stamp, hash)) return;
	requireOwnFolder(join(root, 'node_modules'));
	await withLock(join(root, '.run', 'install.lock'), async () => {
		if (isStamped(stamp, hash)) return;
		requireDiskSpace(root, NEEDED_BYTES, 'the installation');
		printLine('Installing the project’s dependencies (once, about 1 GB) …');
		rmSync(stamp, { force: true });
		await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=http'], {
			label: 'project dependencies',
			cwd: root,
			log: join(root, '.run', 'install.log'),
			packages: packageCount(join(root, 'package-lock.json')),
		});
		writeStamp(stamp, hash);
	});
}

/**
 * npm ci would delete everything in the folder that a link leads to, which other clones use as well.
 * @param {string} folder
 * @throws {UserError}
 */
function requireOwnFolder(folder) {
	if (!lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink()) return;
	throw new UserError(
		`${folder} is a link to ${readlinkSync(folder)}, which contains other packages than package-lock.json. Remove the link, or install the packages where it leads to, and run the command again.`,
	);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
	await installDependencies().catch(reportError);
}
