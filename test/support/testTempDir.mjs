// Run once by jest before any test: what the tests write lies in one temporary folder, which goes with the run.
import {
	chmodSync,
	existsSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireDiskSpace } from '../../sandbox/system/disk.mjs';
import { isAlive, ownerId } from '../../sandbox/system/lock.mjs';

const NAME = 'file-delivery-tests-';

/** The most bytes that have lain there at once, with room to spare. */
const NEEDED_BYTES = 2e9;

/** In this time a run has made its folder and written into it whose it is. */
const BEGINNING_MS = 60_000;

/** @param {string} folder */
const remove = (folder) => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });

/** @param {string} folder */
function isInUse(folder) {
	const file = join(folder, 'holder');
	const holder = existsSync(file) ? readFileSync(file, 'utf8') : '';
	// It is empty, too, when the disk was full.
	if (holder !== '') return isAlive(holder);
	const { mtimeMs = 0 } = statSync(folder, { throwIfNoEntry: false }) ?? {};
	return Date.now() - mtimeMs < BEGINNING_MS;
}

/**
 * Removes the folders of killed runs.
 * @param {string} base
 */
export function removeAbandonedDirs(base) {
	for (const name of readdirSync(base)) {
		const folder = join(base, name);
		if (!name.startsWith(NAME) || isInUse(folder)) continue;
		try {
			remove(folder);
		} catch {
			// It is another user's.
		}
	}
}

/**
 * Creates a folder for this process.
 * @param {string} base
 */
export function createTempDir(base) {
	const folder = mkdtempSync(join(base, NAME));
	writeFileSync(join(folder, 'holder'), ownerId);
	// A test's server that runs as a user of its own has to pass through it.
	chmodSync(folder, 0o711);
	return folder;
}

/** @throws {UserError} if there is not enough disk space */
export default function setUp() {
	removeAbandonedDirs(tmpdir());
	requireDiskSpace(
		tmpdir(),
		NEEDED_BYTES,
		'a run of the tests',
		'Or set TMPDIR to a folder on another disk.',
	);
	const folder = createTempDir(tmpdir());
	for (const name of ['TMPDIR', 'TMP', 'TEMP']) process.env[name] = folder;
	process.once('exit', () => remove(folder));
}
