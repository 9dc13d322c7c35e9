import { SeededRandom } from './seededRandom';

it('the same seed gives the same numbers, and another seed gives different ones', () => {
	const draw = (seed: number) => Array.from({ length: 20 }, new SeededRandom(seed).next);
	expect(draw(7)).toEqual(draw(7));
	expect(draw(7)).not.toEqual(draw(8));
});

it('integers include both bounds and nothing beyond', () => {
	const random = new SeededRandom(1);
	const drawn = new Set(Array.from({ length: 200 }, () => random.whole(3, 5)));
	expect([...drawn].sort()).toEqual([3, 4, 5]);
});
