import { TcpProxy } from '../../test/support/tcpProxy.ts';
import { removeLargeFiles } from '../environment.mts';
import { atMost, type Bench, type Case, MIB } from '../case.mts';
import { makeFile } from '../files.mts';
import { ours, readFile, run } from '../runs.mts';
import { credentialAt } from '../throttledProxy.mts';

const SIZE = 512 * MIB;
/** MiB. */
const PART = 8;
const SHARE = 0.9;
const SECONDS = 20;

/** How an upload continues after the outage. */
const WAYS = {
	'waits for the connection': { options: {}, settings: {} },
	'fails, and continues with Retry On Fail': {
		options: { giveUpMinutes: 0 },
		settings: { retryOnFail: true, maxTries: 5, waitBetweenTries: 5000 },
	},
};

export const outage: Case = {
	title: 'Upload after an outage',
	async run(bench) {
		const { baseUrl } = bench.environment.sandbox.info.services.fileShot.credentials;
		const rows: Array<[way: string, seconds: number, repeated: number]> = [];
		for (const [way, more] of Object.entries(WAYS)) {
			bench.log(way);
			const file = await makeFile(bench.folder, SIZE);
			let act = () => {};
			const target = () => Number(new URL(baseUrl).port);
			const proxy = new TcpProxy(target, { onBytes: () => act() });
			await proxy.start();
			act = () => {
				if (proxy.sent < SIZE * SHARE) return;
				act = () => {};
				proxy.goDown('resetting');
				setTimeout(() => void proxy.goUp(), SECONDS * 1000);
			};
			try {
				const seconds = await upload(bench, file, proxy.port, more);
				rows.push([way, seconds, proxy.sent / SIZE - 1]);
			} finally {
				await proxy.stop();
				removeLargeFiles(bench.folder);
			}
		}
		return {
			method: [
				`${SIZE / MIB} MiB in chunks of ${PART} MiB, four in parallel, to the simulation of FileShot. After ${SHARE * 100} % of the bytes, the connection is down for ${SECONDS} s. Repeated: how many more bytes than the file has went over the wire, headers included.`,
			],
			table: {
				head: ['the upload', 'seconds', 'repeated, %'],
				rows: rows.map(([way, seconds, repeated]) => [
					...[way, seconds.toFixed(1), (repeated * 100).toFixed(1)],
				]),
			},
			thresholds: rows.map(([way, , repeated]) =>
				atMost(`${way}: repeats at most 15 %`, 15, repeated * 100, '%'),
			),
		};
	},
};

async function upload(
	bench: Bench,
	file: string,
	port: number,
	{ options, settings }: (typeof WAYS)[keyof typeof WAYS],
): Promise<number> {
	const node = ours(
		bench,
		'Upload',
		'fileShot',
		{
			...{ resource: 'file', operation: 'upload', binaryPropertyName: 'data' },
			options: { thresholdMb: 2, partSizeMb: PART, partsAtOnce: 4, ...options },
		},
		await credentialAt(bench, 'fileShot', String(port)),
	);
	return (await run(bench, readFile(file), { ...node, ...settings })).seconds;
}
