import { createDecipheriv, pbkdf2Sync } from 'node:crypto';

/**
 * Decrypts an FSZK container without any code of the node.
 * @param secret the key or the passphrase
 */
export function opened(container: Buffer, secret: Buffer | string): Buffer {
	const length = container.readUInt32BE(5);
	const header = JSON.parse(String(container.subarray(9, 9 + length))) as Record<string, never>;
	const { iv, chunkSize, fileSize, kdf } = header;
	const key =
		typeof secret === 'string'
			? pbkdf2Sync(
					secret,
					Buffer.from((kdf as never)['salt'], 'base64url'),
					(kdf as never)['iterations'],
					32,
					'sha256',
				)
			: secret;
	const chunks: Buffer[] = [];
	const base = Buffer.from(iv, 'base64url');
	let at = 9 + length;
	for (let index = 0; index * chunkSize < fileSize; index++) {
		const size = Math.min(chunkSize, fileSize - index * chunkSize);
		const own = Buffer.from(base);
		own.writeUInt32BE((base.readUInt32BE(8) + index) % 2 ** 32, 8);
		const decipher = createDecipheriv('aes-256-gcm', key, own);
		decipher.setAuthTag(container.subarray(at + size, at + size + 16));
		chunks.push(decipher.update(container.subarray(at, at + size)), decipher.final());
		at += size + 16;
	}
	expect(at).toBe(container.length);
	return Buffer.concat(chunks);
}

/** The key at the end of a link. */
export const keyIn = (link: unknown) =>
	Buffer.from(/#k=([\w-]{43})$/.exec(String(link))![1], 'base64url');
