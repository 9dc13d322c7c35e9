import { createHash } from 'node:crypto';

import type { IBinaryData, INodeExecutionData } from 'n8n-workflow';

import { binaryData } from './engine';

export interface TestFile {
	name?: string;
	type?: string;
	bytes: Buffer;
}

/** Stores a file in n8n's storage, as an earlier node does. */
export async function storedBinary({ name, type = 'text/plain', bytes }: TestFile) {
	const location = {
		type: 'execution',
		workflowId: 'workflow1',
		executionId: 'execution1',
	} as const;
	const described: IBinaryData = { data: '', fileName: name, mimeType: type };
	return await (await binaryData()).store(location, bytes, described);
}

/** A file that n8n holds in memory. */
export const inMemory = ({ name, type = 'text/plain', bytes }: TestFile): IBinaryData => ({
	data: bytes.toString('base64'),
	fileName: name,
	mimeType: type,
});

/** An item with files in binary fields. */
export async function itemWith(files: Record<string, TestFile>): Promise<INodeExecutionData> {
	const stored = Object.entries(files).map(
		async ([field, file]) => [field, await storedBinary(file)] as const,
	);
	return { json: {}, binary: Object.fromEntries(await Promise.all(stored)) };
}

export const sha256Of = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
