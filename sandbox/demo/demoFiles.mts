import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface DemoFile {
	name: string;
	/** Media type. */
	type: string;
	content: Buffer;
	/** Hex. */
	sha256: string;
}

const FOLDER = join(dirname(dirname(fileURLToPath(import.meta.url))), 'documents');

const NAMES: ReadonlyArray<[name: string, type: string]> = [
	['proof-of-address.pdf', 'application/pdf'],
	['photo-id.png', 'image/png'],
];

/** Returns the SHA-256 in hex. */
export function sha256(content: Buffer): string {
	return createHash('sha256').update(content).digest('hex');
}

/** The documents that the customer uploads in the demo. */
export function readDemoFiles(): DemoFile[] {
	return NAMES.map(([name, type]) => {
		const content = readFileSync(join(FOLDER, name));
		return { name, type, content, sha256: sha256(content) };
	});
}
