import type { Bench, Case } from '../case.mts';
import { Filestack } from '../filestack.mts';
import type { Credential } from '../../sandbox/n8n/credentials.mts';
import { baseline, curl, rclone } from '../programs.mts';
import { S3Server, s3Step } from '../s3.mts';
import { ours, readFile, run, step } from '../runs.mts';
import { type Variants, wholeFile } from './wholeFile.mts';

export const upload: Case = {
	title: 'Upload in one request',
	async run(bench) {
		const filestack = await Filestack.open(bench);
		const { method, ...found } = await S3Server.use(bench, async (s3) => {
			const credential = await s3.credential(bench);
			return await wholeFile(bench, (file) =>
				Promise.resolve(waysOf(bench, filestack, s3, credential, file)),
			);
		});
		const what =
			'A file in one request, as its body, to the simulation of Filestack (this node with Split Files Larger Than raised); the HTTP Request node 4.2 sends the same request with the body “n8n Binary File”. The S3 node and rclone send it as one PUT to a server in the process of the simulation, which only writes it to disk.';
		return { ...found, method: [what, ...method] };
	},
};

function waysOf(
	bench: Bench,
	{ storeUrl }: Filestack,
	s3: S3Server,
	credential: Credential,
	file: string,
): Variants {
	return {
		ours: async (sha256) =>
			await run(
				bench,
				readFile(file),
				ours(bench, 'Store', 'filestack', {
					resource: 'file',
					operation: 'store',
					source: 'binary',
					binaryPropertyName: 'data',
					storage: 'S3',
					options: { thresholdMb: 100_000, sha256 },
				}),
			),
		peer: async () =>
			await run(
				bench,
				readFile(file),
				step('HTTP Request', 'n8n-nodes-base.httpRequest', 4.2, {
					method: 'POST',
					url: storeUrl,
					sendBody: true,
					contentType: 'binaryData',
					inputDataFieldName: 'data',
					options: {},
				}),
			),
		s3: async () =>
			await run(
				bench,
				readFile(file),
				s3Step(credential, {
					operation: 'upload',
					bucketName: S3Server.object.bucketName,
					fileName: S3Server.object.fileKey,
					binaryData: true,
					binaryPropertyName: 'data',
				}),
			),
		rclone: async () => await rclone('copyto', file, s3.rclonePath, '--s3-upload-cutoff', '5G'),
		curl: async () =>
			await curl(
				...['--request', 'POST', '--header', 'content-type: application/octet-stream'],
				...['--output', '/dev/null', '--upload-file', file, storeUrl],
			),
		bare: async (hashing) => await baseline('upload', hashing, file, storeUrl),
	};
}
