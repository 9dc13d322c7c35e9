import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import axios from 'axios';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ROOT } from '../../sandbox/system/repository.mjs';
import {
	downloadBinary,
	listExecutions,
	waitForExecution,
	waitForNewExecution,
} from '../../sandbox/n8n/executions.mts';
import { Rest } from '../../sandbox/n8n/rest.mts';
import { getObjects } from '../../sandbox/n8n/json.mts';
import {
	activateWorkflow,
	deactivateWorkflow,
	upsertWorkflow,
	runManually,
	waitForWebhook,
	waitForWebhookRemoval,
} from '../../sandbox/n8n/workflows.mts';
import { INSTALL_MS, inARow, node, startTestSystem, type TestSystem } from './harness.mts';

let environment: TestSystem;

interface Manifest {
	n8n: { nodes: string[] };
}

/** Returns the type that n8n gives to the node in a file of the package: `dist/nodes/Service/Service.node.js`. */
function typeOf(path: string): string {
	const [name] = basename(path).split('.');
	return `n8n-nodes-file-delivery.${name[0].toLowerCase()}${name.slice(1)}`;
}

beforeAll(async () => {
	environment = await startTestSystem();
}, INSTALL_MS);

afterAll(async () => environment?.stop());

/** Returns the addresses at which the editor requests the schema previews of a node. */
function previewPaths({ name, version, properties }: NodeDescription): string[] {
	const operations = properties
		.filter((property) => property.name === 'operation')
		.flatMap(({ displayOptions, options = [] }) =>
			options
				// n8n adds this operation to every node with a credential.
				.filter(({ value }) => value !== '__CUSTOM_API_CALL__')
				.map(({ value }) => `/${displayOptions!.show.resource[0]}/${value}`),
		);
	return [version].flat().flatMap((one) => {
		const padded = [...String(one).split('.'), '0', '0'].slice(0, 3).join('.');
		const paths = operations.length > 0 ? operations : [''];
		return paths.map((path) => `/schemas/${name}/${padded}${path}.json`);
	});
}

interface NodeDescription {
	name: string;
	version: number | number[];
	properties: Array<{
		name: string;
		displayOptions?: { show: { resource: string[] } };
		options?: Array<{ value: string }>;
	}>;
}

describe('a real n8n with the package', () => {
	it('serves the schema preview of every operation and trigger', async () => {
		const list = await environment.rest.call('GET', '/types/nodes.json');
		const ours = (getObjects({ list }, 'list') as unknown as NodeDescription[]).filter(
			({ name }) => name.startsWith('n8n-nodes-file-delivery.') && !name.endsWith('Tool'),
		);
		const paths = ours.flatMap(previewPaths);
		expect(paths.length).toBeGreaterThan(ours.length);
		for (const path of paths) {
			const { status, data } = await axios.get<{ properties?: object }>(
				`${environment.n8n.url}${path}`,
				{ validateStatus: () => true },
			);
			expect([path, status, Object.keys(data.properties ?? {}).length > 0]).toEqual([
				path,
				200,
				true,
			]);
		}
	});

	it("lists the package's nodes and credentials", async () => {
		const nodes = getObjects(
			{ list: await environment.rest.call('GET', '/types/nodes.json') },
			'list',
		);
		const credentials = getObjects(
			{ list: await environment.rest.call('GET', '/types/credentials.json') },
			'list',
		);
		const ours = nodes.map(({ name }) => String(name));

		const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;
		const wanted = manifest.n8n.nodes.map(typeOf);
		const actions = wanted.filter((type) => !type.endsWith('Trigger'));
		expect(wanted).toHaveLength(new Set(wanted).size);
		expect(ours).toEqual(expect.arrayContaining([...wanted, ...actions.map((of) => `${of}Tool`)]));
		expect(credentials.map(({ name }) => name)).toEqual(
			expect.arrayContaining(environment.credentials.map(({ type }) => type)),
		);
	});

	it("rejects requests without the owner's cookie", async () => {
		const again = new Rest(environment.n8n.url);
		await again.logIn();

		await expect(again.call('GET', '/rest/workflows')).resolves.toBeDefined();
		await expect(
			new Rest(environment.n8n.url).call('GET', '/rest/workflows'),
		).rejects.toMatchObject({
			status: 401,
		});
	});

	it('runs a workflow manually and names the node that failed', async () => {
		const request = (url: string) => ({
			name: 'By hand',
			nodes: [
				node('Start', 'n8n-nodes-base.manualTrigger'),
				node('Ask', 'n8n-nodes-base.httpRequest', { url }, { typeVersion: 4.2 }),
			],
			connections: inARow('Start', 'Ask'),
		});
		const run = async (url: string) => {
			const workflow = await upsertWorkflow(environment.rest, request(url));
			return waitForExecution(environment.rest, await runManually(environment.rest, workflow));
		};

		const good = await run(`${environment.n8n.url}/healthz`);
		expect(good).toMatchObject({ status: 'success', mode: 'manual' });
		expect(good.items.Ask[0].json).toEqual({ status: 'ok' });

		const bad = await run(`${environment.n8n.url}/rest/nothing-here`);
		expect(bad.status).toBe('error');
		expect(bad.error).toMatch(/^Ask: /);
	});

	it('runs a workflow by webhook, stores the file, and stops listening when deactivated', async () => {
		const { rest, n8n } = environment;
		const url = `${n8n.url}/webhook/files-come-in`;
		const workflow = await upsertWorkflow(rest, {
			name: 'By webhook',
			nodes: [
				node(
					'Webhook',
					'n8n-nodes-base.webhook',
					{ path: 'files-come-in', httpMethod: 'POST' },
					{ typeVersion: 2, webhookId: 'files-come-in' },
				),
			],
			connections: {},
		});
		await activateWorkflow(rest, workflow);
		await waitForWebhook(url);
		const known = await listExecutions(rest, workflow.id);
		const content = Buffer.from([0, 255, 13, 10, 0]);
		const body = new FormData();
		body.append('scan', new Blob([content], { type: 'image/png' }), 'Prüfung "1".png');

		await axios.post(url, body);
		const execution = await waitForNewExecution(rest, workflow.id, known);

		expect(execution).toMatchObject({ status: 'success', mode: 'webhook' });
		const file = execution.items.Webhook[0].binary.scan;
		expect(file.id).toMatch(/^filesystem-v2:/);
		expect(await downloadBinary(rest, file)).toEqual(content);

		await deactivateWorkflow(rest, workflow.id);
		await waitForWebhookRemoval(url);
		await expect(axios.post(url, body)).rejects.toMatchObject({ response: { status: 404 } });
	});
});
