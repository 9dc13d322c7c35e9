// The whole module, not a named import: a Node.js too old for statfs must reach the sentence that says so.
import fs from 'node:fs';
import { Problem } from './userError.mjs';

/** Bytes that may still be written to a folder's disk; undefined where the system does not tell. */
export function freeBytes(folder) {
	try {
		const { bavail, bsize } = fs.statfsSync(folder);
		return bavail * bsize;
	} catch {
		return undefined;
	}
}

const inGigabytes = (bytes) => `${(bytes / 1e9).toFixed(1)} GB`;

/**
 * Told before the first byte is written, not after minutes.
 * @param {string} folder
 * @param {number} needed bytes
 * @param {string} what what takes them
 * @param {string} advice what else can be done than make room; a sentence
 * @throws {Problem} when there is less room
 */
export function checkDisk(folder, needed, what, advice = '') {
	const free = freeBytes(folder);
	if (free === undefined || free >= needed) return;
	throw new Problem(
		`The disk is too full: ${what} takes about ${inGigabytes(needed)}, and ${folder} has ${inGigabytes(free)} left. Make room. ${advice}`.trim(),
	);
}
