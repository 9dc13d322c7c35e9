import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { waitForExecution } from '../../sandbox/n8n/executions.mts';
import type { N8nVersion } from '../../sandbox/n8n/versions.mts';
import { upsertWorkflow, runManually } from '../../sandbox/n8n/workflows.mts';
import { credentialsFor, INSTALL_MS, node, startTestSystem, type TestSystem } from './harness.mts';

/** The n8n version; the newest by default. */
const HOST = (process.env.E2E_HOST ?? 'newest') as N8nVersion;

let environment: TestSystem;
beforeAll(async () => (environment = await startTestSystem({ version: HOST })), INSTALL_MS);
afterAll(async () => environment?.stop());

it(`a failed item goes to the error output of its node (${HOST})`, async () => {
	const get = node(
		'Get',
		'n8n-nodes-file-delivery.filesApp',
		{
			resource: 'file',
			operation: 'get',
			fileId: { __rl: true, mode: 'id', value: 'file_unknown' },
		},
		{ onError: 'continueErrorOutput', credentials: credentialsFor(environment, 'filesApp') },
	);
	const to = (name: string) => [{ node: name, type: 'main', index: 0 }];
	const workflow = await upsertWorkflow(environment.rest, {
		name: 'Error output',
		nodes: [
			node('Start', 'n8n-nodes-base.manualTrigger'),
			get,
			node('Good', 'n8n-nodes-base.noOp'),
			node('Failed', 'n8n-nodes-base.noOp'),
		],
		connections: { Start: { main: [to('Get')] }, Get: { main: [to('Good'), to('Failed')] } },
	});
	const run = await waitForExecution(
		environment.rest,
		await runManually(environment.rest, workflow),
	);
	expect(run.status).toBe('success');
	expect(run.items.Good ?? []).toEqual([]);
	expect(run.items.Failed.map(({ json }) => json)).toMatchObject([
		{
			error: 'Files App responded with 404: File not found (not_found)',
			message: expect.stringContaining('Use Get Many to list the available files'),
		},
	]);
});
