/** `npm start`: takes a fresh clone to a running system. Plain JavaScript, because it runs before npm ci. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { requireBuildTools } from '../system/buildTools.mjs';
import { ROOT } from '../system/repository.mjs';
import { reportError } from '../system/userError.mjs';
import { readOptions } from './options.mjs';
import { requireSupportedNode, installDependencies } from './preflight.mjs';

async function start() {
	requireSupportedNode();
	const options = readOptions(process.argv.slice(2));
	// Checked before minutes of downloading. Only later is it known whether the installed n8n is the one of this clone.
	const hosts = process.env.FILE_DELIVERY_HOST_DIR ?? join(ROOT, '.host');
	if (!existsSync(join(hosts, 'newest', '.installed'))) requireBuildTools();
	await installDependencies();
	const { register } = await import('tsx/esm/api');
	register();
	const { main } = await import('./main.mts');
	await main(options);
}

await start().catch(reportError);
process.exit();
