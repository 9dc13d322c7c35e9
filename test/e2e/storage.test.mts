import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import axios from 'axios';
import { randomBytes } from 'node:crypto';
import { sha256 } from '../../sandbox/demo/demoFiles.mts';
import { downloadBinary, type Execution, waitForExecution } from '../../sandbox/n8n/executions.mts';
import { upsertWorkflow, runManually } from '../../sandbox/n8n/workflows.mts';
import { credentialsFor, INSTALL_MS, node, startTestSystem, type TestSystem } from './harness.mts';

const MIB = 1024 * 1024;
/** Maximum size of a file in n8n's database, in MiB. */
const LIMIT = 8;

/** n8n's storage modes; the other suites use the file system. */
describe.each([
	['database', { N8N_BINARY_DATA_DATABASE_MAX_FILE_SIZE: String(LIMIT) }],
	['default', {}],
])('n8n with its binary data mode “%s”', (mode, env) => {
	let environment: TestSystem;
	beforeAll(async () => {
		environment = await startTestSystem({ env: { ...env, N8N_DEFAULT_BINARY_DATA_MODE: mode } });
	}, INSTALL_MS);
	afterAll(async () => environment?.stop());

	/** Uploads a file to Files App without the nodes. */
	async function fileThere(content: Buffer): Promise<string> {
		const { baseUrl, apiKey } = environment.sandbox.info.services.filesApp.credentials;
		const body = new FormData();
		body.append('file', new Blob([new Uint8Array(content)]), 'a.bin');
		const headers = { Authorization: `Bearer ${apiKey}` };
		return (await axios.post<{ id: string }>(`${baseUrl}/upload`, body, { headers })).data.id;
	}

	/** Downloads the file from Files App and uploads it to FileShot in chunks and to Filestack in one request. */
	async function run(fileId: string): Promise<Execution> {
		const step = (name: string, service: string, parameters: object, x: number) =>
			node(
				name,
				`n8n-nodes-file-delivery.${service}`,
				{ resource: 'file', binaryPropertyName: 'data', ...parameters },
				{ credentials: credentialsFor(environment, service), position: [x, 0] },
			);
		const nodes = [
			node('Start', 'n8n-nodes-base.manualTrigger'),
			step(
				'Download',
				'filesApp',
				{ operation: 'download', fileId: { __rl: true, mode: 'id', value: fileId } },
				200,
			),
			step(
				'Upload',
				'fileShot',
				{ operation: 'upload', options: { thresholdMb: 1, partSizeMb: 1 } },
				400,
			),
			step('Store', 'filestack', { operation: 'store', options: { thresholdMb: 100 } }, 600),
		];
		const to = (...names: string[]) => ({
			main: [names.map((name) => ({ node: name, type: 'main', index: 0 as const }))],
		});
		const connections = { Start: to('Download'), Download: to('Upload', 'Store') };
		const workflow = await upsertWorkflow(environment.rest, { name: fileId, nodes, connections });
		return await waitForExecution(environment.rest, await runManually(environment.rest, workflow));
	}

	it.each([0, 6 * MIB + 1])('transfers a file of %i bytes without changes', async (size) => {
		const content = randomBytes(size);
		const { status, error, items } = await run(await fileThere(content));
		expect([status, error]).toEqual(['success', undefined]);
		for (const name of ['Download', 'Upload', 'Store']) {
			expect([name, items[name][0].json.sha256]).toEqual([name, sha256(content)]);
		}
		const stored = await downloadBinary(environment.rest, items.Download[0].binary.data);
		expect(stored.equals(content)).toBe(true);
	});

	if (mode !== 'database') return;
	it('rejects a file that is too large for it with advice', async () => {
		const { status, error } = await run(await fileThere(randomBytes(LIMIT * MIB + 1)));
		expect(status).toBe('error');
		expect(error).toContain('n8n could not store the file “a.bin”');
		expect(error).toMatch(
			/exceeds the max size limit of 8 MB .*[^.]\. Check the free space and the permissions/,
		);
	});
});
