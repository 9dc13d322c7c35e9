import { createHash } from 'node:crypto';

import type { INodeExecutionData } from 'n8n-workflow';

import { storedBinary } from '../support/binary';
import type { SeededRandom } from './seededRandom';

export interface TortureFile {
	name: string;
	bytes: Buffer;
	sha256: string;
}

export const sha256Of = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Returns files of random sizes: empty ones, small ones, and those around multiples of 64 KiB. */
export function randomFiles(random: SeededRandom, count: number, largest: number): TortureFile[] {
	const part = 64 * 1024;
	return Array.from({ length: count }, (_, index) => {
		const size = random.oneOf([
			() => random.whole(0, 3),
			() => random.whole(1, part),
			() => part * random.whole(1, 4) + random.whole(-1, 1),
			() => random.whole(part, 700 * 1024),
			// Large files are slow, so only one in twenty-five is large.
			() => random.whole(part, random.next() < 0.2 ? largest : 2 * part),
		])();
		const bytes = random.bytes(size);
		return { name: `file-${index}.bin`, bytes, sha256: sha256Of(bytes) };
	});
}

export const itemOf = async ({ name, bytes }: TortureFile): Promise<INodeExecutionData> => ({
	json: { name },
	binary: { data: await storedBinary({ name, type: 'application/octet-stream', bytes }) },
});
