/**
 * Milliseconds in which n8n's own loader loads an installed package, nodes and credentials. Runs on the Node.js of n8n.
 * node loadPackage.mjs <folder of n8n> <folder of the package>
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [host, folder] = process.argv.slice(2);
const { PackageDirectoryLoader } = createRequire(join(host, 'package.json'))('n8n-core');
const loader = new PackageDirectoryLoader(folder);
const started = process.hrtime.bigint();
await loader.loadAll();
const milliseconds = Number(process.hrtime.bigint() - started) / 1e6;
if (loader.types.nodes.length === 0) throw new Error(`There are no nodes in ${folder}`);
console.log(milliseconds.toFixed(1));
process.exit();
