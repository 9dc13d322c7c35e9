import { join } from 'node:path';
import axios from 'axios';
import { atLeast, atMost, type Bench, type Case, GIB, MIB } from '../case.mts';
import { filesInSandbox, removeLargeFiles } from '../environment.mts';
import { makeFile, nameOf } from '../files.mts';
import { cipherBaseline } from '../programs.mts';
import { takeTurns } from '../rounds.mts';
import { type Measurement, ours, readFile, run } from '../runs.mts';

const SIZES = [MIB, 256 * MIB, GIB, 3 * GIB] as const;
const LARGEST = 3 * GIB;
const ROUNDS = 5;
/** The file whose upload or download comes before the first measured one, because n8n keeps its first memory. */
const WARM_UP = 512 * MIB;

export const encryption: Case = {
	title: 'Encrypted upload and download',
	async run(bench) {
		const { portal } = bench.environment.sandbox.info;
		await axios.patch(`${portal}/api/services/fileShot/settings`, { dialect: 'desktop' });
		await transfer(bench, WARM_UP);
		const peaks = new Map<number, { up: number; down: number }>();
		for (const size of SIZES) {
			bench.log(`memory, ${nameOf(size)}`);
			const { up, down } = await transfer(bench, size);
			peaks.set(size, { up: up.peak, down: down.peak });
		}
		const seconds = await speedsOf(bench);
		const rate = (took: number) => (GIB / MIB / took).toFixed(0);
		const ratios = {
			up: seconds.bareUpload / seconds.upload,
			down: seconds.bareDownload / seconds.download,
		};
		const row = (what: string, way: 'up' | 'down', own: number, bare: number) => [
			what,
			...SIZES.map((size) => (peaks.get(size)?.[way] ?? NaN).toFixed(0)),
			...[rate(own), rate(bare), ratios[way].toFixed(2)],
		];
		const growth = (way: 'up' | 'down') =>
			(peaks.get(LARGEST)?.[way] ?? NaN) - (peaks.get(MIB)?.[way] ?? NaN);
		return {
			method: [
				'A file with a key in the link, to the simulation of FileShot with the API profile of its desktop app (chunks of 8 MiB in forms, four in parallel), and back into n8n’s binary storage, both with SHA-256.',
				`Peak: the most memory of the n8n process in MiB during an execution (VmHWM, forgotten before each), after one with ${nameOf(WARM_UP)}.`,
				`Speed: the node’s own time in n8n’s record of the execution, the median of ${ROUNDS} rounds at 1 GiB in which the contenders take turns. The plain cipher stream (bench/cipherBaseline.mjs) runs on n8n’s Node.js and does the same work: the same requests, AES-256-GCM in chunks of 512 KiB, and SHA-256 of the file and, in uploads, of the encrypted file.`,
			],
			table: {
				head: [
					'',
					...SIZES.map((size) => `peak, ${nameOf(size)}`),
					...['MiB/s, 1 GiB', 'plain cipher stream', 'ours, × of it'],
				],
				rows: [
					row('encrypted upload', 'up', seconds.upload, seconds.bareUpload),
					row('decrypted download', 'down', seconds.download, seconds.bareDownload),
				],
			},
			thresholds: [
				atMost(
					'upload: memory grows from 1 MiB to 3 GiB by at most 64 MiB',
					64,
					growth('up'),
					'MiB',
				),
				atMost(
					'download: memory grows from 1 MiB to 3 GiB by at most 64 MiB',
					...([64, growth('down'), 'MiB'] as const),
				),
				atLeast('upload: at least 0.8 of a plain cipher stream', 0.8, ratios.up),
				atLeast('download: at least 0.8 of a plain cipher stream', 0.8, ratios.down),
			],
		};
	},
};

/** Uploads a file of this size encrypted, and downloads it decrypted. */
async function transfer(
	bench: Bench,
	size: number,
): Promise<{ up: Measurement; down: Measurement }> {
	const up = await upload(bench, await makeFile(bench.folder, size));
	removeLargeFiles(bench.folder, filesInSandbox(bench));
	const [{ json }] = up.execution.items.Upload;
	const down = await download(bench, String(json.secretLink));
	removeLargeFiles(bench.folder);
	return { up, down };
}

const upload = async (bench: Bench, file: string): Promise<Measurement> =>
	await run(
		bench,
		readFile(file),
		ours(bench, 'Upload', 'fileShot', {
			resource: 'file',
			operation: 'upload',
			source: 'binary',
			binaryPropertyName: 'data',
			encrypt: 'raw',
			options: {},
		}),
	);

const download = async (bench: Bench, link: string): Promise<Measurement> =>
	await run(
		bench,
		ours(bench, 'Download', 'fileShot', {
			resource: 'file',
			operation: 'download',
			fileId: { __rl: true, mode: 'url', value: link },
			decrypt: 'require',
			binaryPropertyName: 'data',
			options: {},
		}),
	);

/** Returns the seconds for 1 GiB of the node and of the plain cipher stream. */
async function speedsOf(bench: Bench) {
	const { baseUrl, apiKey } = bench.environment.sandbox.info.services.fileShot.credentials;
	const linkBase = bench.environment.sandbox.info.services.fileShot.credentials.linkBaseUrl;
	const api = `${baseUrl}/api`;
	const makeGibibyte = async () => await makeFile(bench.folder, GIB);
	const { fileId = '', key = '' } = await cipherBaseline(
		'upload',
		...([await makeGibibyte(), api, apiKey] as const),
	);
	const stored = filesInSandbox(bench);
	const turn = (work: () => Promise<{ seconds: number }>) => async () => {
		const { seconds } = await work();
		removeLargeFiles(bench.folder, stored);
		return seconds;
	};
	const target = join(bench.folder, 'downloaded.bin');
	return await takeTurns(
		{
			upload: turn(async () => await upload(bench, await makeGibibyte())),
			bareUpload: turn(
				async () => await cipherBaseline('upload', await makeGibibyte(), api, apiKey),
			),
			download: turn(async () => await download(bench, `${linkBase}/f/${fileId}#k=${key}`)),
			bareDownload: turn(
				async () => await cipherBaseline('download', target, api, apiKey, fileId, key),
			),
		},
		ROUNDS,
		(line) => bench.log(line),
	);
}
