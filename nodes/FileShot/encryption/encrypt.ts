import { type CipherGCM, createCipheriv, createSecretKey } from 'node:crypto';

import { chunkCount, chunkIv, chunkLength, type ContainerHeader, encodeHeader } from './container';

/**
 * Yields the container of a file as its bytes arrive. The same header, key and bytes give the same container; a header
 * and its key must never be used for other bytes, because both files could be computed from the difference.
 * @throws RangeError if the file does not have the size in the header
 */
export async function* encrypt(
	chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
	header: ContainerHeader,
	key: Buffer,
): AsyncGenerator<Buffer> {
	yield encodeHeader(header);
	const total = chunkCount(header);
	// A key object, because Node prepares a buffer again for each chunk.
	const secret = createSecretKey(key);
	let index = 0;
	let cipher: CipherGCM | undefined;
	/** Bytes until the end of the chunk. */
	let left = 0;
	for await (const chunk of chunks) {
		for (let at = 0; at < chunk.length;) {
			if (!cipher) {
				if (index === total) throw new RangeError('The file is longer than its header says');
				cipher = createCipheriv('aes-256-gcm', secret, chunkIv(header, index));
				left = chunkLength(header, index);
			}
			const piece = chunk.subarray(at, at + left);
			at += piece.length;
			left -= piece.length;
			yield cipher.update(piece);
			if (left > 0) continue;
			cipher.final();
			yield cipher.getAuthTag();
			cipher = undefined;
			index++;
		}
	}
	if (index < total) throw new RangeError('The file is shorter than its header says');
}
