import type { ItemContext } from '../../shared/node/operation';
import { optionalText } from '../../shared/node/parameters';
import { invalidParameter } from '../../shared/node/schema';

/** The location and the properties of a stored file, for every upload method. */
export interface StoreTarget {
	/** As in the path of the store call, e.g. `S3`. */
	provider: string;
	filename?: string;
	mimetype?: string;
	path?: string;
	container?: string;
	access?: string;
	workflows?: string[];
	tags?: Record<string, string>;
}

/** @throws NodeOperationError that names the invalid field */
export function readStoreTarget(item: ItemContext): StoreTarget {
	const { parameter, option } = item;
	const text = (name: string) => optionalText(option(name));
	const workflows = (text('workflowIds') ?? '').split(',').map((id) => id.trim());
	return {
		provider: parameter<string>('storage'),
		filename: text('fileName'),
		mimetype: text('mimeType'),
		path: text('path'),
		container: text('container'),
		access: text('access'),
		workflows: workflows.some(Boolean) ? workflows.filter(Boolean) : undefined,
		tags: readTags(item),
	};
}

/** Reads the name-value pairs of a fixed collection; pairs without a name are dropped. */
export function readPairs(
	{ option }: ItemContext,
	collection: string,
	kind: string,
): Array<[name: string, value: string]> {
	const pairs = option<Record<string, Array<{ name: string; value: string }>>>(collection);
	return (pairs?.[kind] ?? [])
		.map(({ name, value }): [string, string] => [name.trim(), value])
		.filter(([name]) => name !== '');
}

/** Reads the tags, with the limits of filestack-js. */
function readTags(item: ItemContext): Record<string, string> | undefined {
	const tags = readPairs(item, 'uploadTags', 'tag');
	const hasLongTag = tags.some(([name, value]) => name.length > 128 || value.length > 256);
	if (tags.length > 10 || hasLongTag) {
		const problem = hasLongTag ? 'has a tag that is too long' : 'has more than 10 tags';
		const limits =
			'A file can have up to 10 tags, with names of up to 128 characters and values of up to 256.';
		throw invalidParameter(item, 'Upload Tags', problem, limits);
	}
	return tags.length > 0 ? Object.fromEntries(tags) : undefined;
}

/** Returns the `store` field of the upload and processing APIs, where provider names are in lower case. */
export function storeParameters({ provider, ...target }: StoreTarget) {
	const { path, container, access, workflows } = target;
	return {
		location: provider.toLowerCase(),
		...omitUndefined({ path, container, access, workflows }),
	};
}

/** Returns a copy without the fields that are undefined. */
export function omitUndefined<T extends object>(fields: T): Partial<T> {
	const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
	return Object.fromEntries(entries) as Partial<T>;
}
