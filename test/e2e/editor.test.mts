import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import pRetry from 'p-retry';
import type { Locator } from 'playwright-core';
import { ROOT } from '../../sandbox/system/repository.mjs';
import { readExamples } from '../../sandbox/demo/examples.mts';
import { Editor } from '../../sandbox/n8n/editor.mts';
import { type SavedWorkflow, upsertWorkflow } from '../../sandbox/n8n/workflows.mts';
import {
	credentialsFor,
	INSTALL_MS,
	node,
	offeredOperations,
	startTestSystem,
	type TestSystem,
	withExamples,
} from './harness.mts';

/** The folder for screenshots, for manual inspection. */
const PICTURES = join(ROOT, '.run', 'pictures');

let environment: TestSystem;
let editor: Editor;
let workflows: Map<string, SavedWorkflow>;

beforeAll(async () => {
	mkdirSync(PICTURES, { recursive: true });
	environment = await startTestSystem();
	workflows = await withExamples(environment);
	editor = await Editor.open(environment.n8n.url);
}, INSTALL_MS);

afterAll(async () => {
	await editor?.close();
	await environment?.stop();
});

/** The visible part of a panel's fields; newer and older versions of n8n name it differently. */
const PARAMETERS = '[data-test-id=ndv-parameters], [data-test-id=node-parameters]';

/** The end of a collection: a list, or a button if there is only one option. */
const ADD_OPTION = 'input[placeholder="Add option"], button:has-text("Add option")';

/** Opens an example and one of its nodes and takes a screenshot of each. */
async function look(example: string, node: string): Promise<Locator> {
	await editor.openWorkflow(workflows.get(example)?.id ?? '');
	await editor.screenshot(join(PICTURES, `${example}.png`));
	const panel = await editor.openNode(node);
	await editor.screenshot(join(PICTURES, `${example}-panel.png`));
	return panel;
}

describe('the examples in the editor', () => {
	it('shows the workflow that requests documents, and its node with filled-in fields', async () => {
		const panel = await look('request-documents', 'Request documents');

		expect(await editor.fieldsOf(panel)).toEqual(
			expect.arrayContaining([
				'FileCourier (sandbox)',
				'customer@example.com',
				expect.stringContaining(`${environment.n8n.url}/webhook/`),
			]),
		);
		await editor.closeNode();
	});

	it('shows the trigger that receives them, and its URL', async () => {
		const panel = await look('receive-documents', 'Files delivered');
		await panel.getByText('Webhook URLs', { exact: true }).click();
		await panel.getByText('Production URL', { exact: true }).click();

		const request = workflows
			.get('request-documents')
			?.nodes.find(({ type }) => type.endsWith('.fileCourier'));
		await panel.getByText(String(request?.parameters?.callbackUrl)).waitFor();
		expect(await editor.fieldsOf(panel)).toContain('FileCourier (sandbox)');
		await editor.closeNode();
	});

	// n8n's editor does not show previews of triggers, although it serves them.
	it('shows the output fields of an operation before the first run', async () => {
		const panel = await look('images-for-the-web', 'Make smaller');
		for (const field of ['handle', 'mimeType'])
			await panel.getByText(field, { exact: true }).first().waitFor();
		await editor.closeNode();
	});

	it.each(readExamples().map(({ name }) => name))(
		'shows %s without missing values',
		async (name) => {
			await editor.openWorkflow(workflows.get(name)!.id);
			await editor.screenshot(join(PICTURES, `${name}.png`));
			// The agent requires a chat model, which only the user can select.
			expect(await editor.nodesWithIssues()).toEqual(
				name === 'ai-agent-sends-files' ? ['Agent'] : [],
			);
		},
	);
});

describe('the panels of Filestack', () => {
	it('show all fields of every operation on a screen, with their default values', async () => {
		const operations = await offeredOperations(environment.rest, 'filestack');
		const nodes = operations.map((name, index) => {
			const [resource, operation] = name.split('.');
			return node(
				name,
				'n8n-nodes-file-delivery.filestack',
				{ resource, operation },
				{
					position: [(index % 8) * 240, Math.floor(index / 8) * 200],
					credentials: credentialsFor(environment, 'filestack'),
				},
			);
		});
		const content = { name: 'Panels of Filestack', nodes, connections: {}, settings: {} };
		const { id } = await upsertWorkflow(environment.rest, content);
		const { page } = editor;
		// Full HD without the bars of a browser.
		await page.setViewportSize({ width: 1920, height: 950 });
		await editor.openWorkflow(id);
		const tooLong: string[] = [];
		for (const name of operations) {
			await editor.node(name).dblclick();
			const panel = page.locator('[data-test-id=ndv]');
			// The last field of every panel is the collection of options.
			const last = panel.locator(ADD_OPTION).last();
			await last.waitFor();
			const area = await panel.locator(PARAMETERS).first().boundingBox();
			const end = await last.boundingBox();
			if (end!.y + end!.height > area!.y + area!.height) tooLong.push(name);
			await editor.closeNode();
		}
		expect(tooLong).toEqual([]);
	}, 300_000);
});

/** Search terms, and the nodes that must be found. */
describe('the node search', () => {
	it.each([
		['file request', ['FileCourier']],
		['collect files', ['FileCourier']],
		['magic link', ['SpeedyFiles']],
		['send files', ['SpeedyFiles']],
		['upload', ['FileCourier', 'FileShot', 'Files App', 'Filestack', 'SpeedyFiles']],
		['download', ['FileShot', 'Files App', 'Filestack', 'SpeedyFiles']],
		['share', ['FileShot', 'Files App', 'SpeedyFiles']],
		['expiry', ['FileShot', 'Files App', 'SpeedyFiles']],
		['cleanup', ['FileShot', 'Files App', 'SpeedyFiles']],
		['hash', ['Filestack']],
		['sha256', ['Filestack']],
		['policy', ['Filestack']],
		['signed url', ['Filestack']],
		['webhook', ['FileCourier', 'Filestack', 'SpeedyFiles']],
	])('%s', async (words, services) => {
		const areFound = async () =>
			expect(await editor.searchResults()).toEqual(expect.arrayContaining(services));
		const search = async () => {
			await editor.searchFor(words);
			await pRetry(areFound, { retries: 50, minTimeout: 200, factor: 1 });
		};
		// Once more from the start: on a busy machine, the editor may show only the first results.
		await search().catch(async () => {
			await editor.searchFor('');
			await search();
		});
	});
});
