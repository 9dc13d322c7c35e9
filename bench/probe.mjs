/**
 * Measures the process that loads this module (node --import probe.mjs): a server at the socket <BENCH_PROBE>/<process ID>
 * responds to one command per connection with JSON. `memory` collects garbage and returns the memory and the open
 * resources; `profile` starts a CPU profile, which `profiled` ends and returns.
 */
import { Session } from 'node:inspector/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';

setFlagsFromString('--expose-gc');
/** @type {() => void} */
const collectGarbage = runInNewContext('gc');

/** @type {Session | undefined} */
let session;

/** @type {Record<string, () => Promise<unknown>>} */
const commands = {
	/** Collects twice, because the first collection runs finalizers that release more. */
	async memory() {
		collectGarbage();
		await new Promise((resolve) => setTimeout(resolve, 100));
		collectGarbage();
		return { ...process.memoryUsage(), resources: process.getActiveResourcesInfo() };
	},
	async profile() {
		session = new Session();
		session.connect();
		await session.post('Profiler.enable');
		await session.post('Profiler.setSamplingInterval', { interval: 500 });
		return await session.post('Profiler.start');
	},
	async profiled() {
		const ended = await session?.post('Profiler.stop');
		session?.disconnect();
		return ended?.profile;
	},
};

const folder = process.env.BENCH_PROBE;
// A worker thread has the process ID of its process, and cannot use its socket.
if (folder && isMainThread) {
	createServer((socket) => {
		socket.on('error', () => socket.destroy());
		socket.once('data', (command) => {
			void commands[String(command).trim()]().then((result) => {
				socket.end(JSON.stringify(result ?? null));
			});
		});
	})
		.listen(join(folder, `${process.pid}.sock`))
		// The server must not keep a process running that has nothing else to do.
		.unref();
}
