import { keepGarbageYoung } from './youngGarbage';

/** Bytes per write to n8n's storage. 256 KiB is 4 % slower; 64 KiB and 1 MiB are a third slower. */
export const WRITE_SIZE = 512 * 1024;

/**
 * Regroups chunks into blocks of at least `blockSize` bytes, except the last. n8n's storage awaits each write, so the
 * 64 KiB chunks that Node reads from a connection would slow it down.
 */
export async function* gathered(
	chunks: AsyncIterable<Buffer>,
	blockSize: number,
): AsyncGenerator<Buffer> {
	let pending: Buffer[] = [];
	let size = 0;
	const takeBlock = () => {
		const block = pending.length === 1 ? pending[0] : Buffer.concat(pending, size);
		// The incoming chunks were already counted by `keepGarbageYoung`; count only the copy made here.
		if (pending.length > 1) keepGarbageYoung(size / 3);
		pending = [];
		size = 0;
		return block;
	};
	for await (const chunk of chunks) {
		pending.push(chunk);
		size += chunk.length;
		if (size >= blockSize) yield takeBlock();
	}
	if (size > 0) yield takeBlock();
}
