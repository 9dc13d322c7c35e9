import type { IDataObject } from 'n8n-workflow';

import { itemWith, sha256Of } from '../../support/binary';
import { binaryData, bytesOf, errorOf, outputOf, runNode } from '../../support/engine';
import { filesAppNode, filesAppUpload } from '../../support/filesApp';
import { byId } from '../../support/locators';
import { keepFilesIn, ObjectStorage } from '../../support/objectStorage';
import { useSandbox } from '../../support/useSandbox';

const MIB = 1024 * 1024;
const bytes = Buffer.alloc(3 * MIB + 5, 'x');
const storage = new ObjectStorage();
const sandbox = useSandbox();

beforeAll(async () => {
	await storage.start();
	await sandbox.control.patch('/services/filesApp/settings', { chunkSize: MIB });
	keepFilesIn(storage);
	await binaryData();
});
afterAll(async () => await storage.stop());
beforeEach(() => Object.assign(storage, { putTakes: 0, cutAfter: Infinity }));

const filesThere = async () =>
	(await sandbox.control.get<unknown[]>('/services/filesApp/files')).data;
const upload = async (content: Buffer, options: IDataObject = {}) =>
	await filesAppUpload(sandbox, [await itemWith({ data: { name: 'a.bin', bytes: content } })], {
		options,
	});
const download = async (fileId: string, options: IDataObject = {}) =>
	await runNode(
		filesAppNode(sandbox, {
			...{ resource: 'file', operation: 'download', fileId: byId(fileId), options },
			binaryPropertyName: 'data',
		}),
	);

it.each([
	['0 bytes', Buffer.alloc(0), {}],
	['in one request', bytes, {}],
	['in parts', bytes, { thresholdMb: 1, partSizeMb: 1 }],
])('uploads and downloads a file that n8n stores in S3: %s', async (_, content, options) => {
	const [{ json }] = outputOf(await upload(content, options));
	expect(json).toMatchObject({ size: content.length, sha256: sha256Of(content) });
	const [{ binary }] = outputOf(await download(json.fileId as string));
	expect(binary!.data.id).toMatch(/^s3:/);
	expect(sha256Of(await bytesOf(binary!.data))).toBe(sha256Of(content));
});

it('applies no stall timeout while n8n writes a complete download to S3', async () => {
	const [{ json }] = outputOf(await upload(bytes));
	storage.putTakes = 1500;
	const [{ binary }] = outputOf(await download(json.fileId as string, { stallSeconds: 1 }));
	expect(sha256Of(await bytesOf(binary!.data))).toBe(sha256Of(bytes));
});

it.each([
	['in one request', {}, /only \d+ of 3145733 bytes/],
	['in parts', { thresholdMb: 1, partSizeMb: 1 }, /only 2097152 of 3145733 bytes/],
])(
	'does not complete an upload if S3 breaks off, and blames n8n’s storage: %s',
	async (_, options, said) => {
		const input = [await itemWith({ data: { name: 'a.bin', bytes } })];
		const before = await filesThere();
		storage.cutAfter = 2 * MIB + 1;
		const error = errorOf(await filesAppUpload(sandbox, input, { options }));
		expect(error.message).toMatch(/^n8n’s binary storage returned only/);
		expect(error.message).toMatch(said);
		expect(error.message).toContain('“a.bin”');
		expect(error.description).toMatch(/^Reason: aborted/);
		expect(error.context.itemIndex).toBe(0);
		expect(await filesThere()).toEqual(before);
		storage.cutAfter = Infinity;
		outputOf(await filesAppUpload(sandbox, input, { options }));
	},
);
