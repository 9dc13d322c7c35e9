/** Request and Wait requests no documents if it could not wait for them. */
import { type IDataObject, type INodePropertyOptions, NodeHelpers } from 'n8n-workflow';

import { FileCourier } from '../../../nodes/FileCourier/FileCourier.node';
import { errorOf } from '../../support/engine';
import { TestServer } from '../../support/testServer';
import { type Overrides, waitingExecution } from '../../support/waitingExecution';

const { sandbox, wait } = waitingExecution();

it('rejects more than one input item, suggests a sub-workflow and requests no documents', async () => {
	await sandbox.reset();
	const error = errorOf(await wait({}, [{ json: {} }, { json: {} }]));
	expect(error.message).toContain('one input item at a time');
	// n8n 2.41 advises against the mode “Run once for each item” of Execute Sub-workflow.
	expect(error.description).toMatch(/sub-workflow.*Loop Over Items/);
	expect(error.description).toContain('“Wait For Sub-Workflow Completion”');
	expect(await sandbox.requests()).toEqual([]);
});

describe('requests no documents', () => {
	const noExecution = { executionId: undefined };
	const noAddress = { webhookWaitingBaseUrl: 'ftp://n8n.example/webhook-waiting' };
	it.each<[string, IDataObject, Overrides, RegExp]>([
		[
			'without a Webhook Secret',
			{},
			{ credentials: { webhookSecret: ' \n ' } },
			/has no Webhook Secret/,
		],
		[
			'with a Maximum Wait that is not a number',
			{ options: { waitHours: 'two days' } },
			{},
			/“Maximum Wait/,
		],
		['with a Maximum Wait of zero', { options: { waitHours: 0 } }, {}, /“Maximum Wait/],
		['with an Output that does not exist', { output: 'files' }, {}, /“Output”/],
		[
			'with a negative Download Time Limit',
			{ options: { downloadBudget: -1 } },
			{},
			/“Download Time Limit/,
		],
		['in an execution without an ID', {}, { additional: noExecution }, /^n8n cannot pause/],
		['with a resume URL that is not http(s)', {}, { additional: noAddress }, /^n8n cannot pause/],
		[
			'as a tool of an AI agent',
			{},
			{ settings: { type: 'test.subjectTool' } },
			/as a tool by an AI agent$/,
		],
	])('%s', async (_, parameters, overrides, message) => {
		await sandbox.reset();
		const run = await wait(parameters, undefined, overrides);
		expect(run.waitTill).toBeUndefined();
		expect(errorOf(run).message).toMatch(message);
		expect(errorOf(run).description).toMatch(/./);
		expect(await sandbox.requests()).toEqual([]);
	});
});

it('names the setting for the public URL in n8n 2 and in n8n 1', async () => {
	const error = errorOf(await wait({}, undefined, { additional: { executionId: undefined } }));
	expect(error.description).toContain('N8N_WEBHOOK_URL (n8n 1.x: WEBHOOK_URL)');
});

it('does not wait if the created session has no ID to recognize its delivery by', async () => {
	const host = new TestServer();
	const body = JSON.stringify({
		status: true,
		data: { upload_url: 'https://x', request_id: null },
	});
	await host
		.respondByUrl({
			'/api/ext/sessions': { headers: { 'content-type': 'application/json' }, body },
		})
		.start();
	const run = await wait({}, undefined, { credentials: { baseUrl: host.url } });
	await host.stop();
	expect(run.waitTill).toBeUndefined();
	expect(errorOf(run).message).toBe('FileCourier responded without a session ID');
	expect(errorOf(run).description).toMatch(/may have created the session/);
});

it('is not offered as an operation of an AI agent’s tool', () => {
	const { properties } = new FileCourier().description;
	const selector = properties.find(({ name }) => name === 'operation')!;
	const shownTo = (name: string) => {
		const description = { ...new FileCourier().description, name };
		return (selector.options as INodePropertyOptions[])
			.filter((option) => NodeHelpers.displayParameter({}, option as never, null, description))
			.map(({ value }) => value);
	};
	expect(shownTo('fileCourier')).toContain('requestAndWait');
	expect(shownTo('fileCourierTool')).not.toContain('requestAndWait');
	expect(shownTo('fileCourierTool')).toContain('create');
});
