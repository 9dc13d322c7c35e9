import type { OpenApi } from './openapi.mts';

/** Building blocks for the OpenAPI documents of services whose routes have no schemas yet. */

/**
 * Returns a document whose paths are below `base` on any host, so that it applies to the sandbox and the real service.
 */
export function document(title: string, base: string, paths: Record<string, object>): OpenApi {
	const info = { title, version: '1.0.0' };
	return { openapi: '3.0.3', info, servers: [{ url: base }], paths: paths as OpenApi['paths'] };
}

export const text = { type: 'string' } as const;
export const flag = { type: 'boolean' } as const;
export const integer = { type: 'integer', minimum: 0 } as const;
export const link = { type: 'string', pattern: '^https?://' } as const;
/** ISO 8601 UTC to the second. */
export const isoSecond = {
	type: 'string',
	pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$',
} as const;

export const listOf = (items: object): object => ({ type: 'array', items });
export const orNull = (schema: object): object => ({ ...schema, nullable: true });

/** An object with exactly these fields; those in `optional` may be absent. */
export function exactly(properties: Record<string, object>, optional: string[] = []): object {
	return { ...open(properties, optional), additionalProperties: false };
}

/** An object with these and possibly other fields; those in `optional` may be absent. */
export function open(properties: Record<string, object>, optional: string[] = []): object {
	const required = Object.keys(properties).filter((name) => !optional.includes(name));
	return { type: 'object', ...(required.length > 0 && { required }), properties };
}

export const json = (schema: object): object => ({
	description: 'JSON',
	content: { 'application/json': { schema } },
});

export const bytes = (description: string): object => ({
	description,
	content: { '*/*': { schema: {} } },
});

/** The same response for several statuses. */
export function each(statuses: readonly number[], response: object): Record<string, object> {
	return Object.fromEntries(statuses.map((status) => [String(status), response]));
}

export const body = (type: string, schema: object, required = true): object => ({
	requestBody: { required, content: { [type]: { schema } } },
});

export const inPath = (...names: string[]): object[] =>
	names.map((name) => ({ name, in: 'path', required: true, schema: text }));

/** Query parameters; only those in `required` are required. */
export function query(parameters: Record<string, object>, required: string[] = []): object[] {
	return Object.entries(parameters).map(([name, schema]) => ({
		...{ name, in: 'query', required: required.includes(name), schema },
	}));
}
