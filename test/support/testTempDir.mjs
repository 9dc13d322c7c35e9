// Jest runs this once before all tests: they write into one temporary folder, which is deleted after the run.
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

/** More than the most bytes that were ever in the folder at once. */
const NEEDED_BYTES = 2e9;

/** A run creates its folder and writes its owner into it within this time. */
const BEGINNING_MS = 60_000;

/** @param {string} folder */
const remove = (folder) => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });

/** @param {string} folder */
function isInUse(folder) {
	const file = join(folder, 'holder');
	const holder = existsSync(file) ? readFileSync(file, 'utf8') : '';
	// The file is also empty after the disk was full.
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
			// The folder of another user.
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
	// A server that a test runs as another user must be able to enter it.
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
