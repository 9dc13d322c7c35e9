import type { ExecutionItem } from '../../../sandbox/n8n/executions.mts';
import type { JsonObject } from '../../../sandbox/n8n/json.mts';

/** A file that a workflow is started with. */
export interface SentFile {
	name: string;
	type: string;
	content: Buffer;
	/** Hex. */
	sha256: string;
}

/** What a check may look at beside the items of its own step. */
export interface Seen {
	/** The files that came in, by the name of their binary field. */
	files: Record<'document' | 'photo', SentFile>;
	/** The items of another step. */
	itemsOf: (step: string) => ExecutionItem[];
	/** The bytes of a file in n8n's storage. */
	bytesOf: (item: ExecutionItem, field: string) => Promise<Buffer>;
	/** What the sandbox holds of the service after the run, such as `files`. */
	stateOf: (collection: string) => Promise<JsonObject[]>;
	/** SHA-256 (hex) of what is delivered behind a link, fetched without any credential. */
	sha256Behind: (url: string) => Promise<string>;
}

/** A node of the workflow: an operation of the service, and what has to come of it. */
export interface Step {
	/** "resource.operation" */
	does: string;
	parameters?: JsonObject;
	/** The node that its items come from; the step before it, unless given. */
	after?: string;
	check(items: ExecutionItem[], seen: Seen): Promise<void> | void;
}

/** The workflow of a service by the names of its nodes; `Files` is the one that it starts with. */
export type Steps = Record<string, Step>;

/** A resource locator whose value is an expression. */
export const byId = (expression: string) => ({ __rl: true, mode: 'id', value: expression });

/** The JSON of the only item. */
export function onlyJson(items: ExecutionItem[]): JsonObject {
	if (items.length !== 1) throw new Error(`Expected one item, found ${items.length}`);
	return items[0].json;
}
