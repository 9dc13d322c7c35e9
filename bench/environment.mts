import { existsSync, mkdtempSync, readdirSync, rmSync, statfsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEnvironment } from '../sandbox/n8n/environment.mts';
import { startSandbox } from '../sandbox/server.mts';
import { type Bench, GIB, MIB } from './case.mts';
import { childOf } from './memory.mts';

/** Disk space for a case in bytes: a file of 3 GiB at its source, in n8n and at the service. */
const NEEDED_BYTES = 10 * GIB;

/**
 * Returns the folder for files: FILE_DELIVERY_BENCH_DIR or, if it is large enough, a RAM disk, so that the disk does
 * not limit the results.
 */
function pickFolder(): string {
	const wanted = process.env.FILE_DELIVERY_BENCH_DIR;
	if (wanted) return wanted;
	const memory = '/dev/shm';
	if (!existsSync(memory)) return tmpdir();
	const { bavail, bsize } = statfsSync(memory);
	return bavail * bsize >= NEEDED_BYTES ? memory : tmpdir();
}

/** Runs work with a new n8n and a new sandbox, and removes all their files afterwards. */
export async function withEnvironment<T>(
	env: Record<string, string>,
	log: Bench['log'],
	work: (bench: Bench) => Promise<T>,
): Promise<T> {
	const folder = mkdtempSync(join(pickFolder(), 'file-delivery-bench-'));
	try {
		const environment = await startEnvironment({
			folder,
			log,
			env: { N8N_RESTRICT_FILE_ACCESS_TO: folder, ...env },
			openSandbox: async (dataDir) => await startSandbox({ dataDir }),
		});
		try {
			return await work({
				environment,
				folder,
				log,
				n8nPid: childOf(environment.n8n.pid),
			});
		} finally {
			await environment.stop();
		}
	} finally {
		rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
	}
}

/** Removes the large files below a folder, because the next run needs the space. */
export function removeLargeFiles(folder: string, except: readonly string[] = []): void {
	for (const path of largeFilesIn(folder)) {
		if (!except.includes(path)) rmSync(path, { force: true });
	}
}

/** Returns the paths of the large files that the sandbox has stored. */
export const filesInSandbox = ({ folder }: Pick<Bench, 'folder'>): string[] =>
	largeFilesIn(join(folder, 'n8n-sandbox'));

function largeFilesIn(folder: string): string[] {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && !entry.name.endsWith('.sqlite'))
		.map((entry) => join(entry.parentPath, entry.name))
		.filter((path) => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 8 * MIB);
}
