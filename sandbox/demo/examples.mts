import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Credential } from '../n8n/credentials.mts';
import type { Rest } from '../n8n/rest.mts';
import {
	activateWorkflow,
	listWorkflows,
	parseWorkflow,
	upsertWorkflow,
	waitForWebhook,
	type SavedWorkflow,
	type WorkflowContent,
	type WorkflowNode,
} from '../n8n/workflows.mts';
import { UserError } from '../system/userError.mjs';
import { ROOT } from '../system/repository.mjs';

/**
 * Placeholder for the base URL of the n8n that an example is imported into; reserved like example.com, so it is never a
 * real host. The path after it needs no change, because n8n keeps a trigger's `webhookId` on import, and a trigger's
 * production URL is `<n8n>/webhook/<webhookId>/<path>`.
 */
export const THIS_N8N = 'https://n8n.example';

/** An example: its file name without `.json`, and the workflow. */
export interface Example {
	name: string;
	content: WorkflowContent;
}

/** Reads all workflows of a folder (default: examples/). */
export function readExamples(folder = join(ROOT, 'examples')): Example[] {
	return readdirSync(folder)
		.filter((file) => file.endsWith('.json'))
		.sort()
		.map((file) => ({
			name: basename(file, '.json'),
			content: parseWorkflow(JSON.parse(readFileSync(join(folder, file), 'utf8'))),
		}));
}

/** Replaces the placeholder with n8n's base URL in all strings of a value. */
function withAddress(value: unknown, url: string): unknown {
	return JSON.parse(JSON.stringify(value).replaceAll(THIS_N8N, url));
}

/** Adds the IDs of the credentials that a node names. */
function withCredentials(node: WorkflowNode, known: Credential[], where: string): WorkflowNode {
	if (!node.credentials) return node;
	const found = Object.entries(node.credentials).map(([type, { name }]) => {
		const credential = known.find((item) => item.type === type && item.name === name);
		if (!credential) {
			throw new UserError(
				`"${where}", node "${node.name}": there is no credential "${name}" of type ${type}. Existing credentials: ` +
					`${known.map((item) => `"${item.name}" (${item.type})`).join(', ') || 'none'}.`,
			);
		}
		return [type, { id: credential.id, name }] as const;
	});
	return { ...node, credentials: Object.fromEntries(found) };
}

/**
 * Returns an example for one n8n, with its URL and credential IDs.
 * @throws {UserError} if it names a credential that does not exist
 */
export function resolveExample(
	content: WorkflowContent,
	url: string,
	credentials: Credential[],
): WorkflowContent {
	const here = parseWorkflow(withAddress(content, url));
	return {
		...here,
		nodes: here.nodes.map((node) => withCredentials(node, credentials, content.name)),
	};
}

/** Whether a workflow has a trigger other than the manual one. */
function startsByItself({ nodes }: WorkflowContent): boolean {
	return nodes.some(
		({ type }) =>
			type === 'n8n-nodes-base.webhook' ||
			(type.endsWith('Trigger') && type !== 'n8n-nodes-base.manualTrigger'),
	);
}

/** Returns the production webhook URLs in a workflow's strings. */
function webhooksNamedIn(content: WorkflowContent, url: string): string[] {
	const text = JSON.stringify(content);
	const pattern = new RegExp(`${url.replaceAll('.', '\\.')}/webhook/[\\w./-]+`, 'g');
	return [...new Set(text.match(pattern) ?? [])];
}

/**
 * Installs the examples in n8n, or resets them to the repository's version, and activates those that have a trigger.
 * @returns the saved workflows by file name
 * @throws {UserError} if an example names a credential or a webhook that does not exist
 */
export async function installExamples(
	rest: Rest,
	credentials: Credential[],
	examples = readExamples(),
): Promise<Map<string, SavedWorkflow>> {
	const existing = await listWorkflows(rest);
	const saved = new Map<string, SavedWorkflow>();
	// One by one, because n8n 1.123 confuses the transactions of parallel requests.
	for (const { name, content } of examples) {
		const resolved = resolveExample(content, rest.url, credentials);
		const workflow = await upsertWorkflow(rest, resolved, existing);
		if (startsByItself(workflow)) await activateWorkflow(rest, workflow);
		saved.set(name, workflow);
	}
	for (const [name, workflow] of saved) {
		for (const webhook of webhooksNamedIn(workflow, rest.url)) {
			await waitForWebhook(webhook).catch(() => {
				throw new UserError(
					`The example ${name}.json names the webhook ${webhook}, but no active workflow listens there. ` +
						`Does its path contain the webhookId of a trigger in another example?`,
				);
			});
		}
	}
	return saved;
}
