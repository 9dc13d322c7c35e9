import axios from 'axios';
import { atMost, type Bench, type Case, type Findings, MIB, type Threshold } from '../case.mts';
import { exponentOf, type Grown, growthRows } from '../growth.mts';
import { peakMemory, resetPeak } from '../memory.mts';
import { Filestack } from '../filestack.mts';
import { makeFile } from '../files.mts';
import { ours, readFile, run } from '../runs.mts';
import { itemSource, smallFile } from './items.mts';

const ITEMS = [1, 10, 100, 1_000, 10_000];
const TRANSFERS = [1, 2, 4, 8];
/** Bytes of each transfer. */
const SIZE = 128 * MIB;
/** Seconds and MiB below which a measurement says nothing about growth. */
const RESOLUTION = { seconds: 0.05, memory: 5 };

export const growthOfItems: Case = {
	title: 'Growth with the number of items',
	async run(bench) {
		const { portal } = bench.environment.sandbox.info;
		const unlimited = { plan: 'team', requestsPerHour: 1_000_000 };
		await axios.patch(`${portal}/api/services/filesApp/settings`, unlimited);
		const fileId = { __rl: true, mode: 'id', value: await smallFile(bench) };
		const options = { batching: { batch: { itemsAtOnce: 20 } } };
		const get = ours(bench, 'Get', 'filesApp', {
			...{ resource: 'file', operation: 'get', fileId, options },
		});
		await run(bench, ...itemSource(10), get);
		const { peak: before } = await run(bench, ...itemSource(1), get);
		const measured: Grown[] = [];
		for (const count of ITEMS) {
			bench.log(`${count} items`);
			const { seconds, peak } = await run(bench, ...itemSource(count), get);
			measured.push({ size: count, seconds, memory: peak - before });
		}
		return report(measured, 'items', 1.1, [
			'Get File of Files App’s simulation with 20 concurrent items; the node’s own time. Memory: how much higher the peak of n8n is than with one item, with everything that n8n itself keeps of the items.',
		]);
	},
};

export const growthOfTransfers: Case = {
	title: 'Growth with the number of parallel transfers',
	async run(bench) {
		await Filestack.open(bench);
		const file = await makeFile(bench.folder, SIZE);
		const store = ours(bench, 'Store', 'filestack', {
			...{ resource: 'file', operation: 'store', source: 'binary', storage: 'S3' },
			options: { thresholdMb: 8, partSizeMb: 8, partsAtOnce: 4 },
		});
		await parallel(bench, 1, file, store);
		// In one request: the memory of the parts must not be in the baseline.
		const { peak: before } = await parallel(bench, 1, await makeFile(bench.folder, MIB), store);
		const measured: Grown[] = [];
		for (const count of TRANSFERS) {
			bench.log(`${count} transfers`);
			const { seconds, peak } = await parallel(bench, count, file, store);
			measured.push({ size: count, seconds, memory: peak - before });
		}
		const findings = report(measured, 'parallel transfers', 1.1, [
			`Executions that start at the same time, each of which stores a file of ${SIZE / MIB} MiB in Filestack’s simulation, in parts of 8 MiB, four in parallel; the time until the last one has ended. Memory: how much higher the peak of n8n is than with one file of 1 MiB.`,
		]);
		const [time, memory] = findings.thresholds;
		const further = (measured.at(-1)!.memory - measured[0].memory) / (TRANSFERS.at(-1)! - 1);
		return {
			...findings,
			method: [
				...findings.method,
				`Memory grows with the power ${memory.measured}: the first transfers fit into memory that n8n has in use anyway.`,
			],
			thresholds: [
				time,
				atMost('each further transfer takes at most the memory of eight parts', 64, further, 'MiB'),
			],
		};
	},
};

async function parallel(
	bench: Bench,
	count: number,
	file: string,
	store: ReturnType<typeof ours>,
): Promise<{ seconds: number; peak: number }> {
	resetPeak(bench.n8nPid);
	const started = performance.now();
	await Promise.all(
		Array.from({ length: count }, async () => await run(bench, readFile(file), store)),
	);
	const seconds = (performance.now() - started) / 1000;
	return { seconds, peak: peakMemory(bench.n8nPid) };
}

function report(
	measured: readonly Grown[],
	what: string,
	most: number,
	method: string[],
): Findings {
	const exponent = (of: 'seconds' | 'memory'): Threshold => {
		const measuredExponent = exponentOf(measured, of, RESOLUTION[of]);
		return {
			...atMost(
				`${of} grow at most with the power ${most} of the ${what}`,
				most,
				measuredExponent,
				'',
			),
			measured: Number.isNaN(measuredExponent) ? 'no growth' : measuredExponent.toFixed(2),
			met: Number.isNaN(measuredExponent) || measuredExponent <= most,
		};
	};
	return {
		method: [...method, 'The exponent is the slope of a line through the logarithms.'],
		table: { head: [what, 'seconds', 'memory, MiB'], rows: growthRows(measured) },
		thresholds: [exponent('seconds'), exponent('memory')],
	};
}
