import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runJourney } from '../../sandbox/demo/demo.mts';
import { StepFailed, Steps } from '../../sandbox/demo/assertions.mts';
import { sandboxCredentials } from '../../sandbox/n8n/environment.mts';
import { putCredential } from '../../sandbox/n8n/credentials.mts';
import { listExecutions } from '../../sandbox/n8n/executions.mts';
import {
	deactivateWorkflow,
	listWorkflows,
	type SavedWorkflow,
	webhookStops,
} from '../../sandbox/n8n/workflows.mts';
import { INSTALL_MS, startTestSystem, type TestSystem, withExamples } from './harness.mts';

let system: TestSystem;
let workflows: Map<string, SavedWorkflow>;

beforeAll(async () => {
	system = await startTestSystem();
	workflows = await withExamples(system);
}, INSTALL_MS);

afterAll(async () => system?.stop());

/** Runs the journey; what it printed, and how it failed if it did. */
async function travel(): Promise<{ lines: string[]; failed: StepFailed | undefined }> {
	const lines: string[] = [];
	try {
		await runJourney(system, workflows, new Steps((line) => void lines.push(line)));
		return { lines, failed: undefined };
	} catch (error) {
		if (error instanceof StepFailed) return { lines, failed: error };
		throw error;
	}
}

const receiving = () => workflows.get('receive-documents')?.id ?? '';
const callbackUrl = () =>
	String(
		workflows.get('request-documents')?.nodes.find(({ name }) => name === 'Request documents')
			?.parameters?.callbackUrl,
	);

describe('journey 1: request, upload, deliver, receive', () => {
	it('holds, and tells what it saw', async () => {
		const { lines, failed } = await travel();

		expect(failed).toBeUndefined();
		expect(lines.filter((line) => line.includes('✓'))).toHaveLength(7);
		expect(lines.join('\n')).toMatch(
			/proof-of-address\.pdf: \d+ bytes, SHA-256 [0-9a-f]+… as sent/,
		);
	});

	it('is the same again when the examples are put in again, and none is there twice', async () => {
		workflows = await withExamples(system);

		expect(await listWorkflows(system.rest)).toHaveLength(workflows.size);
		expect((await travel()).failed).toBeUndefined();
	});

	it('fails where n8n holds another webhook secret: the delivery is refused and nothing runs', async () => {
		const [content] = sandboxCredentials(system.sandbox.info);
		const before = await listExecutions(system.rest, receiving());
		await putCredential(system.rest, {
			...content,
			data: { ...content.data, webhookSecret: 'fcwh_of_somebody_else' },
		});
		// The old one is believed for as long as deliveries share a reading of the credential.
		await new Promise((wake) => setTimeout(wake, 2_100));

		const { lines, failed } = await travel();
		await putCredential(system.rest, content);

		expect(failed).toMatchObject({
			expected: 'a 2xx answer',
			seen: expect.stringContaining('401') as unknown,
		});
		expect(lines.filter((line) => line.includes('✓'))).toHaveLength(3);
		expect(await listExecutions(system.rest, receiving())).toEqual(before);
	});

	it('fails where the receiving workflow is not active', async () => {
		await deactivateWorkflow(system.rest, receiving());
		await webhookStops(callbackUrl());

		const { failed } = await travel();

		expect(failed).toMatchObject({ seen: expect.stringContaining('404') as unknown });
	});
});
