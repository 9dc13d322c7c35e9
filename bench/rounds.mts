import { median } from './case.mts';

/**
 * Returns the median seconds of each contender. They take turns, every other time in reverse order, because what one
 * leaves behind in memory the next one pays for.
 * @param rounds an odd number, so that the median is a measured value
 * @param ways each returns seconds
 */
export async function takeTurns<T extends string>(
	ways: Readonly<Record<T, () => Promise<number>>>,
	rounds: number,
	log: (line: string) => void,
): Promise<Record<T, number>> {
	const seconds = new Map<T, number[]>();
	const turns = Object.keys(ways) as T[];
	for (let round = 1; round <= rounds; round++) {
		for (const who of turns) {
			const took = await ways[who]();
			log(`speed, round ${round} of ${rounds}: ${who}, ${took.toFixed(2)} s`);
			seconds.set(who, [...(seconds.get(who) ?? []), took]);
		}
		turns.reverse();
	}
	const medians = [...seconds].map(([who, all]) => [who, median(all)]);
	return Object.fromEntries(medians) as Record<T, number>;
}
