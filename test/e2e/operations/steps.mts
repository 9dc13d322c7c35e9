import type { ExecutionItem } from '../../../sandbox/n8n/executions.mts';
import type { JsonObject } from '../../../sandbox/n8n/json.mts';

/** A file that starts a workflow. */
export interface SentFile {
	name: string;
	type: string;
	content: Buffer;
	/** Hex. */
	sha256: string;
}

/** The data that a check can use in addition to the items of its own step. */
export interface Seen {
	/** The incoming files by field name. */
	files: Record<'document' | 'photo', SentFile>;
	/** Returns the items of another step. */
	itemsOf: (step: string) => ExecutionItem[];
	/** Returns the bytes of a file in n8n's storage. */
	bytesOf: (item: ExecutionItem, field: string) => Promise<Buffer>;
	/** Returns the service's data in the sandbox after the run, such as `files`. */
	stateOf: (collection: string) => Promise<JsonObject[]>;
	/** Returns the SHA-256 (hex) of a file downloaded from a link without credentials. */
	sha256Behind: (url: string) => Promise<string>;
}

/** A node of the workflow: an operation of the service and its expected result. */
export interface Step {
	/** "resource.operation" */
	does: string;
	parameters?: JsonObject;
	/** The node that provides the items; the previous step by default. */
	after?: string;
	check(items: ExecutionItem[], seen: Seen): Promise<void> | void;
}

/** The workflow of a service by node name; `Files` is the first node. */
export type Steps = Record<string, Step>;

/** A resource locator whose value is an expression. */
export const byId = (expression: string) => ({ __rl: true, mode: 'id', value: expression });

/** Returns the JSON of the only item. */
export function onlyJson(items: ExecutionItem[]): JsonObject {
	if (items.length !== 1) throw new Error(`Expected one item, found ${items.length}`);
	return items[0].json;
}
