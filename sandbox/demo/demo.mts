import {
	listExecutions,
	waitForExecution,
	waitForNewExecution,
	type Execution,
	type ExecutionItem,
} from '../n8n/executions.mts';
import { getString } from '../n8n/json.mts';
import { runManually, type SavedWorkflow } from '../n8n/workflows.mts';
import { readDemoFiles } from './demoFiles.mts';
import { PortalClient, type SentWebhook } from './portalClient.mts';
import { compareFiles } from './compareFiles.mts';
import { uploadAsRecipient } from './uploadAsRecipient.mts';
import { assertEqual, assertPresent, StepError, DemoSteps } from './assertions.mts';
import type { Environment } from '../n8n/environment.mts';

/** The example workflows that the demo uses, by file name. */
const REQUEST = 'request-documents';
const RECEIVE = 'receive-documents';

/** The node that creates the session, and the trigger that receives the files. */
const REQUEST_NODE = 'Request documents';
const TRIGGER_NODE = 'Files delivered';

interface Session {
	/** The ID of the session. */
	id: string;
	/** The recipient's upload page. */
	uploadUrl: string;
}

/** Runs the example that requests documents manually, like the button in the editor. */
export async function requestDocuments(
	environment: Environment,
	workflow: SavedWorkflow,
): Promise<Session> {
	const execution = await waitForExecution(
		environment.rest,
		await runManually(environment.rest, workflow),
	);
	if (execution.status !== 'success') {
		throw new StepError(
			`n8n's execution ${execution.id} of "${workflow.name}" did not succeed`,
			'status success',
			`status ${execution.status}: ${execution.error ?? 'no error message'}`,
		);
	}
	const item = assertPresent(
		`The node "${REQUEST_NODE}" has no output`,
		execution.items[REQUEST_NODE]?.at(0),
		'one item with the session',
	);
	return { id: getString(item.json, 'sessionId'), uploadUrl: getString(item.json, 'link') };
}

/** Checks the outbox for the messages with the session's link. */
async function readOutbox(portal: PortalClient, { uploadUrl }: Session): Promise<string[]> {
	const messages = await portal.messagesWith(uploadUrl);
	const channels = messages.map(({ channel }) => channel).sort();
	assertEqual('The outbox does not contain the messages with the link', channels, ['email', 'sms']);
	return messages.map(({ channel, to, subject }) =>
		channel === 'email' ? `email to ${to}: "${subject}"` : `text message to ${to}`,
	);
}

/** Waits for the webhook and checks that it is signed and was accepted at the first attempt. */
async function waitForDelivery(
	portal: PortalClient,
	{ id }: Session,
	n8nUrl: string,
): Promise<SentWebhook> {
	const webhook = await portal.waitForDelivery(id);
	const { statuses, state, error } = webhook;
	if (state !== 'delivered') {
		throw new StepError(
			'n8n did not accept the delivery',
			'a 2xx response',
			`${statuses.join(', ')} ${error}`,
		);
	}
	assertEqual('The webhook was not sent to this n8n', new URL(webhook.url).origin, n8nUrl);
	assertEqual('The webhook is not signed', /^[0-9a-f]{64}$/.test(webhook.signature), true);
	return webhook;
}

/** Returns the items that the trigger output. */
function receivedItems(items: Execution['items']): ExecutionItem[] {
	return items[TRIGGER_NODE] ?? [];
}

/** Whether an execution is about this session; a delivery of an earlier run may be retried at the same time. */
function isAbout({ id }: Session): (execution: Execution) => boolean {
	return ({ status, items }) =>
		status !== 'success' || receivedItems(items).some(({ json }) => json.sessionId === id);
}

/**
 * Runs demo 1 with FileCourier and prints each step: documents are requested, uploaded by a customer, delivered by a
 * signed webhook and available as files in a workflow.
 * @throws {StepError} at the first failed step
 */
export async function runDemo(
	environment: Environment,
	workflows: Map<string, SavedWorkflow>,
	steps = new DemoSteps(),
): Promise<void> {
	const { rest, n8n } = environment;
	const portal = new PortalClient(environment.sandbox.info.portal);
	const documents = readDemoFiles();
	const request = assertPresent('An example is missing', workflows.get(REQUEST), REQUEST);
	const receive = assertPresent('An example is missing', workflows.get(RECEIVE), RECEIVE);
	const known = await listExecutions(rest, receive.id);

	const session = await steps.run(`n8n runs "${request.name}": creates a session`, async () => {
		const result = await requestDocuments(environment, request);
		return { result, details: [`session ${result.id}`, `upload link ${result.uploadUrl}`] };
	});
	await steps.run('the outbox contains the messages to the customer', async () => {
		const details = await readOutbox(portal, session);
		return { result: undefined, details };
	});
	await steps.run('the customer uploads two documents', async () => {
		const heading = await uploadAsRecipient(session.uploadUrl, documents);
		const names = documents.map(({ name, content }) => `${name} (${content.length} bytes)`);
		return { result: undefined, details: [names.join(', '), `the page shows "${heading}"`] };
	});
	await steps.run('FileCourier delivers the documents with a signed webhook', async () => {
		const webhook = await waitForDelivery(portal, session, n8n.url);
		const { event, url, statuses, signatureHeader, signature } = webhook;
		const signed = `${signatureHeader}: ${signature.slice(0, 16)}…`;
		return {
			result: undefined,
			details: [`${event} to ${url}`, signed, `n8n responded ${statuses.join(', ')}`],
		};
	});
	const execution = await steps.run(`n8n runs "${receive.name}"`, async () => {
		const result = await waitForNewExecution(rest, receive.id, known, isAbout(session));
		if (result.status !== 'success') {
			throw new StepError('The execution failed', 'success', `${result.status}: ${result.error}`);
		}
		return {
			result,
			details: [`execution ${result.id}: ${result.status}, started by ${result.mode}`],
		};
	});
	await steps.run('the execution contains both files, byte for byte', async () => {
		return {
			result: undefined,
			details: await compareFiles(rest, receivedItems(execution.items), documents),
		};
	});
	await steps.run('FileCourier completes the session', async () => {
		const state = (await portal.findSession(session.uploadUrl))?.state;
		assertEqual('The session has the wrong state', state, 'completed');
		return { result: undefined, details: ['state: completed'] };
	});
}
