/**
 * `npm start`: from a fresh clone to a running system. Plain JavaScript, because it runs before anything is installed.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readOptions } from './options.mjs';
import { report } from '../system/userError.mjs';
import { checkNode, ready } from './preflight.mjs';
import { ROOT } from '../system/repository.mjs';
import { checkBuildTools } from '../system/buildTools.mjs';

async function start() {
	checkNode();
	const options = readOptions(process.argv.slice(2));
	// Told before minutes of downloading, not after. Whether n8n's installation is this clone's is known only later.
	const hosts = process.env.FILE_DELIVERY_HOST_DIR ?? join(ROOT, '.host');
	if (!existsSync(join(hosts, 'newest', '.installed'))) checkBuildTools();
	await ready();
	const { register } = await import('tsx/esm/api');
	register();
	const { main } = await import('./main.mts');
	await main(options);
}

await start().catch(report);
process.exit();
