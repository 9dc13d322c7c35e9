import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Credential } from '../n8n/credentials.mts';
import type { Rest } from '../n8n/rest.mts';
import {
	activateWorkflow,
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
 * In an example, this address stands for the n8n that the example runs in: example.com's cousin, never a real host. The
 * path behind it is right as it is, because n8n keeps a trigger's `webhookId` when a workflow is imported, and the
 * production URL of a trigger is `<n8n>/webhook/<webhookId>/<path>`.
 */
export const THIS_N8N = 'https://n8n.example';

/** An example: its file's name without `.json`, and the workflow. */
export interface Example {
	name: string;
	content: WorkflowContent;
}

/** All workflows of a folder (default: examples/). */
export function readExamples(folder = join(ROOT, 'examples')): Example[] {
	return readdirSync(folder)
		.filter((file) => file.endsWith('.json'))
		.sort()
		.map((file) => ({
			name: basename(file, '.json'),
			content: parseWorkflow(JSON.parse(readFileSync(join(folder, file), 'utf8'))),
		}));
}

/** Puts the address of the running n8n into every text of a value. */
function withAddress(value: unknown, url: string): unknown {
	return JSON.parse(JSON.stringify(value).replaceAll(THIS_N8N, url));
}

/** Gives a node the ids of the credentials that it names. */
function withCredentials(node: WorkflowNode, known: Credential[], where: string): WorkflowNode {
	if (!node.credentials) return node;
	const found = Object.entries(node.credentials).map(([type, { name }]) => {
		const credential = known.find((item) => item.type === type && item.name === name);
		if (!credential) {
			throw new UserError(
				`"${where}", node "${node.name}": there is no credential "${name}" of the type ${type}. There are: ` +
					`${known.map((item) => `"${item.name}" (${item.type})`).join(', ') || 'none'}.`,
			);
		}
		return [type, { id: credential.id, name }] as const;
	});
	return { ...node, credentials: Object.fromEntries(found) };
}

/** An example as it is saved into one n8n. Throws a Problem when it names a credential that is not there. */
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

/** Whether a workflow starts by something other than a person's click. */
function startsByItself({ nodes }: WorkflowContent): boolean {
	return nodes.some(
		({ type }) =>
			type === 'n8n-nodes-base.webhook' ||
			(type.endsWith('Trigger') && type !== 'n8n-nodes-base.manualTrigger'),
	);
}

/** The production webhook URLs that a workflow's texts name. */
function webhooksNamedIn(content: WorkflowContent, url: string): string[] {
	const text = JSON.stringify(content);
	const pattern = new RegExp(`${url.replaceAll('.', '\\.')}/webhook/[\\w./-]+`, 'g');
	return [...new Set(text.match(pattern) ?? [])];
}

/**
 * Puts the examples into n8n as they are in the repository (a second time: changes what is there) and activates those that
 * have a trigger.
 * @returns the saved workflows by the name of their file
 * @throws {UserError} when one names a credential or a webhook that is not there
 */
export async function installExamples(
	rest: Rest,
	credentials: Credential[],
	examples = readExamples(),
): Promise<Map<string, SavedWorkflow>> {
	const saved = new Map<string, SavedWorkflow>();
	for (const { name, content } of examples) {
		const workflow = await upsertWorkflow(rest, resolveExample(content, rest.url, credentials));
		if (startsByItself(workflow)) await activateWorkflow(rest, workflow);
		saved.set(name, workflow);
	}
	for (const [name, workflow] of saved) {
		for (const webhook of webhooksNamedIn(workflow, rest.url)) {
			await waitForWebhook(webhook).catch(() => {
				throw new UserError(
					`The example ${name}.json names the webhook ${webhook}, but no active workflow listens there. ` +
						`Does its path have the webhookId of a trigger in another example?`,
				);
			});
		}
	}
	return saved;
}
