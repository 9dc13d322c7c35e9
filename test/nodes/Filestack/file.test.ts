import type { IDataObject } from 'n8n-workflow';

import { outputOf } from '../../support/engine';
import { byUrl } from '../../support/locators';
import { credentialsOf, filestack } from '../../support/filestack';
import { describeIdHandling } from '../../support/ids';
import { newFile } from '../../support/newFile';
import { useSandbox } from '../../support/useSandbox';

const sandbox = useSandbox();
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

const CDN = /^\/security=[^/]+\/[^/]+$/;
const FILE_API = /^\/api\/file\/[^/]+(\/metadata)?$/;

describe.each(OPERATIONS)('%s', (operation, parameters) => {
	describeIdHandling('a handle', {
		sandbox,
		label: 'File',
		run: async (file) => await run(operation, { file, ...parameters }),
		status: /^4/,
		beside: '../files',
		path: operation === 'download' ? CDN : FILE_API,
	});

	it('accepts a pasted URL', async () => {
		const { cdnBaseUrl } = credentialsOf(sandbox);
		const file = byUrl(`${cdnBaseUrl}/resize=width:10/${stored.handle}?x=1`);
		expect(outputOf(await run(operation, { file, ...parameters }))[0].json.handle).toBe(
			stored.handle,
		);
	});
});

it('outputs a failing item with its error if the node is set to continue', async () => {
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
		['Filestack responded with 404: File not found', { item: 1 }],
		[stored.handle, { item: 2 }],
	]);
});
