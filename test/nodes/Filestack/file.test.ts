import type { IDataObject } from 'n8n-workflow';

import { errorOf, outputOf } from '../../support/engine';
import { byUrl } from '../../support/locators';
import { credentialsOf, filestack } from '../../support/filestack';
import { newFile } from '../../support/newFile';
import { ownSandbox } from '../../support/ownSandbox';

const sandbox = ownSandbox();
const stored = newFile(sandbox);
const { run } = stored;

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
		const file = byUrl(`${cdnBaseUrl}/resize=width:10/${stored.handle}?x=1`);
		expect(outputOf(await run(operation, { file, ...parameters }))[0].json.handle).toBe(
			stored.handle,
		);
	});
});

it('a failing item goes on with its error when the node is set to continue', async () => {
	const input = [stored.handle, 'unknown', stored.handle].map((file) => ({ json: { file } }));
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
		[stored.handle, { item: 0 }],
		['Filestack answered 404: File not found', { item: 1 }],
		[stored.handle, { item: 2 }],
	]);
});
