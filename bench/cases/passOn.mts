import { removeLargeFiles } from '../environment.mts';
import { atLeast, atMost, type Bench, type Case, MIB } from '../case.mts';
import { makeFile } from '../files.mts';
import { Filestack } from '../filestack.mts';
import { type Measurement, ours, run, step } from '../runs.mts';
import { measureStorage } from '../storage.mts';
import { credentialAt, withPort, withSlowPort } from '../throttledProxy.mts';

const SIZE = 256 * MIB;
/** MiB. */
const PART = 8;
const PARTS_AT_ONCE = 4;
/** MiB per second in each direction: one connection from the source, four to the service. */
const RATE = 16;
const FROM_SOURCE = { roundTrip: 50, rate: RATE * MIB };
const TO_SERVICE = { roundTrip: 50, rate: (RATE / PARTS_AT_ONCE) * MIB };
const OPTIONS = { thresholdMb: 2, partSizeMb: PART, partsAtOnce: PARTS_AT_ONCE };

export const passOn: Case = {
	title: 'From a URL to a service',
	async run(bench) {
		const filestack = await Filestack.open(bench);
		const source = filestack.cdnUrl(await filestack.put(await makeFile(bench.folder, SIZE)));
		const small = filestack.cdnUrl(await filestack.put(await makeFile(bench.folder, MIB)));
		const { baseUrl } = bench.environment.sandbox.info.services.fileShot.credentials;
		const portOf = (url: string) => new URL(url).port;
		return await withSlowPort(portOf(source), FROM_SOURCE, async (sourcePort) =>
			withSlowPort(portOf(baseUrl), TO_SERVICE, async (targetPort) => {
				const target = await credentialAt(bench, 'fileShot', targetPort);
				const at = (url: string) => withPort(url, sourcePort);
				await pass(bench, at(small), target);
				const before = (await pass(bench, at(small), target)).peak;
				bench.log('passed on');
				const passed = await measureStorage(bench, () => pass(bench, at(source), target));
				bench.log('downloaded, then uploaded');
				const stored = await measureStorage(bench, () => storeAndUpload(bench, at(source), target));
				bench.log('downloaded by the HTTP Request node, then uploaded');
				const byPeer = await measureStorage(bench, () =>
					storeAndUpload(bench, at(source), target, httpRequest(at(source))),
				);
				removeLargeFiles(bench.folder);
				const seconds = secondsOf(passed.result);
				const row = (who: string, { result, peak }: StorageUse) => [
					...[who, secondsOf(result).toFixed(1), (secondsOf(result) / seconds).toFixed(2)],
					...[(peak / MIB).toFixed(0), (result.peak - before).toFixed(0)],
				];
				return {
					method: [
						`${SIZE / MIB} MiB from the simulation of Filestack’s CDN to the simulation of FileShot in chunks of ${PART} MiB, with a round-trip time of ${FROM_SOURCE.roundTrip} ms and ${RATE} MiB per second in each direction: one connection from the source, ${PARTS_AT_ONCE} to the service (bench/throttledProxy.mjs), with SHA-256. The time of both nodes, where there are two.`,
						'Memory: how much higher the peak of n8n is than when a file of 1 MiB is passed on. Storage: the most bytes in n8n’s binary storage at once.',
					],
					table: {
						head: ['', 'seconds', '× of passed on', 'storage, MiB', 'memory, MiB'],
						rows: [
							row('passed on (File Source → URL)', passed),
							row('downloaded by this package, then uploaded', stored),
							row('downloaded by the HTTP Request node, then uploaded', byPeer),
						],
					},
					thresholds: [
						atLeast(
							'passing on at least 1.6 × as fast as download and upload',
							...([1.6, secondsOf(stored.result) / seconds] as const),
						),
						atMost('nothing in n8n’s storage', 0, passed.peak, 'bytes'),
					],
				};
			}),
		);
	},
};

type StorageUse = Awaited<ReturnType<typeof measureStorage<Measurement>>>;
type Credential = NonNullable<Parameters<typeof ours>[4]>;

async function pass(bench: Bench, url: string, target: Credential): Promise<Measurement> {
	const parameters = { resource: 'file', operation: 'upload', source: 'url', url };
	return await run(
		bench,
		ours(bench, 'Upload', 'fileShot', { ...parameters, options: OPTIONS }, target),
	);
}

async function storeAndUpload(
	bench: Bench,
	url: string,
	target: Credential,
	download = ours(bench, 'Download', 'fileCourier', {
		...{ resource: 'file', operation: 'download', url },
		options: { partsAtOnce: 1 },
	}),
): Promise<Measurement> {
	const parameters = { resource: 'file', operation: 'upload', binaryPropertyName: 'data' };
	return await run(
		bench,
		download,
		ours(bench, 'Upload', 'fileShot', { ...parameters, options: OPTIONS }, target),
	);
}

const httpRequest = (url: string) =>
	step('Download', 'n8n-nodes-base.httpRequest', 4.2, {
		url,
		options: { response: { response: { responseFormat: 'file' } } },
	});

/** The time of both nodes. */
const secondsOf = ({ execution }: Measurement): number =>
	((execution.milliseconds.Download ?? 0) + execution.milliseconds.Upload) / 1000;
