import { ByteReader, encrypt, openContainer } from '../../nodes/FileShot/encryption/cipher';
import type { ContainerHeader } from '../../nodes/FileShot/encryption/container';

export async function collect(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
	const all: Buffer[] = [];
	for await (const chunk of chunks) all.push(chunk);
	return Buffer.concat(all);
}

/** Cuts bytes into pieces of changing sizes. */
export async function* pieces(bytes: Buffer, size = 1000): AsyncGenerator<Buffer> {
	for (let at = 0; at < bytes.length;) {
		const length = 1 + ((at * 7919) % size);
		yield await Promise.resolve(bytes.subarray(at, at + length));
		at += length;
	}
}

export async function* streamOf(bytes: Buffer): AsyncGenerator<Buffer> {
	yield await Promise.resolve(bytes);
}

export const encrypted = async (
	plain: Buffer,
	header: ContainerHeader,
	key: Buffer,
	size?: number,
) => await collect(encrypt(pieces(plain, size), header, key));

export async function decrypted(container: Buffer, key: Buffer, size?: number): Promise<Buffer> {
	const opened = await openContainer(new ByteReader(pieces(container, size)));
	return await collect(opened.decrypt(key));
}
