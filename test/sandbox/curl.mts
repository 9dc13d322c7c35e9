import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';

/** `test` where there is curl, else a skipped one. */
export const withCurl = (() => {
	try {
		execFileSync('curl', ['--version']);
		return test;
	} catch {
		return test.skip;
	}
})();

/** What curl prints: the body of the answer. */
export async function curl<T>(cwd: string, ...args: string[]): Promise<T> {
	const { stdout } = await promisify(execFile)('curl', ['-s', '--noproxy', '*', ...args], { cwd });
	return JSON.parse(stdout) as T;
}
