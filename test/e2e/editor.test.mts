import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../sandbox/launcher/ready.mjs';
import { Editor } from '../../sandbox/n8n/editor.mts';
import type { SavedWorkflow } from '../../sandbox/n8n/workflows.mts';
import { INSTALL_MS, startTestSystem, type TestSystem, withExamples } from './harness.mts';

/** Pictures stay here, to be looked at. */
const PICTURES = join(ROOT, '.run', 'pictures');

let system: TestSystem;
let editor: Editor;
let workflows: Map<string, SavedWorkflow>;

beforeAll(async () => {
	mkdirSync(PICTURES, { recursive: true });
	system = await startTestSystem();
	workflows = await withExamples(system);
	editor = await Editor.open(system.n8n.url);
}, INSTALL_MS);

afterAll(async () => {
	await editor?.close();
	await system?.stop();
});

/** Opens an example, then one of its nodes; leaves a picture of each. */
async function look(example: string, node: string): Promise<string> {
	await editor.openWorkflow(workflows.get(example)?.id ?? '');
	await editor.picture(join(PICTURES, `${example}.png`));
	const panel = await editor.openNode(node);
	await editor.picture(join(PICTURES, `${example}-panel.png`));
	const text = await panel.innerText();
	await editor.closeNode();
	return text;
}

describe('the examples in the editor', () => {
	it('shows the workflow that asks for documents, and the fields of its node', async () => {
		const text = await look('request-documents', 'Request documents');

		expect(text).toContain('Callback URL');
		expect(text).toContain('FileCourier (sandbox)');
		expect(statSync(join(PICTURES, 'request-documents.png')).size).toBeGreaterThan(10_000);
	});

	it('shows the workflow that receives them, and where its trigger is called', async () => {
		const text = await look('receive-documents', 'Files delivered');

		expect(text).toContain('Webhook URLs');
		expect(text).toContain('FileCourier (sandbox)');
	});
});
