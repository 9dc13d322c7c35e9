/**
 * The baseline: a plain Node.js stream that uploads a file in one request or downloads one to disk. Runs on n8n's Node.js
 * and prints the seconds that it took.
 * node baseline.mjs upload|download plain|sha256 <file> <url>
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, statSync } from 'node:fs';
import { get, request } from 'node:http';
import { pipeline } from 'node:stream/promises';

const [direction, hashing, file, url] = process.argv.slice(2);
const hash = hashing === 'sha256' ? createHash('sha256') : undefined;

/**
 * Hashes the bytes as they pass.
 * @param {AsyncIterable<Buffer | string>} chunks
 */
async function* hashed(chunks) {
	for await (const chunk of chunks) {
		hash?.update(chunk);
		yield chunk;
	}
}

/**
 * @param {NodeJS.ReadableStream} source
 * @param {NodeJS.WritableStream} target
 */
const transfer = (source, target) =>
	hash ? pipeline(source, hashed, target) : pipeline(source, target);

/**
 * @param {import('node:http').ClientRequest} call
 * @returns {Promise<import('node:http').IncomingMessage>}
 */
const responseTo = (call) =>
	new Promise((resolve, reject) => call.once('response', resolve).once('error', reject));

async function upload() {
	const headers = {
		'content-type': 'application/octet-stream',
		'content-length': statSync(file).size,
	};
	const call = request(url, { method: 'POST', headers });
	const response = responseTo(call);
	await transfer(createReadStream(file, { highWaterMark: 256 * 1024 }), call);
	return await response;
}

async function download() {
	const response = await responseTo(get(url));
	await transfer(response, createWriteStream(file));
	return response;
}

const started = Date.now();
const response = await (direction === 'upload' ? upload() : download());
response.resume();
if (response.statusCode !== 200) throw new Error(`The server responded ${response.statusCode}`);
hash?.digest('hex');
console.log(((Date.now() - started) / 1000).toFixed(3));
process.exit();
