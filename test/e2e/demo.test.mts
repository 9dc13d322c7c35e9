import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runDemo } from '../../sandbox/demo/demo.mts';
import { StepError, DemoSteps } from '../../sandbox/demo/assertions.mts';
import { sandboxCredentials } from '../../sandbox/n8n/environment.mts';
import { upsertCredential } from '../../sandbox/n8n/credentials.mts';
import { listExecutions } from '../../sandbox/n8n/executions.mts';
import {
	deactivateWorkflow,
	listWorkflows,
	type SavedWorkflow,
	waitForWebhookRemoval,
} from '../../sandbox/n8n/workflows.mts';
import { INSTALL_MS, startTestSystem, type TestSystem, withExamples } from './harness.mts';

let environment: TestSystem;
let workflows: Map<string, SavedWorkflow>;

beforeAll(async () => {
	environment = await startTestSystem();
	workflows = await withExamples(environment);
}, INSTALL_MS);

afterAll(async () => environment?.stop());

/** Runs the demo; returns its output and its error, if any. */
async function runAndCapture(): Promise<{ lines: string[]; failed: StepError | undefined }> {
	const lines: string[] = [];
	try {
		await runDemo(environment, workflows, new DemoSteps((line) => void lines.push(line)));
		return { lines, failed: undefined };
	} catch (error) {
		if (error instanceof StepError) return { lines, failed: error };
		throw error;
	}
}

const receiving = () => workflows.get('receive-documents')?.id ?? '';
const callbackUrl = () =>
	String(
		workflows.get('request-documents')?.nodes.find(({ name }) => name === 'Request documents')
			?.parameters?.callbackUrl,
	);

describe('demo 1: request, upload, deliver, receive', () => {
	it('succeeds and prints the details of each step', async () => {
		const { lines, failed } = await runAndCapture();

		expect(failed).toBeUndefined();
		expect(lines.filter((line) => line.includes('✓'))).toHaveLength(7);
		expect(lines.join('\n')).toMatch(
			/proof-of-address\.pdf: \d+ bytes, SHA-256 [0-9a-f]+…, identical/,
		);
	});

	it('also succeeds after reinstalling the examples, without duplicating them', async () => {
		workflows = await withExamples(environment);

		expect(await listWorkflows(environment.rest)).toHaveLength(workflows.size);
		expect((await runAndCapture()).failed).toBeUndefined();
	});

	it('fails if n8n has another webhook secret: the delivery is rejected and nothing runs', async () => {
		const [content] = sandboxCredentials(environment.sandbox.info);
		const before = await listExecutions(environment.rest, receiving());
		await upsertCredential(environment.rest, {
			...content,
			data: { ...content.data, webhookSecret: 'fcwh_of_somebody_else' },
		});
		// Deliveries share a cached credential for two seconds.
		await new Promise((wake) => setTimeout(wake, 2_100));

		const { lines, failed } = await runAndCapture();
		await upsertCredential(environment.rest, content);

		expect(failed).toMatchObject({
			expected: 'a 2xx response',
			actual: expect.stringContaining('401') as unknown,
		});
		expect(lines.filter((line) => line.includes('✓'))).toHaveLength(3);
		expect(await listExecutions(environment.rest, receiving())).toEqual(before);
	});

	it('fails if the receiving workflow is not active', async () => {
		await deactivateWorkflow(environment.rest, receiving());
		await waitForWebhookRemoval(callbackUrl());

		const { failed } = await runAndCapture();

		expect(failed).toMatchObject({ actual: expect.stringContaining('404') as unknown });
	});
});
