import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import pRetry from 'p-retry';
import type { Locator } from 'playwright-core';
import { ROOT } from '../../sandbox/system/repository.mjs';
import { readExamples } from '../../sandbox/demo/examples.mts';
import { Editor } from '../../sandbox/n8n/editor.mts';
import type { SavedWorkflow } from '../../sandbox/n8n/workflows.mts';
import { INSTALL_MS, startTestSystem, type TestSystem, withExamples } from './harness.mts';

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

	it.each([
		['a trigger', 'receive-documents', 'What arrived', ['recipientEmail', 'referenceId']],
		['an operation', 'images-for-the-web', 'Make smaller', ['handle', 'mimeType']],
	])('shows the output fields of %s before the first run', async (_, example, next, fields) => {
		const panel = await look(example, next);
		for (const field of fields) await panel.getByText(field, { exact: true }).first().waitFor();
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
		await editor.searchFor(words);
		await pRetry(
			async () => expect(await editor.searchResults()).toEqual(expect.arrayContaining(services)),
			{ retries: 50, minTimeout: 200, factor: 1 },
		);
	});
});
