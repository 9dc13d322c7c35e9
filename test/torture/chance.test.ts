import { Chance } from './chance';

it('the same seed gives the same numbers, and another seed gives different ones', () => {
	const draw = (seed: number) => Array.from({ length: 20 }, new Chance(seed).next);
	expect(draw(7)).toEqual(draw(7));
	expect(draw(7)).not.toEqual(draw(8));
});

it('integers include both bounds and nothing beyond', () => {
	const chance = new Chance(1);
	const drawn = new Set(Array.from({ length: 200 }, () => chance.whole(3, 5)));
	expect([...drawn].sort()).toEqual([3, 4, 5]);
});
