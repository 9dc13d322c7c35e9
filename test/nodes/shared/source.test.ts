/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { Readable } from 'node:stream';

import type { BinaryDataService } from 'n8n-core';
import { type IDataObject, sleep } from 'n8n-workflow';

import { itemWith, sha256Of } from '../../support/binary';
import { binaryData, errorOf, outputOf } from '../../support/engine';
import { filesAppUpload } from '../../support/filesApp';
import { credentialsOf, filestack } from '../../support/filestack';
import { useSandbox } from '../../support/useSandbox';

const MIB = 1024 * 1024;
const bytes = Buffer.alloc(3 * MIB + 5, 'x');
const IN_PARTS = { thresholdMb: 1, partSizeMb: 1 };
const WHOLE = { thresholdMb: 100 };
const sandbox = useSandbox();
let service: BinaryDataService;

beforeAll(async () => {
	service = await binaryData();
	await sandbox.control.patch('/services/filesApp/settings', { chunkSize: MIB });
});
afterEach(() => jest.restoreAllMocks());

/** Uploads a file for which n8n’s storage reports this size. */
const upload = async (fileSize: number | undefined, options: IDataObject, content = bytes) => {
	const input = [await itemWith({ data: { name: 'a.bin', bytes: content } })];
	jest.spyOn(service, 'getMetadata').mockResolvedValue({ fileSize } as { fileSize: number });
	return await filesAppUpload(sandbox, input, { options });
};
const paths = async () => (await sandbox.requests()).map(({ path }) => path.slice(7));

it.each([
	['in one request', WHOLE, bytes, ['/upload']],
	[
		'in parts',
		IN_PARTS,
		bytes,
		['/chunks/init', ...Array<string>(4).fill('/chunks'), '/chunks/complete'],
	],
	['empty', IN_PARTS, Buffer.alloc(0), ['/upload']],
])('counts a file of unknown size and sends it %s', async (_, options, content, calls) => {
	const [{ json }] = outputOf(await upload(undefined, options, content));
	expect(json).toMatchObject({ size: content.length, sha256: sha256Of(content) });
	expect(await paths()).toEqual(calls);
});

describe.each([
	['shorter', bytes.length + 1, `is ${bytes.length} bytes, but n8n’s binary storage reports`],
	['longer', bytes.length - 1, 'is larger than the'],
	[
		'shorter by a part',
		bytes.length + MIB,
		`is ${bytes.length} bytes, but n8n’s binary storage reports`,
	],
	['longer by a part', bytes.length - MIB, 'is larger than the'],
])('a stored file that is %s than n8n reports', (_, noted, said) => {
	it.each<[string, IDataObject, string[]]>([
		['in one request', WHOLE, []],
		['in parts', IN_PARTS, ['/chunks/complete']],
	])('is reported as damaged, and not completed %s', async (__, options, never) => {
		const error = errorOf(await upload(noted, options));
		expect(error.message).toContain(`“a.bin” ${said}`);
		expect(error.message).toContain(String(noted));
		expect(error.description).toContain('Run the node that created it again');
		const calls = await paths();
		expect(calls.filter((path) => never.includes(path))).toEqual([]);
		// A retry would send the same damaged file.
		expect(calls.filter((path) => path === '/upload').length).toBeLessThanOrEqual(1);
	});
});

it('does not send a file of the reported size while more follows, because the service would take it for complete', async () => {
	const input = [await itemWith({ data: { name: 'a.bin', bytes } })];
	jest.spyOn(service, 'getMetadata').mockResolvedValue({ fileSize: MIB } as { fileSize: number });
	const slow = async function* () {
		yield bytes.subarray(0, MIB);
		await sleep(500);
		yield bytes.subarray(MIB);
	};
	jest.spyOn(service, 'getAsStream').mockResolvedValue(Readable.from(slow()));
	const credentials = credentialsOf(sandbox);
	const options = { thresholdMb: 100 };
	const error = errorOf(await filestack(credentials, 'file', 'store', { options }, { input }));
	expect(error.message).toContain('“a.bin” is larger than the 1048576 bytes');
	expect((await sandbox.control.get<unknown>('/services/filestack/files')).data).toEqual([]);
});

it('sends a file without a media type as application/octet-stream', async () => {
	const input = [await itemWith({ data: { name: 'a', type: '', bytes } })];
	const [{ json }] = outputOf(await filesAppUpload(sandbox, input));
	const { data } = await sandbox.control.get<Array<{ id: string; type: string }>>(
		'/services/filesApp/files',
	);
	expect(data.find(({ id }) => id === json.fileId)!.type).toBe('application/octet-stream');
});
