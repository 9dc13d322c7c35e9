import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../sandbox/system/repository.mjs';
import { describeInstallation, nodeProgram } from '../sandbox/n8n/versions.mts';

const execute = promisify(execFile);

/** Seconds that a bare Node.js stream needs for a file; see bare.mjs. */
export async function baseline(
	way: 'upload' | 'download',
	hashing: 'plain' | 'sha256',
	file: string,
	url: string,
): Promise<number> {
	const script = join(ROOT, 'bench', 'baseline.mjs');
	const { stdout } = await execute(nodeProgram(describeInstallation('newest')), [
		script,
		way,
		hashing,
		file,
		url,
	]);
	return Number(stdout);
}

/** Seconds that curl needs by its own count. */
export async function curl(...args: string[]): Promise<number> {
	const { stderr } = await execute('curl', [
		'--silent',
		'--fail',
		'--noproxy',
		'*',
		'--write-out',
		'%{stderr}%{time_total}',
		...args,
	]);
	return Number(stderr);
}

/** Milliseconds in which n8n loads an installed package; see loadPackage.mjs. */
export async function loadTime(host: string, folder: string): Promise<number> {
	const script = join(ROOT, 'bench', 'loadPackage.mjs');
	const program = nodeProgram(describeInstallation('newest'));
	// n8n finds its own packages for those of others in the same way.
	const env = { ...process.env, NODE_PATH: join(host, 'node_modules') };
	const { stdout } = await execute(program, [script, host, folder], { env });
	return Number(stdout.trim().split('\n').at(-1));
}
