/**
 * What a bare Node.js stream does of the same work, for comparison: sends a file in one request, or fetches one onto disk.
 * Runs on the Node.js of n8n. Prints the seconds that it took.
 * node bare.mjs upload|download plain|sha256 <file> <url>
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, statSync } from 'node:fs';
import { get, request } from 'node:http';
import { pipeline } from 'node:stream/promises';

const [way, hashing, file, url] = process.argv.slice(2);
const hash = hashing === 'sha256' ? createHash('sha256') : undefined;

/** The same bytes, hashed while they pass. */
const through = hash
	? [
			async function* (chunks) {
				for await (const chunk of chunks) {
					hash.update(chunk);
					yield chunk;
				}
			},
		]
	: [];

const answered = (made) =>
	new Promise((resolve, reject) => made.once('response', resolve).once('error', reject));

async function upload() {
	const headers = {
		'content-type': 'application/octet-stream',
		'content-length': statSync(file).size,
	};
	const made = request(url, { method: 'POST', headers });
	const answer = answered(made);
	await pipeline([createReadStream(file, { highWaterMark: 256 * 1024 }), ...through, made]);
	return await answer;
}

async function download() {
	const response = await answered(get(url));
	await pipeline([response, ...through, createWriteStream(file)]);
	return response;
}

const started = Date.now();
const response = await (way === 'upload' ? upload() : download());
response.resume();
if (response.statusCode !== 200) throw new Error(`It was answered with ${response.statusCode}`);
hash?.digest('hex');
console.log(((Date.now() - started) / 1000).toFixed(3));
process.exit();
