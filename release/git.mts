import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { UserError } from '../sandbox/system/userError.mjs';

const execute = promisify(execFile);

/**
 * Runs a program and returns its standard output without the line break at its end.
 * @throws {UserError} with the program's output if it fails
 */
export async function run(
	program: string,
	args: string[],
	options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<string> {
	const env = { ...process.env, ...options.env };
	try {
		const { stdout } = await execute(program, args, { ...options, env, maxBuffer: 64 * 1024 ** 2 });
		return stdout.trimEnd();
	} catch (error) {
		const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
		const output = `${stdout}${stderr}`.trim() || String(error);
		throw new UserError(`${program} ${args.join(' ')} failed:\n${output}`);
	}
}

/** Git in one repository: `git('log', '-1')`. */
export type Git = (...args: string[]) => Promise<string>;

/** Returns git for the repository in a folder, with additional environment variables. */
export const gitIn =
	(folder: string, env: Record<string, string> = {}): Git =>
	async (...args) =>
		await run('git', args, { cwd: folder, env });
