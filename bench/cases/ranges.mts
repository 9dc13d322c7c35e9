import { removeLargeFiles } from '../environment.mts';
import { atLeast, atMost, type Case, MIB } from '../case.mts';
import { makeFile } from '../files.mts';
import { putIntoFilesApp } from '../filesApp.mts';
import { curl } from '../programs.mts';
import { ours, run } from '../runs.mts';
import { withThrottledProxy } from '../throttledProxy.mts';

const SIZE = 256 * MIB;
/** MiB. */
const PART = 8;
const AT_ONCE = [1, 4, 8] as const;
const LINE = { roundTrip: 50, rate: 8 * MIB };

export const ranges: Case = {
	title: 'Download in parallel ranges over a slow connection',
	async run(bench) {
		const idOf = async (size: number) =>
			await putIntoFilesApp(bench, await makeFile(bench.folder, size));
		const [small, large] = [await idOf(MIB), await idOf(SIZE)];
		return await withThrottledProxy(bench, 'filesApp', LINE, async (credential, baseUrl) => {
			const download = async (fileId: string, partsAtOnce: number) =>
				await run(
					bench,
					ours(
						bench,
						'Download',
						'filesApp',
						{
							resource: 'file',
							operation: 'download',
							fileId: { __rl: true, mode: 'id', value: fileId },
							options: { thresholdMb: 2, partSizeMb: PART, partsAtOnce },
						},
						credential,
					),
				);
			// n8n takes memory for its first large file, and keeps it.
			await download(large, 1);
			const before = (await download(small, 1)).peak;
			const found = new Map<number, { seconds: number; growth: number }>();
			for (const atOnce of AT_ONCE) {
				bench.log(`${atOnce} in parallel`);
				const { seconds, peak } = await download(large, atOnce);
				found.set(atOnce, { seconds, growth: peak - before });
			}
			bench.log('curl');
			const { apiKey } = bench.environment.sandbox.info.services.filesApp.credentials;
			const ofCurl = await curl(
				...['--header', `authorization: Bearer ${apiKey}`, '--output', '/dev/null'],
				`${baseUrl}/files/${large}?download=true`,
			);
			removeLargeFiles(bench.folder);
			const alone = found.get(1)?.seconds ?? NaN;
			const { seconds, growth } = found.get(8) ?? { seconds: NaN, growth: NaN };
			const allowed = 8 * PART + 64;
			const row = (who: string | number, time: number, memory: string) => [
				...[who, time.toFixed(1), (SIZE / MIB / time).toFixed(1), (alone / time).toFixed(2)],
				memory,
			];
			return {
				method: [
					`${SIZE / MIB} MiB from the simulation of Files App in ranges of ${PART} MiB, over a connection with a round-trip time of ${LINE.roundTrip} ms and ${LINE.rate / MIB} MiB per second and connection (bench/throttledProxy.mjs), with SHA-256. One at a time is one request for the whole file.`,
					'Memory: how much higher the peak of n8n is than with a file of 1 MiB, after it has downloaded the large file once in one request.',
				],
				table: {
					head: ['parallel ranges', 'seconds', 'MiB/s', '× of one request', 'memory, MiB'],
					rows: [
						...[...found].map(([atOnce, one]) => row(atOnce, one.seconds, one.growth.toFixed(0))),
						row('curl, one request', ofCurl, ''),
					],
				},
				thresholds: [
					atLeast('8 parallel ranges at least 4 × as fast as one request', 4, alone / seconds),
					atMost(
						`memory at most part size × parallel ranges + 64 MiB (${allowed})`,
						...([allowed, growth, 'MiB'] as const),
					),
				],
			};
		});
	},
};
