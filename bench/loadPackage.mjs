/**
 * Prints the milliseconds in which n8n's own loader loads an installed package (nodes and credentials), and the CPU time of
 * that, which does not depend on other programs. Runs on n8n's Node.js.
 * node loadPackage.mjs <folder of n8n> <folder of the package>
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [n8nFolder, folder] = process.argv.slice(2);
const { PackageDirectoryLoader } = createRequire(join(n8nFolder, 'package.json'))('n8n-core');
const loader = new PackageDirectoryLoader(folder);
const started = process.hrtime.bigint();
const before = process.cpuUsage();
await loader.loadAll();
const milliseconds = Number(process.hrtime.bigint() - started) / 1e6;
const { user, system } = process.cpuUsage(before);
if (loader.types.nodes.length === 0) throw new Error(`There are no nodes in ${folder}`);
console.log(`${milliseconds.toFixed(1)} ${((user + system) / 1000).toFixed(1)}`);
process.exit();
