/** A linear regression, with the 95 % confidence interval of its slope. */
export interface Slope {
	/** Per unit of x. */
	slope: number;
	low: number;
	high: number;
}

/**
 * Fits a line by least squares. Successive measurements of a process resemble each other, which an ordinary confidence
 * interval ignores; here the number of measurements counts as less, by the autocorrelation of the residuals at lag 1
 * (Bartlett 1935: n (1 - ρ) / (1 + ρ)).
 */
export function fitLine(points: ReadonlyArray<readonly [x: number, y: number]>): Slope {
	const n = points.length;
	if (n < 3) return { slope: NaN, low: NaN, high: NaN };
	const meanX = mean(points.map(([x]) => x));
	const meanY = mean(points.map(([, y]) => y));
	const spread = sum(points.map(([x]) => (x - meanX) ** 2));
	const slope = sum(points.map(([x, y]) => (x - meanX) * (y - meanY))) / spread;
	const residuals = points.map(([x, y]) => y - meanY - slope * (x - meanX));
	const squares = sum(residuals.map((one) => one ** 2));
	const effective = effectiveCount(residuals, squares);
	const freedom = Math.max(1, effective - 2);
	const error = Math.sqrt(squares / freedom / spread);
	const margin = studentQuantile(freedom) * error;
	return { slope, low: slope - margin, high: slope + margin };
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
const mean = (numbers: readonly number[]) => sum(numbers) / numbers.length;

function effectiveCount(residuals: readonly number[], squares: number): number {
	if (squares === 0) return residuals.length;
	const products = residuals.slice(1).map((one, n) => one * residuals[n]);
	const correlation = Math.min(0.95, Math.max(0, sum(products) / squares));
	return (residuals.length * (1 - correlation)) / (1 + correlation);
}

/** The 97.5 % quantile of Student's t distribution (Abramowitz and Stegun, 26.7.5), and exact values where that is off. */
function studentQuantile(freedom: number): number {
	const exact = [12.706, 4.303, 3.182, 2.776];
	const below = Math.floor(freedom);
	if (below <= exact.length) return exact[below - 1];
	const z = 1.959_964;
	const terms = [
		(z ** 3 + z) / 4,
		(5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
		(3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
	];
	return terms.reduce((total, term, index) => total + term / freedom ** (index + 1), z);
}
