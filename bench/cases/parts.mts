import { removeLargeFiles } from '../environment.mts';
import { atLeast, atMost, type Case, MIB } from '../case.mts';
import { makeFile } from '../files.mts';
import { withThrottledProxy } from '../throttledProxy.mts';
import { ours, readFile, run } from '../runs.mts';

const SIZE = 512 * MIB;
/** MiB. */
const PART = 8;
const AT_ONCE = [1, 4, 8] as const;
const LINE = { roundTrip: 50, rate: 16 * MIB };

export const parts: Case = {
	title: 'Upload in parts over a slow connection',
	async run(bench) {
		return await withThrottledProxy(bench, 'fileShot', LINE, async (credential) => {
			const upload = async (size: number, partsAtOnce: number) => {
				const file = await makeFile(bench.folder, size);
				const measured = await run(
					bench,
					readFile(file),
					ours(
						bench,
						'Upload',
						'fileShot',
						{
							resource: 'file',
							operation: 'upload',
							binaryPropertyName: 'data',
							options: { thresholdMb: 2, partSizeMb: PART, partsAtOnce },
						},
						credential,
					),
				);
				removeLargeFiles(bench.folder);
				return measured;
			};
			await upload(MIB, 1);
			const small = await upload(MIB, 1);
			const found = new Map<number, { seconds: number; growth: number }>();
			for (const atOnce of AT_ONCE) {
				bench.log(`${atOnce} in parallel`);
				const { seconds, peak } = await upload(SIZE, atOnce);
				found.set(atOnce, { seconds, growth: peak - small.peak });
			}
			const alone = found.get(1)?.seconds ?? NaN;
			const { seconds, growth } = found.get(8) ?? { seconds: NaN, growth: NaN };
			const allowed = 8 * PART + 64;
			return {
				method: [
					`${SIZE / MIB} MiB in parts of ${PART} MiB to the simulation of FileShot, over a connection with a round-trip time of ${LINE.roundTrip} ms and ${LINE.rate / MIB} MiB per second and connection (bench/throttledProxy.mjs), with SHA-256.`,
					'Memory: how much higher the peak of n8n is than with a file of 1 MiB.',
				],
				table: {
					head: ['parallel parts', 'seconds', 'MiB/s', '× of one at a time', 'memory, MiB'],
					rows: [...found].map(([atOnce, one]) => [
						atOnce,
						one.seconds.toFixed(1),
						(SIZE / MIB / one.seconds).toFixed(1),
						(alone / one.seconds).toFixed(2),
						one.growth.toFixed(0),
					]),
				},
				thresholds: [
					atLeast('8 parallel parts at least 4 × as fast as one at a time', 4, alone / seconds),
					atMost(
						`memory at most part size × parallel parts + 64 MiB (${allowed})`,
						allowed,
						growth,
						'MiB',
					),
				],
			};
		});
	},
};
