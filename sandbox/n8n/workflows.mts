import { isDeepStrictEqual } from 'node:util';
import axios from 'axios';
import pRetry from 'p-retry';
import type { Rest } from './rest.mts';
import { getPath, isObject, getObject, getObjects, getString, type JsonObject } from './json.mts';

/** A node in a workflow's JSON. */
export interface WorkflowNode extends JsonObject {
	name: string;
	type: string;
	parameters?: JsonObject;
	credentials?: Record<string, { id?: string; name: string }>;
	webhookId?: string;
}

/** A workflow, as exported by the editor. */
export interface WorkflowContent {
	name: string;
	nodes: WorkflowNode[];
	connections: JsonObject;
	settings?: JsonObject;
}

export interface SavedWorkflow extends WorkflowContent {
	id: string;
	versionId: string;
	active: boolean;
}

/** @throws {Error} if the value is not a workflow */
export function parseWorkflow(value: unknown): WorkflowContent {
	const nodes = getObjects(value, 'nodes').map((node) => ({
		...node,
		name: getString(node, 'name'),
		type: getString(node, 'type'),
	}));
	const settings = getPath(value, 'settings');
	return {
		name: getString(value, 'name'),
		nodes,
		connections: getObject(value, 'connections'),
		...(isObject(settings) ? { settings } : {}),
	};
}

function parseSaved(value: unknown): SavedWorkflow {
	return {
		...parseWorkflow(value),
		id: getString(value, 'id'),
		versionId: getString(value, 'versionId'),
		active:
			getPath(value, 'active') === true || typeof getPath(value, 'activeVersionId') === 'string',
	};
}

function bodyOf({ name, nodes, connections, settings }: WorkflowContent) {
	return { name, nodes, connections, settings: settings ?? { executionOrder: 'v1' } };
}

export async function getWorkflow(rest: Rest, id: string): Promise<SavedWorkflow> {
	return parseSaved(getObject(await rest.call('GET', `/rest/workflows/${id}`), 'data'));
}

/** Returns the names and IDs of all workflows that are not archived. */
export async function listWorkflows(rest: Rest): Promise<Array<{ id: string; name: string }>> {
	return getObjects(await rest.call('GET', '/rest/workflows?take=200'), 'data')
		.filter((item) => item.isArchived !== true)
		.map((item) => ({ id: getString(item, 'id'), name: getString(item, 'name') }));
}

export async function createWorkflow(rest: Rest, content: WorkflowContent): Promise<SavedWorkflow> {
	const body = { ...bodyOf(content), active: false };
	return parseSaved(getObject(await rest.call('POST', '/rest/workflows', body), 'data'));
}

/** Saves new content, if it differs; an active workflow keeps running its old content until it is activated again. */
export async function updateWorkflow(
	rest: Rest,
	id: string,
	content: WorkflowContent,
): Promise<SavedWorkflow> {
	const saved = await getWorkflow(rest, id);
	const body = { ...bodyOf(content), versionId: saved.versionId };
	if (isDeepStrictEqual(bodyOf(saved), bodyOf(content))) return saved;
	return parseSaved(getObject(await rest.call('PATCH', `/rest/workflows/${id}`, body), 'data'));
}

/**
 * Creates a workflow, or updates the one with this name.
 * @param existing the workflows, if the caller has already listed them
 */
export async function upsertWorkflow(
	rest: Rest,
	content: WorkflowContent,
	existing?: ReadonlyArray<{ id: string; name: string }>,
): Promise<SavedWorkflow> {
	const old = (existing ?? (await listWorkflows(rest))).find(({ name }) => name === content.name);
	return old ? updateWorkflow(rest, old.id, content) : createWorkflow(rest, content);
}

export async function activateWorkflow(
	rest: Rest,
	{ id, versionId }: SavedWorkflow,
): Promise<void> {
	await rest.call('POST', `/rest/workflows/${id}/activate`, { versionId });
}

export async function deactivateWorkflow(rest: Rest, id: string): Promise<void> {
	await rest.call('POST', `/rest/workflows/${id}/deactivate`, {});
}

/** Archives and deletes a workflow, because n8n only deletes archived ones. */
export async function deleteWorkflow(rest: Rest, id: string): Promise<void> {
	await rest.call('POST', `/rest/workflows/${id}/archive`, {});
	await rest.call('DELETE', `/rest/workflows/${id}`);
}

/**
 * Whether n8n listens for a production webhook. Sends a CORS preflight request: n8n responds with the methods that it
 * listens for and starts no execution.
 */
async function isListening(url: string, method: string): Promise<boolean> {
	const { headers } = await axios.request({
		method: 'OPTIONS',
		url,
		headers: { origin: new URL(url).origin },
		timeout: 5_000,
		validateStatus: () => true,
	});
	const methods = String(headers['access-control-allow-methods'] ?? '').split(', ');
	return methods.includes(method);
}

/** n8n responds to activation and deactivation shortly before they take effect. */
const WEBHOOK_RETRIES = { retries: 20, minTimeout: 100, maxTimeout: 500, factor: 1.3 };

/**
 * Waits until n8n listens for a production webhook.
 * @throws {Error} after some seconds
 */
export async function waitForWebhook(url: string, method = 'POST'): Promise<void> {
	await pRetry(async () => {
		if (!(await isListening(url, method)))
			throw new Error(`n8n does not listen for ${method} ${url}`);
	}, WEBHOOK_RETRIES);
}

/**
 * Waits until n8n no longer listens for a production webhook.
 * @throws {Error} after some seconds
 */
export async function waitForWebhookRemoval(url: string, method = 'POST'): Promise<void> {
	await pRetry(async () => {
		if (await isListening(url, method)) throw new Error(`n8n still listens for ${method} ${url}`);
	}, WEBHOOK_RETRIES);
}

/** Runs a saved workflow from its manual trigger, like the editor's button. Returns the execution's ID. */
export async function runManually(
	rest: Rest,
	workflow: SavedWorkflow,
	trigger = 'Start',
): Promise<string> {
	const body = { triggerToStartFrom: { name: trigger }, workflowData: workflow };
	const response = await rest.call('POST', `/rest/workflows/${workflow.id}/run`, body);
	return String(getPath(response, 'data.executionId'));
}
