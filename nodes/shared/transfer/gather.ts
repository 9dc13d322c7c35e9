import { keepGarbageYoung } from './youngGarbage';

/** Bytes that are moved at once. Node's usual 64 KiB have four times as many waits; more was no faster. */
export const BLOCK_SIZE = 256 * 1024;

/**
 * The same bytes in blocks of at least that many, the last one aside. n8n's storage writes one block after the other and
 * waits for each, so the 64 KiB that Node reads from a connection make it slow.
 */
export async function* gathered(
	chunks: AsyncIterable<Buffer>,
	blockSize: number,
): AsyncGenerator<Buffer> {
	let waiting: Buffer[] = [];
	let size = 0;
	const block = () => {
		const whole = waiting.length === 1 ? waiting[0] : Buffer.concat(waiting, size);
		if (waiting.length > 1) keepGarbageYoung(size);
		waiting = [];
		size = 0;
		return whole;
	};
	for await (const chunk of chunks) {
		waiting.push(chunk);
		size += chunk.length;
		if (size >= blockSize) yield block();
	}
	if (size > 0) yield block();
}
