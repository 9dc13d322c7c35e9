// Runs scripts of package.json, as many at once as the machine has processors: `inParallel.mjs <script> <script> …`. Prints the output
// of each when it ends, and exits with 1 if one fails.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { text } from 'node:stream/consumers';

const scripts = process.argv.slice(2);

async function run(script) {
	const child = spawn(`npm run --silent ${script} 2>&1`, {
		shell: true,
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const ended = new Promise((resolve) => child.once('close', resolve));
	const output = await text(child.stdout);
	const code = await ended;
	console.log(`npm run ${script}: ${code === 0 ? 'passed' : 'failed'}\n${output}`);
	if (code !== 0) process.exitCode = 1;
}

async function worker() {
	for (let script = scripts.shift(); script !== undefined; script = scripts.shift())
		await run(script);
}

await Promise.all(Array.from({ length: availableParallelism() }, worker));
