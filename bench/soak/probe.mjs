/**
 * Measures the process that loads this module (node --import probe.mjs): a server at the socket SOAK_PROBE/<process ID>
 * collects garbage for each connection and responds with the memory and the open resources in JSON.
 */
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';

setFlagsFromString('--expose-gc');
/** @type {() => void} */
const collectGarbage = runInNewContext('gc');

/** Collects twice, because the first collection runs finalizers that release more. */
async function measure() {
	collectGarbage();
	await new Promise((resolve) => setTimeout(resolve, 100));
	collectGarbage();
	return { ...process.memoryUsage(), resources: process.getActiveResourcesInfo() };
}

const folder = process.env.SOAK_PROBE;
if (folder && isMainThread) {
	createServer((socket) => {
		socket.on('error', () => socket.destroy());
		void measure().then((measured) => socket.end(JSON.stringify(measured)));
	})
		.listen(join(folder, `${process.pid}.sock`))
		// The server must not keep a process running that has nothing else to do.
		.unref();
}
