import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from './case.mts';

/** Milliseconds between two looks at the storage. */
const INTERVAL = 50;

/** Returns the result of the work and the most bytes that it had in n8n's binary storage at once. */
export async function measureStorage<T>(
	bench: Bench,
	work: () => Promise<T>,
): Promise<{ result: T; peak: number }> {
	const before = storedBytes(bench);
	let peak = before;
	const look = () => (peak = Math.max(peak, storedBytes(bench)));
	const timer = setInterval(look, INTERVAL);
	try {
		const result = await work();
		look();
		return { result, peak: peak - before };
	} finally {
		clearInterval(timer);
	}
}

/** Returns the bytes in n8n's binary storage. */
function storedBytes({ folder }: Bench): number {
	const root = join(folder, 'n8n', '.n8n');
	if (!existsSync(root)) return 0;
	return readdirSync(root, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && /binary_data|binaryData|storage/i.test(entry.parentPath))
		.map((entry) => statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false }))
		.reduce((sum, file) => sum + (file?.size ?? 0), 0);
}
