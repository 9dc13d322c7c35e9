import type { IRun } from 'n8n-workflow';

import { itemWith } from '../../support/binary';
import { outputOf } from '../../support/engine';
import { filesAppUpload } from '../../support/filesApp';
import { fileShotUpload } from '../../support/fileShot';
import { storeFile } from '../../support/filestack';
import { useSandbox } from '../../support/useSandbox';

const EMPTY = { name: 'empty.txt', type: 'text/plain', bytes: Buffer.alloc(0) };
const options = { thresholdMb: 0 };
const input = async () => [await itemWith({ data: EMPTY })];
const sandbox = useSandbox();
beforeAll(async () => {
	await sandbox.control.patch('/services/fileShot/settings', { tier: 'professional' });
});

it.each<[string, string, () => Promise<IRun>]>([
	['Files App', '/upload', async () => await filesAppUpload(sandbox, await input(), { options })],
	['FileShot', '/upload', async () => await fileShotUpload(sandbox, await input(), { options })],
	['Filestack', '/store/S3', async () => await storeFile(sandbox, EMPTY, options)],
])(
	'%s receives an empty file in one request, even if all files are sent in parts',
	async (_, path, upload) => {
		expect(outputOf(await upload())).toHaveLength(1);
		const calls = (await sandbox.requests()).filter(({ method }) => method === 'POST');
		expect(calls.map((call) => call.path)).toEqual([expect.stringMatching(new RegExp(`${path}$`))]);
	},
);
