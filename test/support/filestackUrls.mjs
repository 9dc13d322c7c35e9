// Prints the URLs that the official SDK (filestack-js) builds for a list of tasks and sources, as JSON. Runs in a separate
// process, because Jest on Node.js 20 cannot load an ES module through require(), which the SDK does.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { Filelink } = createRequire(import.meta.url)('filestack-js');
const urls = JSON.parse(readFileSync(0, 'utf8')).map(({ apiKey, tasks, sources, base64 }) => {
	const link = new Filelink(sources, apiKey);
	link.setUseValidator?.(false);
	if (base64) link.setBase64(true);
	for (const { name, params } of tasks) link.addTask(name, params);
	return link.toString().replace(/^https:\/\/[^/]+/, '');
});
process.stdout.write(JSON.stringify(urls));
