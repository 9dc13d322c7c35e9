import type { Findings, Threshold } from '../case.mts';
import { fitLine, type Slope } from './regression.mts';
import type { Sample } from './samples.mts';
import type { SoakResult } from './soak.mts';

type Measured = Exclude<keyof Sample, 'staticDataOf'>;

/** The measured quantities that must not grow, with their units. */
const MEASURED: ReadonlyArray<readonly [Measured, name: string, unit: string]> = [
	['resident', 'resident memory after a garbage collection', 'MiB'],
	['heap', 'JavaScript heap after it', 'MiB'],
	['external', 'memory outside of the heap (buffers)', 'MiB'],
	['resources', 'open resources of the event loop', ''],
	['descriptors', 'open file descriptors', ''],
	['storage', 'n8n’s binary storage', 'MiB'],
	['database', 'n8n’s database', 'MiB'],
	['staticData', 'static data of all workflows', 'kB'],
];

/** Minutes at the beginning that do not count: n8n loads code, and its caches fill. */
export const warmUpOf = ({ minutes }: Pick<SoakResult, 'minutes'>) => Math.min(15, minutes / 4);

/** The fewest samples that a slope is judged by. */
const MIN_SAMPLES = 10;

export function slopeOf(result: SoakResult, key: Measured): Slope {
	const points = result.samples
		.filter(({ minute }) => minute >= warmUpOf(result) && minute <= result.minutes)
		.map((sample) => [sample.minute / 60, sample[key]] as const);
	return points.length < MIN_SAMPLES ? { slope: NaN, low: NaN, high: NaN } : fitLine(points);
}

export function findingsOf(result: SoakResult, cycleSeconds: number): Findings {
	const { samples, problems, failures, faults, delays, expected, minutes } = result;
	const slopes = MEASURED.map(([key]) => slopeOf(result, key));
	const from = samples.find(({ minute }) => minute >= warmUpOf(result)) ?? samples[0];
	const to = samples.filter(({ minute }) => minute <= minutes).at(-1) ?? from;
	const applied = Object.entries(faults).map(([kind, count]) => `${kind} ${count}`);
	const counts: Array<[string, string[]]> = [
		['lost', problems.lost],
		['duplicated', problems.duplicated],
		['with another content', problems.different],
		['not expected', problems.unexpected],
		['failed executions', failures.map((one) => `${one.workflow} ${one.id} ${one.status}`)],
	];
	return {
		method: [
			`A real n8n with all six triggers for ${minutes} minutes. Every ${cycleSeconds} s: an upload to and a download from each service (every other one with 12 MiB, the others with 256 KiB), a session whose files a trigger receives, and one that an execution waits for; polls every 10 s; a clean-up per minute.`,
			`Faults in between, one every 15 s: ${applied.join(', ')}.`,
			`${expected} reports expected from the last nodes of the workflows; they arrived after ${(delays.median / 1000).toFixed(1)} s (median) to ${(delays.maximum / 1000).toFixed(0)} s. ${to.executions} executions.`,
			`Slope: linear regression of one sample per minute after the first ${warmUpOf(result).toFixed(0)}, with its 95 % confidence interval (corrected for autocorrelation).`,
		],
		table: {
			head: ['', 'first', 'last', 'slope per hour', '95 % confidence'],
			rows: MEASURED.map(([key, name, unit], n) => [
				unit ? `${name}, ${unit}` : name,
				from[key].toFixed(1),
				to[key].toFixed(1),
				format(slopes[n].slope),
				`${format(slopes[n].low)} to ${format(slopes[n].high)}`,
			]),
		},
		thresholds: [
			...counts.map(([what, which]): Threshold => ({
				wanted: `0 ${what}`,
				measured: which.length === 0 ? '0' : `${which.length} (${which.slice(0, 5).join(', ')})`,
				met: which.length === 0,
			})),
			...MEASURED.flatMap(([, name, unit], n): Threshold[] =>
				Number.isNaN(slopes[n].slope)
					? []
					: [
							{
								wanted: `no growth of ${name} (its confidence interval contains 0, or is below)`,
								measured: `${format(slopes[n].slope)} ${unit} per hour`.replace('  ', ' '),
								met: slopes[n].low <= 0,
							},
						],
			),
		],
	};
}

const format = (number: number) => (Number.isNaN(number) ? '–' : number.toFixed(2));
