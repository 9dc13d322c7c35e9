import { inBlocks } from '../../../nodes/shared/files/streams';

async function* pieces(...sizes: number[]): AsyncGenerator<Buffer> {
	for (const [n, size] of sizes.entries()) yield await Promise.resolve(Buffer.alloc(size, n + 1));
}

async function blocksOf(blockSize: number, ...sizes: number[]): Promise<Buffer[]> {
	const blocks: Buffer[] = [];
	for await (const block of inBlocks(pieces(...sizes), blockSize)) blocks.push(block);
	return blocks;
}

it.each<[string, number[], number[]]>([
	['joins small chunks, and returns the rest at the end', [3, 3, 3, 3, 3], [12, 3]],
	['returns no empty block at the end', [5, 5], [10]],
	['passes larger chunks unchanged', [11, 25], [11, 25]],
	['a small one and a large one', [1, 30, 2], [31, 2]],
	['exactly one block', [10], [10]],
	['empty ones', [0, 4, 0], [4]],
	['none', [], []],
])('%s', async (_, sizes, expected) => {
	const blocks = await blocksOf(10, ...sizes);
	expect(blocks.map(({ length }) => length)).toEqual(expected);
	const all = sizes.map((size, n) => Buffer.alloc(size, n + 1));
	expect(Buffer.concat(blocks)).toEqual(Buffer.concat(all));
});

it('does not copy a chunk that fills a block', async () => {
	const one = Buffer.alloc(10);
	async function* source() {
		yield await Promise.resolve(one);
	}
	for await (const block of inBlocks(source(), 10)) expect(block).toBe(one);
});

it('passes an error of the source on, and drops the incomplete block', async () => {
	async function* source() {
		yield* pieces(10, 4);
		throw new Error('cut off');
	}
	const blocks: number[] = [];
	const read = async () => {
		for await (const { length } of inBlocks(source(), 10)) blocks.push(length);
	};
	await expect(read()).rejects.toThrow('cut off');
	expect(blocks).toEqual([10]);
});

it('ends the source when the reader stops', async () => {
	let ended = false;
	async function* source() {
		try {
			yield* pieces(10, 10, 10);
		} finally {
			ended = true;
		}
	}
	for await (const block of inBlocks(source(), 10)) {
		expect(block).toHaveLength(10);
		break;
	}
	expect(ended).toBe(true);
});
