/** Building blocks for the schemas of routes, from which the services' OpenAPI documents are generated. */

/** The part of an OpenAPI document that no route describes. */
export interface DocumentHead {
	openapi: '3.0.3' | '3.1.0';
	info: { title: string; version: string; description?: string };
	/** One URL without a host: the start of the API's paths. Routes with other paths are not part of the document. */
	servers: [{ url: string }];
	security?: Record<string, string[]>[];
	components?: { schemas?: Record<string, object>; securitySchemes?: Record<string, object> };
}

export interface OpenApi extends DocumentHead {
	/** Operations by path and method. */
	paths: Record<string, Record<string, Operation>>;
}

export interface Operation {
	summary?: string;
	responses: Record<string, { description: string }>;
}

/**
 * Returns the head of a document whose paths are below `base` on any host, so that it applies to the sandbox and the
 * real service. `authorization` is the scheme of HTTP authentication.
 */
export function documentHead(
	title: string,
	base: string,
	authorization?: 'basic' | 'bearer',
): DocumentHead {
	return {
		openapi: '3.0.3',
		info: { title, version: '1.0.0' },
		servers: [{ url: base }],
		...(authorization && {
			security: [{ key: [] }],
			components: { securitySchemes: { key: { type: 'http', scheme: authorization } } },
		}),
	};
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

/** A response. */
export const json = (schema: object, description = 'JSON'): object => ({
	description,
	content: { 'application/json': { schema } },
});

/** A response of any type. */
export const bytes = (description: string): object => ({
	description,
	content: { '*/*': { schema: {} } },
});

/** A web page as a response. */
export const html = (description: string): object => ({
	description,
	content: { 'text/html': { schema: text } },
});

/** A redirect as a response. */
export const redirect = (description: string): object => ({
	description,
	type: 'null',
	headers: { location: text },
});

/** The same response for several statuses. */
export function each(statuses: readonly number[], response: object): Record<string, object> {
	return Object.fromEntries(statuses.map((status) => [String(status), response]));
}

/** The `body` of a route: a schema per media type. */
export const body = (types: Record<string, object>): { body: object } => ({
	body: {
		content: Object.fromEntries(Object.entries(types).map(([type, schema]) => [type, { schema }])),
	},
});

/** Marks a route whose body may be absent; add it to the route's schema. */
export const OPTIONAL_BODY = { 'x-body-optional': true } as const;

/** The `params` of a route: strings with these descriptions. */
export const inPath = (descriptions: Record<string, string>): { params: object } => ({
	params: open(
		Object.fromEntries(
			Object.entries(descriptions).map(([name, description]) => [name, { ...text, description }]),
		),
	),
});

/** The `querystring` of a route; only the parameters in `required` are required. */
export const query = (
	parameters: Record<string, object>,
	required: string[] = [],
): { querystring: object } => ({
	querystring: { type: 'object', required, properties: parameters },
});
