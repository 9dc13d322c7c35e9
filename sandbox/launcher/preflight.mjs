/**
 * Makes a clone ready to run: installs the packages of package-lock.json when they are missing or another lockfile's. It
 * runs before anything is installed, so it needs nothing but Node.js and npm.
 */
import { realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkDisk } from '../system/disk.mjs';
import { withLock } from '../system/lock.mjs';
import { Problem, report } from '../system/userError.mjs';
import { say } from '../system/progress.mjs';
import { packageCount, ROOT } from '../system/repository.mjs';
import { run } from '../system/run.mjs';
import { contentHash, isStamped, writeStamp } from '../system/stamp.mjs';

const OLDEST_NODE = 20;

/** Bytes of node_modules and of npm's cache. */
const NEEDED_BYTES = 1.2e9;

/** @throws {Problem} when this Node.js is too old for the project */
export function checkNode(version = process.versions.node) {
	if (Number(version.split('.')[0]) < OLDEST_NODE) {
		throw new Problem(
			`This is Node.js ${version}; Node.js ${OLDEST_NODE} or later is needed. Install it (nodejs.org, or nvm install ${OLDEST_NODE}) and run the command again.`,
		);
	}
}

/**
 * Installs what package-lock.json names unless it is there. An interrupted installation is repeated the next time, and two
 * starts at once wait for each other.
 * @param {string} root
 * @throws {Problem}
 */
export async function ready(root = ROOT) {
	checkNode();
	const hash = contentHash(root, ['package-lock.json']);
	const stamp = join(root, 'node_modules', '.ready');
	if (isStamped(stamp, hash)) return;
	await withLock(join(root, '.run', 'install.lock'), async () => {
		if (isStamped(stamp, hash)) return;
		checkDisk(root, NEEDED_BYTES, 'the installation');
		say('Installing what the project needs (once, about 1 GB) …');
		rmSync(stamp, { force: true });
		await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=http'], {
			label: 'packages of the project',
			cwd: root,
			log: join(root, '.run', 'install.log'),
			packages: packageCount(join(root, 'package-lock.json')),
		});
		writeStamp(stamp, hash);
	});
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
	await ready().catch(report);
}
