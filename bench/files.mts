import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { GIB, MIB } from './case.mts';

/** Creates an incompressible file of this size. */
export async function makeFile(folder: string, size: number): Promise<string> {
	const path = join(folder, `source-${size}.bin`);
	const block = randomBytes(16 * MIB);
	const file = await open(path, 'w');
	for (let written = 0; written < size; written += block.length) {
		await file.write(block, 0, Math.min(block.length, size - written));
	}
	await file.close();
	return path;
}

export const nameOf = (size: number) => (size >= GIB ? `${size / GIB} GiB` : `${size / MIB} MiB`);
