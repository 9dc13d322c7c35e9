import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * Returns the number of packages that a lockfile installs.
 * @param {string} lockfile
 * @returns {number}
 */
export function packageCount(lockfile) {
	const { packages } = JSON.parse(readFileSync(lockfile, 'utf8'));
	return Object.keys(packages).length - 1;
}
