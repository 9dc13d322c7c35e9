import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Returns the files below a path in a fixed order; none if the path does not exist.
 * @param {string} path
 * @returns {string[]}
 */
function listFiles(path) {
	if (!existsSync(path)) return [];
	if (!statSync(path).isDirectory()) return [path];
	return readdirSync(path)
		.sort()
		.flatMap((name) => listFiles(join(path, name)));
}

/**
 * Returns the SHA-256 (hex) of the names and contents of files and folders.
 * @param {string} root names are relative to it, so that stamps stay valid when the clone is moved
 * @param {string[]} paths relative to root
 */
export function contentHash(root, paths) {
	const hash = createHash('sha256');
	for (const file of paths.flatMap((path) => listFiles(join(root, path)))) {
		const content = readFileSync(file);
		hash.update(`${file.slice(root.length)}\0${content.length}\0`).update(content);
	}
	return hash.digest('hex');
}

/**
 * Whether the work that a stamp represents was completed for exactly this content.
 * @param {string} file
 * @param {string} hash
 */
export function isStamped(file, hash) {
	return existsSync(file) && readFileSync(file, 'utf8').trim() === hash;
}

/**
 * Marks work as complete. Must be the last step: interrupted work leaves no stamp and is repeated.
 * @param {string} file
 * @param {string} hash
 */
export function writeStamp(file, hash) {
	writeFileSync(file, `${hash}\n`);
}
