import { fitLine } from './soak/regression.mts';

/** A measurement of a work of this size. */
export interface Grown {
	size: number;
	seconds: number;
	/** MiB. */
	memory: number;
}

/**
 * Returns the exponent of the power of the size that values grow with: 0 is constant, 1 proportional. Values below the
 * resolution of the measurement are left out.
 */
export function exponentOf(
	measured: readonly Grown[],
	of: 'seconds' | 'memory',
	resolution: number,
): number {
	const points = measured
		.filter((one) => one[of] > resolution)
		.map((one) => [Math.log(one.size), Math.log(one[of])] as const);
	if (points.length === 2) return (points[1][1] - points[0][1]) / (points[1][0] - points[0][0]);
	return fitLine(points).slope;
}

/** The rows of the table of a growth curve. */
export const growthRows = (measured: readonly Grown[]) =>
	measured.map(({ size, seconds, memory }) => [size, seconds.toFixed(2), memory.toFixed(0)]);
