import type { IDataObject } from 'n8n-workflow';

import { FilesApp } from '../../../nodes/FilesApp/FilesApp.node';
import { FilesAppApi } from '../../../credentials/FilesAppApi.credentials';
import { outputOf, runNode } from '../../support/engine';
import { TestServer } from '../../support/testServer';

let host: TestServer;
beforeAll(async () => {
	host = new TestServer();
	const headers = { 'content-type': 'application/json' };
	await host
		.respondByUrl(
			{ '/files/good': { headers, body: '{"id":"good"}' } },
			{ status: 404, headers, body: '{"error":{"message":"File not found"}}' },
		)
		.start();
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

/** n8n 1.123 (workflow-execute, handleNodeErrorOutput) recognizes a failed item by exactly these fields. */
const hasFailedInTheOldest = (json: IDataObject) =>
	Boolean(json.error) &&
	(Object.keys(json).length === 1 || (Boolean(json.message) && Object.keys(json).length === 2));

it('failed items leave through the error output, with the error and advice', async () => {
	const finished = await run('continueErrorOutput');
	expect(outputOf(finished).map(({ json }) => json.fileId)).toEqual(['good']);
	expect(outputOf(finished, 1).map(({ json }) => json)).toEqual([
		{
			file: 'bad',
			error: 'Files App responded with 404: File not found',
			message: expect.stringContaining('Use Get Many to list the available files'),
		},
		{ file: '', error: 'The File is empty', message: expect.stringContaining('Enter a value') },
	]);
});

it('the oldest supported n8n recognizes failed items as well', async () => {
	const items = outputOf(await run('continueRegularOutput')).map(({ json }) => json);
	expect(items.map(hasFailedInTheOldest)).toEqual([false, true, true]);
});
