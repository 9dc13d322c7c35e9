import { collections } from '../../support/processes';

const MIB = 1024 * 1024;

it('has young objects collected while bytes pass, and everything once, after 384 MiB', () => {
	const [start, before, first, goingOn, after] = collections([
		new Array<number>(31).fill(MIB),
		// A chunk as no stream has one, for the sake of a short test.
		[352 * MIB],
		[MIB],
		new Array<number>(31).fill(MIB),
		[10_000 * MIB],
	]);
	// Three times 31 MiB are allocated; the space of young objects has 16 MiB.
	for (const { young } of [start, goingOn]) expect(young).toBeGreaterThanOrEqual(4);
	for (const { whole } of [start, before, goingOn, after]) expect(whole).toBe(0);
	expect(first.whole).toBe(1);
});
