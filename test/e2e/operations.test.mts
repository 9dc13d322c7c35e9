import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import axios from 'axios';
import { randomBytes } from 'node:crypto';
import { sha256 } from '../../sandbox/demo/demoFiles.mts';
import { PortalClient } from '../../sandbox/demo/portalClient.mts';
import {
	downloadBinary,
	type Execution,
	waitForNewExecution,
} from '../../sandbox/n8n/executions.mts';
import type { N8nVersion } from '../../sandbox/n8n/versions.mts';
import { getObjects } from '../../sandbox/n8n/json.mts';
import { activateWorkflow, upsertWorkflow, waitForWebhook } from '../../sandbox/n8n/workflows.mts';
import {
	credentialsFor,
	INSTALL_MS,
	node,
	offeredOperations,
	startTestSystem,
	type TestSystem,
} from './harness.mts';
import { fileShot } from './operations/fileShot.mts';
import { filesApp } from './operations/filesApp.mts';
import { filestack } from './operations/filestack.mts';
import { speedyFiles } from './operations/speedyFiles.mts';
import type { Seen, SentFile, Steps } from './operations/steps.mts';

/** The n8n version; the newest by default. */
const HOST = (process.env.E2E_HOST ?? 'newest') as N8nVersion;

const SERVICES: Record<string, Steps> = { fileShot, filesApp, filestack, speedyFiles };

const file = (name: string, type: string, content: Buffer): SentFile => ({
	name,
	type,
	content,
	sha256: sha256(content),
});

const FILES = {
	document: file('Prüfung – 証明.txt', 'text/plain', Buffer.from('The quick brown fox\n')),
	photo: file('photo.png', 'image/png', randomBytes(6 * 1024 * 1024)),
};

let environment: TestSystem;
let portal: PortalClient;

beforeAll(async () => {
	environment = await startTestSystem({ version: HOST });
	portal = new PortalClient(environment.sandbox.info.portal);
}, INSTALL_MS);

afterAll(async () => environment?.stop());

/** Returns a workflow with a node per step, which a webhook starts with two files. */
async function workflowOf(service: string, steps: Steps) {
	const path = `files-for-${service}`;
	const webhook = node(
		'Files',
		'n8n-nodes-base.webhook',
		{ path, httpMethod: 'POST' },
		{ typeVersion: 2, webhookId: path },
	);
	const names = Object.keys(steps);
	const nodes = Object.entries(steps).map(([name, { does, parameters }], index) => {
		const [resource, operation] = does.split('.');
		return node(
			name,
			`n8n-nodes-file-delivery.${service}`,
			{ resource, operation, ...parameters },
			{
				credentials: credentialsFor(environment, service),
				// n8n runs branches from top to bottom.
				position: [200 * (index + 1), 100 * index],
			},
		);
	});
	const connections: Record<string, { main: [Array<{ node: string; type: string; index: 0 }>] }> =
		{};
	Object.entries(steps).forEach(([name, { after }], index) => {
		const from = after ?? names[index - 1] ?? webhook.name;
		connections[from] ??= { main: [[]] };
		connections[from].main[0].push({ node: name, type: 'main', index: 0 });
	});
	const content = { name: service, nodes: [webhook, ...nodes], connections };
	return {
		workflow: await upsertWorkflow(environment.rest, content),
		url: `${environment.n8n.url}/webhook/${path}`,
	};
}

/** Sends the files to the workflow and waits for its end. */
async function run(service: string, steps: Steps): Promise<Execution> {
	const { workflow, url } = await workflowOf(service, steps);
	await activateWorkflow(environment.rest, workflow);
	await waitForWebhook(url);
	const body = new FormData();
	for (const [field, { name, type, content }] of Object.entries(FILES)) {
		body.append(field, new Blob([new Uint8Array(content)], { type }), name);
	}
	await axios.post(url, body);
	return await waitForNewExecution(environment.rest, workflow.id, []);
}

interface ListEntry {
	name: string;
	value: string;
}

/** Requests the list of a resource locator, as the editor does. */
async function listed(service: string, methodName: string, filter?: string): Promise<ListEntry[]> {
	const response = await environment.rest.call(
		'POST',
		'/rest/dynamic-node-parameters/resource-locator-results',
		{
			path: 'parameters.any',
			nodeTypeAndVersion: { name: `n8n-nodes-file-delivery.${service}`, version: 1 },
			currentNodeParameters: {},
			methodName,
			credentials: credentialsFor(environment, service),
			...(filter && { filter }),
		},
	);
	return getObjects(response, 'data.results') as unknown as ListEntry[];
}

/** The resource locators: the list method, the step whose last item must be in the list, and its name. */
const LISTS: Array<[service: string, method: string, step: string, name: string]> = [
	['fileShot', 'searchFiles', 'Upload for Longer', FILES.document.name],
	['filesApp', 'searchFiles', 'Upload', FILES.photo.name],
	['speedyFiles', 'searchPackages', 'Send', 'Q4 financials'],
];

describe.each(Object.entries(SERVICES))(`%s in a real n8n (${HOST})`, (service, steps) => {
	let execution: Execution;
	let seen: Seen;

	beforeAll(async () => {
		execution = await run(service, steps);
		seen = {
			files: FILES,
			itemsOf: (step) => execution.items[step] ?? [],
			bytesOf: async ({ binary }, field) => await downloadBinary(environment.rest, binary[field]),
			stateOf: async (collection) => await portal.list(`services/${service}/${collection}`),
			sha256Behind: async (url) => {
				const { data } = await axios.get<ArrayBuffer>(url, { responseType: 'arraybuffer' });
				return sha256(Buffer.from(data));
			},
		};
	}, 120_000);

	it('runs successfully', () => {
		expect([execution.status, execution.error]).toEqual(['success', undefined]);
	});

	it('covers every operation that the node offers', async () => {
		const done = Object.values(steps).map(({ does }) => does);
		const offered = await offeredOperations(environment.rest, service);
		expect([...new Set(done)].sort()).toEqual(offered.sort());
	});

	for (const [, method, step, name] of LISTS.filter(([of]) => of === service)) {
		it(`${method} lists the item of ${name}`, async () => {
			const [{ json }] = seen.itemsOf(step).slice(-1);
			const value = String(json.fileId ?? json.packageId ?? json.tokenId);
			expect(await listed(service, method, name)).toEqual([
				expect.objectContaining({ name: expect.stringContaining(name) as unknown, value }),
			]);
			expect((await listed(service, method)).map((one) => one.value)).toContain(value);
			expect(await listed(service, method, 'nothing like that')).toEqual([]);
		});
	}

	it.each(Object.keys(steps))('%s', async (name) => {
		await steps[name].check(seen.itemsOf(name), seen);
	});
});
