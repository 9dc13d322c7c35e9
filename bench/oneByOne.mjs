/**
 * Downloads files one after the other like an action of a workflow that runs once per file: axios reads the response into
 * memory, which is then written to a file. Prints the seconds that it took.
 * node oneByOne.mjs <folder> <url>…
 */
import { Buffer } from 'node:buffer';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import axios from 'axios';

const [folder, ...urls] = process.argv.slice(2);
const started = performance.now();
for (const url of urls) {
	const { data } = await axios.get(url, { responseType: 'arraybuffer', proxy: false });
	await writeFile(join(folder, 'thumbnail'), Buffer.from(data));
}
console.log(((performance.now() - started) / 1000).toFixed(3));
process.exit();
