import { type CipherGCM, createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto';

import { triggerMinorGc } from '../../shared/files/gcPressure';
import {
	chunkCount,
	chunkIv,
	chunkLength,
	type ContainerHeader,
	containerSize,
	encodeHeader,
	EncryptionError,
	headerLength,
	invalid,
	MAGIC,
	parseHeader,
	PREFIX_SIZE,
	TAG_SIZE,
} from './container';

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

/** A container whose header was read and checked. */
export interface Container {
	header: ContainerHeader;
	/** Bytes of the whole container, according to its header. */
	size: number;
	/** Yields the decrypted file; see {@link decryptChunks}. */
	decrypt(key: Buffer): AsyncGenerator<Buffer>;
}

/** Whether the bytes that come next begin a container. */
export const startsContainer = async (reader: ByteReader): Promise<boolean> =>
	(await reader.peek(MAGIC.length)).equals(MAGIC);

/**
 * Reads the header of a container without consuming it.
 * @throws EncryptionError for an invalid header
 */
export async function openContainer(reader: ByteReader): Promise<Container> {
	const start = PREFIX_SIZE + headerLength(await reader.peek(PREFIX_SIZE));
	const beginning = await reader.peek(start);
	if (beginning.length < start) throw invalid('it ends within its header');
	const header = parseHeader(beginning.subarray(PREFIX_SIZE));
	const decrypt = async function* (key: Buffer) {
		try {
			await reader.take(start);
			yield* decryptChunks(reader, header, key);
		} finally {
			await reader.close();
		}
	};
	return { header, size: containerSize(header, start), decrypt };
}

/**
 * Yields the chunks of a container, each only after its tag was verified, and the last one only after the container has
 * ended where it must. The reader may hold earlier chunks when an error follows, and must discard them.
 * @throws EncryptionError for a wrong key, and for damaged, missing or additional bytes
 */
async function* decryptChunks(
	reader: ByteReader,
	header: ContainerHeader,
	key: Buffer,
): AsyncGenerator<Buffer> {
	const total = chunkCount(header);
	let last: Buffer | undefined;
	for (let index = 0; index < total; index++) {
		const length = chunkLength(header, index) + TAG_SIZE;
		const sealed = await reader.take(length);
		if (sealed.length < length) throw invalid(`it ends within chunk ${index + 1} of ${total}`);
		const opened = openSealed(sealed, key, chunkIv(header, index));
		if (!opened) {
			throw index === 0
				? wrongKeyError(header)
				: invalid(`chunk ${index + 1} of ${total} was changed`);
		}
		triggerMinorGc(length);
		if (last) yield last;
		last = opened;
	}
	if ((await reader.take(1)).length > 0) throw invalid('it is longer than its header says');
	if (last) yield last;
}

/**
 * Decrypts bytes that end with their tag.
 * @returns undefined if the key is wrong or the bytes were changed, which cannot be distinguished
 */
export function openSealed(sealed: Buffer, key: Buffer, iv: Buffer): Buffer | undefined {
	const end = sealed.length - TAG_SIZE;
	const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_SIZE });
	decipher.setAuthTag(sealed.subarray(end));
	const opened = decipher.update(sealed.subarray(0, end));
	try {
		decipher.final();
		return opened;
	} catch {
		return undefined;
	}
}

const wrongKeyError = ({ kdf }: ContainerHeader) =>
	new EncryptionError(
		`The ${kdf ? 'passphrase' : 'key'} does not fit this file, or the file was changed`,
		kdf
			? 'Check the Passphrase, including upper and lower case and spaces.'
			: 'Check that the link or the Key is complete and belongs to this file.',
	);

/** Reads exact numbers of bytes from chunks of any size. */
export class ByteReader {
	private readonly source: AsyncIterator<Buffer>;
	private pending: Buffer[] = [];
	private size = 0;

	constructor(chunks: AsyncIterable<Buffer>) {
		this.source = chunks[Symbol.asyncIterator]();
	}

	/** Returns the next bytes without consuming them; fewer only at the end. */
	async peek(count: number): Promise<Buffer> {
		while (this.size < count) {
			const { done, value } = await this.source.next();
			if (done) break;
			this.pending.push(value);
			this.size += value.length;
		}
		if (this.pending.length > 1) this.pending = [Buffer.concat(this.pending, this.size)];
		return this.pending[0]?.subarray(0, count) ?? Buffer.alloc(0);
	}

	/** Returns and consumes the next bytes; fewer only at the end. */
	async take(count: number): Promise<Buffer> {
		const taken = await this.peek(count);
		const [bytes] = this.pending;
		this.size -= taken.length;
		this.pending = this.size > 0 ? [bytes.subarray(taken.length)] : [];
		return taken;
	}

	/** Yields everything that was not consumed. */
	async *rest(): AsyncGenerator<Buffer> {
		try {
			yield* this.pending;
			yield* { [Symbol.asyncIterator]: () => this.source };
		} finally {
			await this.close();
		}
	}

	/** Ends the source. */
	async close(): Promise<void> {
		await this.source.return?.();
	}
}
