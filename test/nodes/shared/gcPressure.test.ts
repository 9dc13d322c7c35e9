import { collections } from '../../support/processes';

const MIB = 1024 * 1024;

it('triggers minor GCs while bytes pass, and one major GC after 384 MiB', () => {
	const [start, before, first, later, after] = collections([
		new Array<number>(31).fill(MIB),
		// Larger than any chunk of a stream, to keep the test short.
		[352 * MIB],
		[MIB],
		new Array<number>(31).fill(MIB),
		[10_000 * MIB],
	]);
	// Three times 31 MiB are allocated; new space has 16 MiB.
	for (const { young } of [start, later]) expect(young).toBeGreaterThanOrEqual(4);
	for (const { whole } of [start, before, later, after]) expect(whole).toBe(0);
	expect(first.whole).toBe(1);
});

it('does nothing before Node.js 24', () => {
	const [found] = collections([new Array<number>(62).fill(MIB)], false);
	expect(found.young).toBeLessThan(4);
	expect(found.whole).toBe(0);
});
