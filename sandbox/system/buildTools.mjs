import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { UserError } from './userError.mjs';

/** The tools that compile n8n's database driver. */
const BUILD_TOOLS = ['g++', 'make', 'python3'];

/**
 * @param {string} tool
 * @param {string} path
 */
function isOnPath(tool, path) {
	return path.split(delimiter).some((folder) => {
		try {
			accessSync(join(folder, tool), constants.X_OK);
			return true;
		} catch {
			return false;
		}
	});
}

/** @throws {UserError} naming the build tools that are missing on this machine */
export function requireBuildTools(path = process.env.PATH ?? '') {
	const missing = BUILD_TOOLS.filter((tool) => !isOnPath(tool, path));
	if (missing.length === 0) return;
	throw new UserError(
		`Compiling n8n's database driver requires ${missing.join(', ')}, which this machine does not have. On Debian or Ubuntu: ` +
			`sudo apt-get install -y ${missing.join(' ')}. Then run the command again.`,
	);
}
