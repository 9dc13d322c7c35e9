/** Runs Jest on the Node.js of the newest n8n, whatever Node.js runs this program. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, dirname, join } from 'node:path';

import { installNode } from '../../sandbox/n8n/install.mts';
import { ROOT } from '../../sandbox/system/repository.mjs';
import { reportError } from '../../sandbox/system/userError.mjs';

async function runJest(options: string[]): Promise<void> {
	const program = await installNode('newest');
	const jest = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
	const args = ['--experimental-vm-modules', '--no-warnings', jest, ...options];
	const PATH = `${dirname(program)}${delimiter}${process.env.PATH ?? ''}`;
	const env = { ...process.env, PATH };
	const child = spawn(program, args, { cwd: ROOT, stdio: 'inherit', env });
	const [code] = (await once(child, 'exit')) as [number | null];
	process.exitCode = code ?? 1;
}

await runJest(process.argv.slice(2)).catch(reportError);
