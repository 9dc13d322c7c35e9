/**
 * The baseline of encryption: a plain Node.js cipher stream that uploads a file in FSZK chunks (AES-256-GCM), or downloads
 * and decrypts one to disk, with the requests and hashes of the FileShot node. Runs on n8n's Node.js and prints JSON: the
 * seconds that it took and, after an upload, the ID and the key.
 * node cipherBaseline.mjs upload <file> <API URL> <API key>
 * node cipherBaseline.mjs download <file> <API URL> <API key> <file ID> <key>
 */
import { Buffer } from 'node:buffer';
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream, statSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { pipeline } from 'node:stream/promises';

const [direction, file, api, apiKey, fileId, encodedKey] = process.argv.slice(2);
const CHUNK_SIZE = 512 * 1024;
const TAG_SIZE = 16;
const PART_SIZE = 8 * 1024 * 1024;
const PARTS_AT_ONCE = 4;
const agent = new Agent({ keepAlive: true });
const authorized = { authorization: `Bearer ${apiKey}` };

/**
 * Sends a request and returns its response.
 * @param {string} url
 * @param {Record<string, string | number>} headers
 * @param {Buffer[]} [body] sent with POST
 * @returns {Promise<import('node:http').IncomingMessage>}
 */
const fetchResponse = (url, headers, body) =>
	new Promise((resolve, reject) => {
		const call = request(url, { method: body ? 'POST' : 'GET', headers, agent });
		call.once('response', resolve).once('error', reject);
		for (const bytes of body ?? []) call.write(bytes);
		call.end();
	});

/**
 * Sends a POST request to the API and returns its JSON.
 * @param {string} path
 * @param {string} type
 * @param {Buffer[]} body
 */
async function post(path, type, body) {
	const length = body.reduce((sum, bytes) => sum + bytes.length, 0);
	const headers = { ...authorized, 'content-type': type, 'content-length': length };
	const response = await fetchResponse(`${api}/files/${path}`, headers, body);
	const text = Buffer.concat(await response.toArray()).toString();
	if (response.statusCode !== 200) throw new Error(`${response.statusCode}: ${text}`);
	return JSON.parse(text);
}

/** @param {object} value */
const json = (value) => [Buffer.from(JSON.stringify(value))];

/**
 * @param {Buffer} base
 * @param {number} index
 */
function ivOf(base, index) {
	const iv = Buffer.from(base);
	iv.writeUInt32BE((base.readUInt32BE(8) + index) % 2 ** 32, 8);
	return iv;
}

/**
 * Yields the encrypted file without its header.
 * @param {Buffer} key
 * @param {Buffer} iv
 * @param {import('node:crypto').Hash} hash of the file
 */
async function* encrypted(key, iv, hash) {
	let index = 0;
	for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_SIZE })) {
		hash.update(chunk);
		const cipher = createCipheriv('aes-256-gcm', key, ivOf(iv, index++));
		yield cipher.update(chunk);
		cipher.final();
		yield cipher.getAuthTag();
	}
}

async function upload() {
	const [key, iv] = [randomBytes(32), randomBytes(12)];
	const { size } = statSync(file);
	const fields = { v: 1, magic: 'FSZK', chunkSize: CHUNK_SIZE, fileSize: size, name: 'file.bin' };
	const more = { mime: 'application/octet-stream', iv: iv.toString('base64url'), keyMode: 'raw' };
	const text = JSON.stringify({ ...fields, ...more, kdf: null, createdAt: Date.now() });
	const header = Buffer.concat([Buffer.from('FSZK\x01....'), Buffer.from(text)]);
	header.writeUInt32BE(text.length, 5);
	const fileSize = header.length + size + TAG_SIZE * Math.ceil(size / CHUNK_SIZE);
	const { fileId: id } = await post(
		'pre-upload',
		'application/json',
		json({
			...{ fileName: 'file.bin.encrypted', fileSize, isZeroKnowledge: 'true' },
			...{ originalFileName: 'file.bin', originalFileSize: size, expirationDays: 30 },
		}),
	);
	const [plain, container] = [createHash('sha256'), createHash('sha256')];
	const count = Math.ceil(fileSize / PART_SIZE);
	/** @type {Set<Promise<void>>} */
	const sending = new Set();
	/** @type {Buffer[]} */
	const free = [];
	/** @type {Buffer} */
	let part = Buffer.allocUnsafeSlow(PART_SIZE);
	let filled = 0;
	let index = 0;
	const send = async () => {
		const bytes = part;
		const form = formOf(bytes.subarray(0, filled), index, count);
		container.update(bytes.subarray(0, filled));
		const sent = post(`upload-chunk/${id}/${index++}`, form.type, form.body).then(() => {
			free.push(bytes);
			sending.delete(sent);
		});
		sending.add(sent);
		if (sending.size >= PARTS_AT_ONCE || index === count) await Promise.race(sending);
		part = free.pop() ?? Buffer.allocUnsafeSlow(PART_SIZE);
		filled = 0;
	};
	filled += header.copy(part);
	for await (const chunk of encrypted(key, iv, plain)) {
		for (let at = 0; at < chunk.length;) {
			const copied = chunk.copy(part, filled, at);
			at += copied;
			filled += copied;
			if (filled === PART_SIZE) await send();
		}
	}
	if (filled > 0) await send();
	await Promise.all(sending);
	await post(`finalize-upload/${id}`, 'application/json', json({}));
	const response = await fetchResponse(`${api}/files/info/${id}`, authorized);
	response.resume();
	plain.digest('hex');
	container.digest('hex');
	return { fileId: id, key: key.toString('base64url') };
}

