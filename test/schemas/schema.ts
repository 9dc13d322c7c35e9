import type { IDataObject } from 'n8n-workflow';

import { sortFields } from '../../nodes/shared/node/output';

/** The form of an output, as n8n shows it before the first run. */
export interface Schema {
	type: 'array' | 'boolean' | 'null' | 'number' | 'object' | 'string';
	properties?: Record<string, Schema>;
	items?: Schema;
}

/** Returns the form of all values of a field; fields of an object need not be in each of them. */
export function schemaOf(values: readonly unknown[]): Schema {
	const known = values.filter((value) => value !== null && value !== undefined);
	const [first] = known;
	if (Array.isArray(first)) {
		const items = known.filter(Array.isArray).flat() as unknown[];
		return items.length > 0 ? { type: 'array', items: schemaOf(items) } : { type: 'array' };
	}
	if (typeof first === 'object') return objectSchema(known as IDataObject[]);
	return { type: known.length > 0 ? (typeof first as Schema['type']) : 'null' };
}

/** Names with the time at which a workflow task ran, which are others in every run. */
const HAS_TIME = /_\d{10,}$/;

function objectSchema(objects: readonly IDataObject[]): Schema {
	const names = new Set(objects.flatMap((one) => Object.keys(one)));
	const properties = [...names]
		.filter((name) => !HAS_TIME.test(name))
		.map((name) => [name, schemaOf(objects.map((one) => one[name]))]);
	return {
		type: 'object',
		properties: sortFields(Object.fromEntries(properties) as IDataObject) as never,
	};
}

/** Returns the content of a file in `__schema__`. The version is that of n8n's own files. */
export const schemaFile = (items: readonly IDataObject[]): string =>
	`${JSON.stringify({ ...schemaOf(items), version: 1 }, null, '\t')}\n`;
