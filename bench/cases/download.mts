import { join } from 'node:path';
import type { Bench, Case } from '../case.mts';
import { Filestack } from '../filestack.mts';
import type { Credential } from '../../sandbox/n8n/credentials.mts';
import { baseline, curl, rclone } from '../programs.mts';
import { S3Server, s3Step } from '../s3.mts';
import { ours, run, step } from '../runs.mts';
import { type Variants, wholeFile } from './wholeFile.mts';

export const download: Case = {
	title: 'Download',
	async run(bench) {
		const filestack = await Filestack.open(bench);
		const { method, ...found } = await S3Server.use(bench, async (s3) => {
			const credential = await s3.credential(bench);
			return await wholeFile(bench, async (file) => {
				s3.put(file);
				return waysOf(bench, filestack, credential, await filestack.put(file));
			});
		});
		const what =
			'A file from the simulation of Filestack’s CDN into n8n’s binary storage; curl and the plain Node.js stream write it to a file beside it, as does rclone (copyurl). The S3 node downloads it from a server in the process of the simulation.';
		return { ...found, method: [what, ...method] };
	},
};

function waysOf(
	bench: Bench,
	filestack: Filestack,
	credential: Credential,
	handle: string,
): Variants {
	const url = filestack.cdnUrl(handle);
	const target = join(bench.folder, 'downloaded.bin');
	return {
		ours: async (sha256) =>
			await run(
				bench,
				ours(bench, 'Download', 'filestack', {
					resource: 'file',
					operation: 'download',
					file: { __rl: true, mode: 'id', value: handle },
					binaryPropertyName: 'data',
					options: { sha256 },
				}),
			),
		peer: async () =>
			await run(
				bench,
				step('HTTP Request', 'n8n-nodes-base.httpRequest', 4.2, {
					url,
					options: { response: { response: { responseFormat: 'file' } } },
				}),
			),
		s3: async () =>
			await run(
				bench,
				s3Step(credential, {
					operation: 'download',
					...S3Server.object,
					binaryPropertyName: 'data',
				}),
			),
		rclone: async () => await rclone('copyurl', url, target),
		curl: async () => await curl('--output', target, url),
		bare: async (hashing) => await baseline('download', hashing, target, url),
	};
}
