import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { takeLock } from '../../sandbox/system/lock.mjs';
import { onLinux } from './largeFile.mts';
import { eventually, removeFolder, temporaryFolder } from './support.mts';

let folder: string;
beforeEach(async () => (folder = await temporaryFolder()));
afterEach(async () => await removeFolder(folder));

const lockOf = async (pid: number) => {
	const file = join(folder, 'lock');
	await writeFile(file, `${pid}@${hostname()}`);
	return takeLock(file);
};

test('a lock of a running process is held', async () => {
	expect(await lockOf(process.pid)).toEqual({ holder: String(process.pid) });
});

onLinux(
	'a lock of an exited process is free, even if its parent has not read the exit code',
	async () => {
		const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], {
			stdio: ['ignore', 'pipe', 'ignore'],
		});
		try {
			const [line] = (await once(parent.stdout, 'data')) as [Buffer];
			const pid = Number(line);
			await eventually(async () => {
				const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
				return stat.includes(') Z ') || undefined;
			});
			const lock = await lockOf(pid);
			expect(lock).toHaveProperty('release');
			if ('release' in lock) lock.release();
		} finally {
			parent.kill();
		}
	},
);
