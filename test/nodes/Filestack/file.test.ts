import type { IDataObject } from 'n8n-workflow';

import { itemWith } from '../../support/binary';
import { binaryData, errorOf, outputOf } from '../../support/engine';
import { byUrl } from '../../support/locators';
import { credentialsOf, filestack, newHandle } from '../../support/filestack';
import { Sandbox } from '../../support/sandbox';

const text = { name: 'hello.txt', type: 'text/plain', bytes: Buffer.from('hello') };
let sandbox: Sandbox;
let handle: string;

beforeAll(async () => {
	await binaryData();
	sandbox = await Sandbox.start();
});
afterAll(async () => await sandbox.stop());
beforeEach(async () => {
	await sandbox.reset();
	handle = await newHandle(sandbox, text);
	await sandbox.reset();
});

const run = async (operation: string, parameters: IDataObject = {}, file = text) =>
	await filestack(
		credentialsOf(sandbox),
		'file',
		operation,
		{ file: handle, ...parameters },
		{ input: [await itemWith({ data: file })] },
	);

const OPERATIONS: Array<[string, IDataObject]> = [
	['delete', {}],
	['download', {}],
	['getHashes', { hashes: ['md5'] }],
	['getMetadata', { fields: [] }],
	['getStorage', {}],
	['overwrite', {}],
];

describe.each(OPERATIONS)('%s', (operation, parameters) => {
	it.each([
		'../files',
		'a/b',
		'x?y',
		'x#y',
		'%2e%2e%2fx',
		'a\r\nb',
		'n\u0000l',
		'🎉',
		'"\'; --',
		'x'.repeat(300),
	])('treats %j as a handle and nothing else', async (hostile) => {
		const value = { file: `={{ ${JSON.stringify(hostile)} }}`, ...parameters };
		expect(errorOf(await run(operation, value)).httpCode).toMatch(/^4/);
		const [{ path }] = await sandbox.requests();
		const cdn = /^\/security=[^/]+\/[^/]+$/;
		const fileApi = /^\/api\/file\/[^/]+(\/metadata)?$/;
		expect(path).toMatch(operation === 'download' ? cdn : fileApi);
	});

	it.each(['={{ "" }}', '  ', '.', '..', '\uD800'])('refuses %j as a handle', async (empty) => {
		expect(errorOf(await run(operation, { file: empty, ...parameters })).message).toMatch(
			/^The File is (empty|not valid)$/,
		);
		expect(await sandbox.requests()).toEqual([]);
	});

	it('takes a pasted URL', async () => {
		const { cdnBaseUrl } = credentialsOf(sandbox);
		const file = byUrl(`${cdnBaseUrl}/resize=width:10/${handle}?x=1`);
		expect(outputOf(await run(operation, { file, ...parameters }))[0].json.handle).toBe(handle);
	});
});

it('a failing item goes on with its error when the node is set to continue', async () => {
	const input = [handle, 'unknown', handle].map((file) => ({ json: { file } }));
	const items = outputOf(
		await filestack(
			credentialsOf(sandbox),
			'file',
			'getStorage',
			{ file: '={{ $json.file }}' },
			{ input, settings: { onError: 'continueRegularOutput' } },
		),
	);
	expect(items.map(({ json, pairedItem }) => [json.handle ?? json.error, pairedItem])).toEqual([
		[handle, { item: 0 }],
		['Filestack answered 404: File not found', { item: 1 }],
		[handle, { item: 2 }],
	]);
});
