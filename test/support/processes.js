// The programs that tests start. Plain JavaScript, because n8n's linter takes every .ts file for a part of a node, and
// a node must not start programs.
const { execFileSync, spawn, spawnSync } = require('node:child_process');
const { join, resolve } = require('node:path');

const root = resolve(__dirname, '../..');

/** The sandbox, which ends when its standard input closes: a killed test run leaves nothing behind. */
function spawnSandbox(folder) {
	const args = ['--import', 'tsx', 'sandbox/main.mts', '--json', '--port', '0', '--data', folder];
	return spawn(process.execPath, args, { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] });
}

/** What n8n's scanner says of a folder: "passed", or its findings. */
function scan(folder, what) {
	const program = join(root, 'test/support/scan.mjs');
	const env = { ...process.env, NODE_ENV: '' }; // its rules look away where this is "test"
	return String(spawnSync(process.execPath, [program, folder, what], { env }).stdout).trim();
}

/** The paths of the files that npm would publish from a folder. */
function publishedFiles(folder) {
	const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
	const listed = execFileSync('npm', args, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
	return JSON.parse(String(listed))[0].files.map(({ path }) => path);
}

module.exports = { publishedFiles, scan, spawnSandbox };
