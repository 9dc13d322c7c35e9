/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';

import type { ByteStream } from '../../../nodes/shared/http/service';
import { formatRanges } from '../../../nodes/shared/files/multipart';
import { splitIntoParts } from '../../../nodes/shared/files/parts';

const SIZE = 1000;

async function cut(bytes: Buffer, chunk?: number) {
	const chunks = chunk
		? Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, n) =>
				bytes.subarray(n * chunk, (n + 1) * chunk),
			)
		: undefined;
	const source = chunks ? (Readable.from(chunks) as unknown as ByteStream) : bytes;
	const parts = [];
	for await (const part of splitIntoParts(source, SIZE)) parts.push(part);
	return parts;
}

describe.each([undefined, 1, 7, 999, 1000, 1001, 65_536])(
	'a source with chunks of %p bytes',
	(chunk) => {
		it.each([
			[0, [0]],
			[1, [1]],
			[999, [999]],
			[1000, [1000]],
			[1001, [1000, 1]],
			[2000, [1000, 1000]],
			[5001, [1000, 1000, 1000, 1000, 1000, 1]],
		])('and %i bytes in total is split into parts of %j', async (length, sizes) => {
			const bytes = randomBytes(length);
			const parts = await cut(bytes, chunk);
			expect(parts.map((part) => part.bytes.length)).toEqual(sizes);
			expect(parts.map(({ index }) => index)).toEqual(sizes.map((_, index) => index));
			expect(parts.map(({ offset }) => offset)).toEqual(sizes.map((_, index) => index * SIZE));
			// All parts are still intact at the end, so none of them share memory.
			expect(Buffer.concat(parts.map((part) => part.bytes))).toEqual(bytes);
		});
	},
);

it.each([
	[[], ''],
	[[0], '1'],
	[[2, 0, 1, 4], '1–3, 5'],
])('the indices %j are formatted as %j', (indices, text) => {
	expect(formatRanges(indices)).toBe(text);
});
