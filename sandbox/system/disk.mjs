// The namespace, not a named import: Node.js versions without statfsSync must get as far as the version check.
import fs from 'node:fs';
import { UserError } from './userError.mjs';

/**
 * Returns the free bytes on a folder's disk, or undefined if the system does not report them.
 * @param {string} folder
 * @returns {number | undefined}
 */
export function freeBytes(folder) {
	try {
		const { bavail, bsize } = fs.statfsSync(folder);
		return bavail * bsize;
	} catch {
		return undefined;
	}
}

/** @param {number} bytes */
const inGigabytes = (bytes) => `${(bytes / 1e9).toFixed(1)} GB`;

/**
 * Fails before the first byte is written instead of after minutes of downloading.
 * @param {string} folder
 * @param {number} needed bytes
 * @param {string} what the action that needs the space
 * @param {string} [advice] an alternative to freeing up space; a sentence
 * @throws {UserError} if the disk has less free space
 */
export function requireDiskSpace(folder, needed, what, advice = '') {
	const free = freeBytes(folder);
	if (free === undefined || free >= needed) return;
	throw new UserError(
		`Not enough disk space: ${what} needs about ${inGigabytes(needed)}, but ${folder} has only ${inGigabytes(free)} free. Free up some space. ${advice}`.trim(),
	);
}
