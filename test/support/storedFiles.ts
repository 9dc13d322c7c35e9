/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { sleep } from 'n8n-workflow';

/** Returns the names of the files of n8n's binary storage on disk. */
export const storedFiles = (): string[] =>
	readdirSync(join(process.env.N8N_USER_FOLDER!, '.n8n'), { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && /binary_data|storage/.test(entry.parentPath))
		.map(({ name }) => name);

/** Returns the files that are still stored and were not before, once n8n has finished deleting. */
export async function storedSince(before: readonly string[]): Promise<string[]> {
	const fresh = () => storedFiles().filter((name) => !before.includes(name));
	for (let tries = 0; fresh().length > 0 && tries < 50; tries++) await sleep(20);
	return fresh();
}