/**
 * @param {Buffer} bytes
 * @param {number} index
 * @param {number} count
 */
function formOf(bytes, index, count) {
	const boundary = randomBytes(16).toString('hex');
	const start = [
		`--${boundary}`,
		'content-disposition: form-data; name="totalChunks"',
		`\r\n${count}`,
		`--${boundary}`,
		'content-disposition: form-data; name="isLastChunk"',
		`\r\n${index === count - 1}`,
		`--${boundary}`,
		`content-disposition: form-data; name="chunk"; filename="chunk-${index}"`,
		'content-type: application/octet-stream\r\n\r\n',
	].join('\r\n');
	const body = [Buffer.from(start), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)];
	return { type: `multipart/form-data; boundary=${boundary}`, body };
}

async function download() {
	const info = await fetchResponse(`${api}/files/info/${fileId}`, authorized);
	info.resume();
	const redirect = await fetchResponse(`${api}/files/download/${fileId}`, authorized);
	redirect.resume();
	const response = await fetchResponse(String(redirect.headers.location), {});
	if (response.statusCode !== 200) throw new Error(`The CDN responded ${response.statusCode}`);
	const hash = createHash('sha256');
	const key = Buffer.from(encodedKey, 'base64url');
	const decrypted = async function* () {
		for await (const chunk of decryptedChunks(response, key)) {
			hash.update(chunk);
			yield chunk;
		}
	};
	await pipeline(decrypted, createWriteStream(file));
	hash.digest('hex');
	return {};
}

/**
 * Yields the chunks of a container.
 * @param {AsyncIterable<Buffer>} source
 * @param {Buffer} key
 */
async function* decryptedChunks(source, key) {
	let pending = Buffer.alloc(0);
	/** @type {Buffer[]} */
	let pieces = [];
	let size = 0;
	let iv = pending;
	let index = 0;
	/** @param {Buffer} sealed */
	const open = (sealed) => {
		const decipher = createDecipheriv('aes-256-gcm', key, ivOf(iv, index++));
		decipher.setAuthTag(sealed.subarray(-TAG_SIZE));
		const opened = decipher.update(sealed.subarray(0, -TAG_SIZE));
		decipher.final();
		return opened;
	};
	for await (const piece of source) {
		pieces.push(piece);
		size += piece.length;
		if (size < CHUNK_SIZE + TAG_SIZE) continue;
		pending = Buffer.concat(pieces, size);
		if (iv.length === 0) {
			const start = 9 + pending.readUInt32BE(5);
			iv = Buffer.from(JSON.parse(pending.toString('utf8', 9, start)).iv, 'base64url');
			pending = pending.subarray(start);
		}
		for (; pending.length >= CHUNK_SIZE + TAG_SIZE;) {
			yield open(pending.subarray(0, CHUNK_SIZE + TAG_SIZE));
			pending = pending.subarray(CHUNK_SIZE + TAG_SIZE);
		}
		pieces = [pending];
		size = pending.length;
	}
	if (size > 0) yield open(Buffer.concat(pieces, size));
}

const started = Date.now();
const made = await (direction === 'upload' ? upload() : download());
console.log(JSON.stringify({ seconds: (Date.now() - started) / 1000, ...made }));
process.exit();
