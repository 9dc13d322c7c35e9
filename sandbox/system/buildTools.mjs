import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Problem } from './userError.mjs';

/** What compiles the database driver of n8n. */
const BUILD_TOOLS = ['g++', 'make', 'python3'];

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

/** @throws {Problem} that names the build tools which this machine lacks */
export function checkBuildTools(path = process.env.PATH ?? '') {
	const missing = BUILD_TOOLS.filter((tool) => !isOnPath(tool, path));
	if (missing.length === 0) return;
	throw new Problem(
		`To compile the database driver of n8n this machine lacks ${missing.join(', ')}. On Debian or Ubuntu: ` +
			`sudo apt-get install -y ${missing.join(' ')}. Then run the command again.`,
	);
}
