import type { IDataObject } from 'n8n-workflow';

import { FilesApp } from '../../../nodes/FilesApp/FilesApp.node';
import { FilesAppApi } from '../../../credentials/FilesAppApi.credentials';
import { outputOf, runNode } from '../../support/engine';
import { Host } from '../../support/host';

let host: Host;
beforeAll(async () => {
	host = new Host();
	const headers = { 'content-type': 'application/json' };
	await host.start(
		{ '/files/good': { headers, body: '{"id":"good"}' } },
		{ status: 404, headers, body: '{"error":{"message":"File not found"}}' },
	);
});
afterAll(async () => await host.stop());

const run = async (onError: 'continueErrorOutput' | 'continueRegularOutput') =>
	await runNode({
		node: new FilesApp(),
		credentialType: new FilesAppApi(),
		credentials: { baseUrl: host.url, apiKey: 'k' },
		parameters: { resource: 'file', operation: 'get', fileId: '={{ $json.file }}', options: {} },
		input: ['good', 'bad', ''].map((file) => ({ json: { file } })),
		settings: { onError },
	});

/** n8n 1.123 (workflow-execute, handleNodeErrorOutput) takes an item with such fields for a failed one, and no other. */
const hasFailedInTheOldest = (json: IDataObject) =>
	Boolean(json.error) &&
	(Object.keys(json).length === 1 || (Boolean(json.message) && Object.keys(json).length === 2));

it('failed items leave through the error output, with what has happened and what to do', async () => {
	const finished = await run('continueErrorOutput');
	expect(outputOf(finished).map(({ json }) => json.fileId)).toEqual(['good']);
	expect(outputOf(finished, 1).map(({ json }) => json)).toEqual([
		{
			file: 'bad',
			error: 'Files App answered 404: File not found',
			message: expect.stringContaining('Use Get Many to list the available files'),
		},
		{ file: '', error: 'The File is empty', message: expect.stringContaining('Fill in') },
	]);
});

it('the oldest n8n takes them for failed ones too', async () => {
	const items = outputOf(await run('continueRegularOutput')).map(({ json }) => json);
	expect(items.map(hasFailedInTheOldest)).toEqual([false, true, true]);
});
