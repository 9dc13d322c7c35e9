import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../sandbox/system/repository.mjs';
import { describeInstallation, nodeProgram } from '../sandbox/n8n/versions.mts';

const execute = promisify(execFile);

/** Returns the seconds that a plain Node.js stream needs for a file; see baseline.mjs. */
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

/** The result of cipherBaseline.mjs. */
export interface CipherBaseline {
	seconds: number;
	/** After an upload. */
	fileId?: string;
	key?: string;
}

/** Encrypts and uploads a file, or downloads and decrypts one, with a plain Node.js cipher stream; see cipherBaseline.mjs. */
export async function cipherBaseline(
	way: 'upload' | 'download',
	file: string,
	...args: string[]
): Promise<CipherBaseline> {
	const script = join(ROOT, 'bench', 'cipherBaseline.mjs');
	const program = nodeProgram(describeInstallation('newest'));
	const { stdout } = await execute(program, [script, way, file, ...args]);
	return JSON.parse(stdout) as CipherBaseline;
}

/** Returns the seconds in which a program downloads files one after the other; see oneByOne.mjs. */
export async function downloadOneByOne(folder: string, urls: readonly string[]): Promise<number> {
	const script = join(ROOT, 'bench', 'oneByOne.mjs');
	const program = nodeProgram(describeInstallation('newest'));
	const { stdout } = await execute(program, [script, folder, ...urls]);
	return Number(stdout);
}

/** Returns the seconds that curl measured. */
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

/**
 * Returns the seconds that rclone takes, with its start; undefined if it is not installed. It does not check what it has
 * transferred, like the other contenders, and gets neither proxy nor settings of other S3 programs from the environment.
 */
export async function rclone(...args: string[]): Promise<number | undefined> {
	const settings = ['--config', '/dev/null', '--ignore-checksum', '--s3-no-head'];
	const started = performance.now();
	try {
		await execute('rclone', [...settings, ...args], { env: { PATH: process.env.PATH } });
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
		throw error;
	}
	return (performance.now() - started) / 1000;
}

/** Returns the milliseconds in which n8n loads an installed package, and their CPU time; see loadPackage.mjs. */
export async function loadTime(
	host: string,
	folder: string,
): Promise<{ elapsed: number; cpu: number }> {
	const script = join(ROOT, 'bench', 'loadPackage.mjs');
	const program = nodeProgram(describeInstallation('newest'));
	// n8n uses NODE_PATH too, so that community packages find n8n's own packages.
	const env = { ...process.env, NODE_PATH: join(host, 'node_modules') };
	const { stdout } = await execute(program, [script, host, folder], { env });
	const [elapsed, cpu] = (stdout.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
	return { elapsed, cpu };
}
