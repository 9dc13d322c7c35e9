// The programs that tests start. Plain JavaScript, because n8n's linter takes every .ts file for a part of a node, and
// a node must not start programs.
const { execFileSync, spawn, spawnSync } = require('node:child_process');
const { join, resolve } = require('node:path');
const { createInterface } = require('node:readline');
const { text } = require('node:stream/consumers');

const root = resolve(__dirname, '../..');

/** The sandbox, which ends when its standard input closes: a killed test run leaves nothing behind. */
async function startSandbox(folder) {
	const args = ['--import', 'tsx', 'sandbox/main.mts', '--json', '--port', '0', '--data', folder];
	const child = spawn(process.execPath, args, { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] });
	const line = await new Promise((resolve, reject) => {
		createInterface({ input: child.stdout }).once('line', resolve);
		child.once('exit', (code) => reject(new Error(`The sandbox ended with ${code}`)));
	});
	// A test that fails before it ends the sandbox must not keep the run alive; the sandbox ends with the run.
	for (const handle of [child, child.stdin, child.stdout]) handle.unref();
	return { child, info: JSON.parse(line) };
}

/** Lets a process take itself for Node.js 24 or for an earlier one, whatever runs the tests. */
function actAs(isNode24) {
	const code = isNode24 ? 'RegExp.escape ??= String' : 'delete RegExp.escape';
	return ['--import', `data:text/javascript,${encodeURIComponent(code)}`];
}

/** V8's collections while triggerMinorGc counts each group of chunks, in a new process. */
function collections(groups, isNode24 = true) {
	const program = join(root, 'test/support/collections.mjs');
	const args = [...actAs(isNode24), '--import', 'tsx', program, JSON.stringify(groups)];
	return JSON.parse(execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' }));
}

/** The paths that filestack-js builds for some tasks and sources. */
function filestackPaths(requests) {
	const program = join(root, 'test/support/filestackUrls.mjs');
	const input = JSON.stringify(requests);
	return JSON.parse(execFileSync(process.execPath, [program], { cwd: root, input }).toString());
}

/**
 * Returns the number of objects at each allocation site of Node's streams whose objects V8 considers short-lived although all
 * of the last 150 survived. Measures in a new process that loads the module first, if there is one.
 */
function traceAllocationSites(module = '') {
	const program = join(root, 'test/support/allocationSites.mjs');
	const flags = ['--expose-gc', '--trace-pretenuring', '--trace-pretenuring-statistics'];
	const node = [...actAs(true), '--import', 'tsx'];
	const args = [...flags, ...node, program, module && join(root, module)];
	const output = execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
	return [...output.matchAll(/\((\d+), 1\d\d, [\d.]+\) undecided => don't tenure/g)].map(
		([, made]) => Number(made),
	);
}

/** n8n's rules do not apply if NODE_ENV is "test". */
const notATest = () => ({ ...process.env, NODE_ENV: '' });

/** Runs `npm run release -- …` and returns its output and whether it succeeded. */
function release(args) {
	const program = ['--import', 'tsx', 'release/main.mts', ...args];
	const options = { cwd: root, env: notATest(), encoding: 'utf8' };
	const { status, stdout, stderr } = spawnSync(process.execPath, program, options);
	return { succeeded: status === 0, output: `${stdout}${stderr}` };
}

/** Runs git in the repository of a folder and returns its output. */
function git(folder, ...args) {
	const options = { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] };
	return execFileSync('git', args, options).trim();
}

/** Publishes a tarball or folder to a registry outside of any CI, and returns npm's output. */
async function publish(what, registry) {
	const { PATH, HOME } = process.env;
	const token = `--${registry.replace(/^http:/, '')}:_authToken=test`;
	const args = ['publish', what, `--registry=${registry}`, token];
	const child = spawn('npm', args, { cwd: root, env: { PATH, HOME } });
	const output = Promise.all([text(child.stdout), text(child.stderr)]);
	const status = await new Promise((resolve) => child.once('close', resolve));
	return { succeeded: status === 0, output: (await output).join('') };
}

/** Returns the result of n8n's linter for the folder of a package: "passed", or its findings. */
function lint(folder) {
	const program = join(root, 'node_modules/@n8n/node-cli/bin/n8n-node.mjs');
	const options = { cwd: folder, env: notATest() };
	const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'lint'], options);
	return status === 0 ? 'passed' : `${stdout}${stderr}`;
}

/** Unpacks a tarball of a package; its content is then in the folder `package`. */
function unpack(tarball, folder) {
	execFileSync('tar', ['-xzf', tarball, '-C', folder]);
}

/** The paths of the files that npm would publish from each of these folders. */
function publishedFiles(folders) {
	const args = ['pack', '--dry-run', '--json', '--ignore-scripts', ...folders];
	const listed = execFileSync('npm', args, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] });
	return JSON.parse(String(listed)).map(({ files }) => files.map(({ path }) => path));
}

module.exports = {
	filestackPaths,
	collections,
	git,
	lint,
	publish,
	publishedFiles,
	release,
	traceAllocationSites,
	startSandbox,
	unpack,
};
