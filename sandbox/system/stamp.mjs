import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files below a path, in a fixed order; a path that is missing has none. */
function filesOf(path) {
	if (!existsSync(path)) return [];
	if (!statSync(path).isDirectory()) return [path];
	return readdirSync(path)
		.sort()
		.flatMap((name) => filesOf(join(path, name)));
}

/**
 * SHA-256 over the names and contents of files and folders.
 * @param {string} root names are taken relative to it, so that a moved clone keeps its stamps
 * @param {string[]} paths relative to root
 */
export function contentHash(root, paths) {
	const hash = createHash('sha256');
	for (const file of paths.flatMap((path) => filesOf(join(root, path)))) {
		const content = readFileSync(file);
		hash.update(`${file.slice(root.length)}\0${content.length}\0`).update(content);
	}
	return hash.digest('hex');
}

/** Whether the work that a stamp stands for was finished for exactly this content. */
export function isStamped(file, hash) {
	return existsSync(file) && readFileSync(file, 'utf8').trim() === hash;
}

/** Written last: work that was interrupted leaves none and is repeated. */
export function writeStamp(file, hash) {
	writeFileSync(file, `${hash}\n`);
}
