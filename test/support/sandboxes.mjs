// Starts and stops sandboxes for the tests, in one process because loading the program takes longer than starting one.
import '../../sandbox/core/v8Flags.mts';
import { startSandbox } from '../../sandbox/server.mts';

/** By data folder. */
const running = new Map();

async function start(folder) {
	const sandbox = await startSandbox({ port: 0, dataDir: folder });
	running.set(folder, sandbox);
	return sandbox.info;
}

async function stop(folder) {
	await running.get(folder)?.close();
	running.delete(folder);
}

process.on('message', ({ id, call, folder }) => {
	const work = call === 'start' ? start(folder) : stop(folder);
	work.then(
		(result) => process.send({ id, result }),
		(error) => process.send({ id, error: String(error?.stack ?? error) }),
	);
});
