// Decrypts a file that was encrypted end to end: FSZK version 1 (fileshot-desktop, utils/zke-stream.js), with WebCrypto.
const MAGIC = 'FSZK';
const TAG_SIZE = 16;

const fromBase64 = (text) =>
	Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) =>
		character.charCodeAt(0),
	);

/**
 * Reads the header of a container.
 * @param {ArrayBuffer} bytes
 */
export function readHeader(bytes) {
	const text = new TextDecoder();
	const view = new DataView(bytes);
	if (text.decode(bytes.slice(0, 4)) !== MAGIC || view.getUint8(4) !== 1) {
		throw new Error('This is not an encrypted file that this page can read.');
	}
	const start = 9 + view.getUint32(5);
	return { start, header: JSON.parse(text.decode(bytes.slice(9, start))) };
}

/**
 * Decrypts a container.
 * @param {ArrayBuffer} bytes
 * @param {{ fragment: string, passphrase: string }} secrets the fragment of the link; and what the user typed
 * @returns {Promise<{ name: string, type: string, parts: ArrayBuffer[] }>}
 */
export async function decryptContainer(bytes, { fragment, passphrase }) {
	const { start, header } = readHeader(bytes);
	const key =
		header.keyMode === 'passphrase'
			? await deriveKey(passphrase, header.kdf)
			: await importKey(fragment);
	const parts = [];
	let at = start;
	for (let index = 0; index * header.chunkSize < header.fileSize; index += 1) {
		const size = Math.min(header.chunkSize, header.fileSize - index * header.chunkSize);
		const sealed = bytes.slice(at, at + size + TAG_SIZE);
		at += sealed.byteLength;
		try {
			const iv = ivOf(header.iv, index);
			parts.push(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, sealed));
		} catch {
			throw new Error('The key or passphrase does not fit, or the file is damaged.');
		}
	}
	if (at !== bytes.byteLength) throw new Error('The file is damaged.');
	return { name: header.name, type: header.mime, parts };
}

/** The last four bytes of the IV count the chunks. */
function ivOf(base, index) {
	const iv = fromBase64(base);
	const view = new DataView(iv.buffer);
	view.setUint32(8, (view.getUint32(8) + index) >>> 0);
	return iv;
}

async function importKey(fragment) {
	const key = new URLSearchParams(fragment.replace(/^#/, '')).get('k') ?? '';
	if (key === '') throw new Error('The link is incomplete: the part after # is missing.');
	return await crypto.subtle.importKey('raw', fromBase64(key), 'AES-GCM', false, ['decrypt']);
}

async function deriveKey(passphrase, { salt, iterations }) {
	const bytes = new TextEncoder().encode(passphrase);
	const base = await crypto.subtle.importKey('raw', bytes, 'PBKDF2', false, ['deriveKey']);
	const parameters = { name: 'PBKDF2', salt: fromBase64(salt), iterations, hash: 'SHA-256' };
	const algorithm = { name: 'AES-GCM', length: 256 };
	return await crypto.subtle.deriveKey(parameters, base, algorithm, false, ['decrypt']);
}
