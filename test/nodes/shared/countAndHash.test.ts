/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';

import { sleep } from 'n8n-workflow';

import { countAndHash } from '../../../nodes/shared/files/streams';
import type { ByteStream } from '../../../nodes/shared/http/service';

const CHUNKS = [Buffer.from('hello '), Buffer.from('wörld')];
const sha256Of = (...chunks: Buffer[]) =>
	createHash('sha256').update(Buffer.concat(chunks)).digest('hex');
const source = () => Readable.from(CHUNKS) as unknown as ByteStream;
const reader = (stream: ByteStream) =>
	(stream as unknown as AsyncIterable<Buffer>)[Symbol.asyncIterator]();

it('counts and hashes the bytes for a reader that knows the length and does not wait for the end', async () => {
	const endless = async function* () {
		yield* CHUNKS;
		await new Promise(() => {});
	};
	const source = Readable.from(endless(), { objectMode: false }) as unknown as ByteStream;
	const { stream, stats } = countAndHash(source, { sha256: true });
	const chunks = reader(stream);
	for (let passed = 0; passed < 12;) passed += ((await chunks.next()).value as Buffer).length;
	expect(stats).toMatchObject({ size: 12, sha256: sha256Of(...CHUNKS) });
});

it('returns an intermediate hash without changing the final one', async () => {
	const { stream, stats } = countAndHash(Buffer.concat(CHUNKS), { sha256: true });
	expect(stats.sha256).toBe(sha256Of(...CHUNKS));
	expect(stats.sha256).toBe(sha256Of(...CHUNKS));
	expect(stream).toEqual(Buffer.concat(CHUNKS));
});

it('computes no hash if none is requested', async () => {
	const { stream, stats } = countAndHash(source(), { sha256: false });
	for await (const chunk of stream as unknown as AsyncIterable<Buffer>) expect(chunk).toBeTruthy();
	expect({ ...stats }).toEqual({ size: 12, sha256: undefined });
});

it('fails the stream with the error that validate returns', async () => {
	const { stream } = countAndHash(source(), {
		sha256: true,
		validate: ({ size }) => new Error(`${size} bytes`),
	});
	const all = async () => {
		for await (const chunk of stream as unknown as AsyncIterable<Buffer>)
			expect(chunk).toBeTruthy();
	};
	await expect(all()).rejects.toThrow('12 bytes');
});

it.each([
	[12, ['hello ', 'wörld', '']],
	[6, ['hello ']],
])(
	'holds the chunk that completes the expected %d bytes back until the source ends',
	async (expected, chunks) => {
		let isOver = false;
		const slow = async function* () {
			for (const chunk of chunks) yield Buffer.from(chunk);
			await sleep(50);
			isOver = true;
		};
		const from = Readable.from(slow(), { objectMode: false }) as unknown as ByteStream;
		const { stream } = countAndHash(from, { sha256: false, expectedSize: expected });
		const seen: Array<[string, boolean]> = [];
		for await (const chunk of stream as unknown as AsyncIterable<Buffer>)
			seen.push([chunk.toString(), isOver]);
		const whole = chunks.filter(Boolean);
		expect(seen).toEqual(whole.map((chunk, index) => [chunk, index === whole.length - 1]));
	},
);

it('an error after the reader has stopped does not end the process', () => {
	const from = source();
	const { stream } = countAndHash(from, { sha256: true });
	for (const one of [from, stream]) {
		expect(() => one.emit('error', new Error('late'))).not.toThrow();
	}
});

it.each([8, 20])(
	'returns blocks of %d bytes, counts each chunk on arrival, and drops the rest if validate fails',
	async (blockSize) => {
		const moved: number[] = [];
		const { stream } = countAndHash(source(), {
			sha256: false,
			blockSize,
			progress: (bytes) => moved.push(bytes),
			validate: ({ size }) => new Error(`${size} bytes`),
		});
		const chunks = reader(stream);
		if (blockSize <= 12)
			expect(await chunks.next()).toMatchObject({ value: Buffer.concat(CHUNKS) });
		await expect(chunks.next()).rejects.toThrow('12 bytes');
		expect(moved).toEqual([6, 6]);
	},
);
