import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';

/** `test` if curl is installed, otherwise a skipped test. */
export const withCurl = (() => {
	try {
		execFileSync('curl', ['--version']);
		return test;
	} catch {
		return test.skip;
	}
})();

/** Returns curl's output, the response body. */
export async function curl<T>(cwd: string, ...args: string[]): Promise<T> {
	const { stdout } = await promisify(execFile)('curl', ['-s', '--noproxy', '*', ...args], { cwd });
	return JSON.parse(stdout) as T;
}
