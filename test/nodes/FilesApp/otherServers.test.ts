import type { IDataObject } from 'n8n-workflow';

import { FilesAppApi } from '../../../credentials/FilesAppApi.credentials';
import { FilesApp } from '../../../nodes/FilesApp/FilesApp.node';
import { itemWith } from '../../support/binary';
import { errorOf, outputOf, runNode } from '../../support/engine';
import { byId } from '../../support/locators';
import { type TestResponse, useTestServer } from '../../support/testServer';

/** Files App behind a server whose responses differ from the documented ones. */
const host = useTestServer();
const BYTES = Buffer.from('hello');
const FILE = { id: 'file_1', name: 'a.txt', size: BYTES.length };

let runs = 0;

async function run(resource: string, operation: string, parameters: IDataObject = {}) {
	return await runNode({
		node: new FilesApp(),
		credentialType: new FilesAppApi(),
		credentials: { baseUrl: host.url, apiKey: 'key' },
		parameters: { resource, operation, ...parameters },
		// A failed upload would be continued by the next run of the same workflow.
		workflowId: `other-${++runs}`,
		input: [await itemWith({ data: { name: 'a.txt', bytes: BYTES } })],
	});
}

/** Responds to an upload in chunks. */
const chunked = (responses: Record<string, IDataObject> = {}) => {
	const all: Record<string, IDataObject> = {
		'/chunks/init': { upload_id: 'upl_1', chunk_size: 5 },
		'/chunks': { received: true },
		'/chunks/complete': FILE,
		...responses,
	};
	host.respond(({ path }): TestResponse => ({ body: all[path] }));
};
const uploadInChunks = async () => await run('file', 'upload', { options: { thresholdMb: 0 } });
const requested = () => host.requests.map(({ path }) => path);

describe('an upload', () => {
	it.each([false, 0, '0', 'false'])('fails if the file is encrypted: %j', async (encrypted) => {
		host.respond({ body: { ...FILE, encrypted } });
		const error = errorOf(await run('file', 'upload'));
		expect(error.message).toBe('Files App stored “a.txt” without encryption');
		expect(error.description).toContain('Its ID is file_1. Delete the file');
		chunked({ '/chunks/complete': { ...FILE, encrypted } });
		expect(errorOf(await uploadInChunks()).message).toBe(error.message);
	});

	it.each([
		[true, { encrypted: true }],
		[true, {}],
		[false, { encrypted: false }],
	])('with Encrypt %j succeeds if the service reports %j', async (encrypt, more) => {
		host.respond({ body: { ...FILE, ...more } });
		expect(outputOf(await run('file', 'upload', { encrypt }))).toHaveLength(1);
	});

	it.each([false, 0, '0', 'false'])(
		'is not completed if a chunk is received: %j',
		async (received) => {
			chunked({ '/chunks': { received } });
			const error = errorOf(await uploadInChunks());
			expect(error.message).toContain('without confirming that the chunk was received');
			expect(requested()).not.toContain('/chunks/complete');
		},
	);

	it.each([true, 'x', 1.5, 0, -1])('fails if the chunk size is %j', async (chunk_size) => {
		chunked({ '/chunks/init': { upload_id: 'upl_1', chunk_size } });
		const error = errorOf(await uploadInChunks());
		expect(error.message).toContain(`the chunk size is ${String(chunk_size)} bytes`);
		expect(requested()).toEqual(['/chunks/init']);
	});

	it.each([6, 1e15])('sends one chunk if the chunk size is %j bytes', async (chunk_size) => {
		chunked({ '/chunks/init': { upload_id: 'upl_1', chunk_size } });
		expect(outputOf(await uploadInChunks())).toHaveLength(1);
		expect(requested()).toEqual(['/chunks/init', '/chunks', '/chunks/complete']);
	});
});

it('Get Many changes stops reading a server that ignores the time and always has more', async () => {
	const change = { id: 'file_1', action: 'created', timestamp: '2025-01-01T00:00:01Z' };
	host.respond(() => {
		if (host.requests.length > 20) return { status: 400, body: { error: { message: 'endless' } } };
		return { body: { changes: [change], cursor: 'x', has_more: true } };
	});
	const parameters = { since: '2025-01-01T00:00:00Z', returnAll: true };
	expect(outputOf(await run('change', 'getAll', parameters))).toHaveLength(1);
});

it.each(['x', '/s/abc', 'javascript:alert(1)'])(
	'a share link with the URL %j is an error',
	async (url) => {
		host.respond({ body: { id: 'share_1', url } });
		const error = errorOf(await run('shareLink', 'create', { fileId: byId('file_1') }));
		expect(error.message).toBe('Files App responded without the URL of the share link');
	},
);

it('says that a compressed response cannot be decoded, instead of that the service cannot be reached', async () => {
	host.respond({ headers: { 'content-encoding': 'gzip' }, body: { files: [] } });
	const error = errorOf(await run('file', 'getAll'));
	expect(error.message).toBe('Files App: The compressed response cannot be decoded');
	expect(error.description).toContain('damaged or incomplete');
});
