import fastifySwagger, { type FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import type { FastifyInstance, RouteOptions } from 'fastify';
import type { DocumentHead, OpenApi, Operation } from './openapi.mts';

declare module 'fastify' {
	interface FastifyContextConfig {
		/** Whether the HTTP library checks the body against the route's schema; by default only the service does. */
		validatesBody?: boolean;
		/** The route with a wildcard that also responds to this path; this one describes a form of its paths. */
		formOf?: string;
	}
}

/** The schema of a route without a place in the document, such as one that only responds with 404 or 405. */
export const HIDDEN = { schema: { hide: true } } as const;

/**
 * Generates the OpenAPI document of an origin from the schemas of the routes that are registered after this call. The
 * schemas describe: they neither validate requests (see {@link FastifyContextConfig.validatesBody}) nor change
 * responses, because every service checks its input and words its errors itself.
 */
export function describeRoutes(app: FastifyInstance, head: DocumentHead): void {
	app.addHook('onRoute', (route) => {
		requireDescription(route);
		// Fastify's default compiler validates.
		if (!route.config?.validatesBody) route.validatorCompiler = () => () => true;
		route.serializerCompiler = () => (payload) => JSON.stringify(payload);
	});
	const base = head.servers[0].url.replace(/\/?$/, '/');
	void app.register(fastifySwagger, {
		openapi: head as FastifyDynamicSwaggerOptions['openapi'],
		transform: ({ schema, url }) => ({
			schema: `${url}/`.startsWith(base) ? schema : { ...schema, hide: true },
			// OpenAPI has no wildcards.
			url: url.replace(/\*$/, ':path'),
		}),
		transformObject: (generated) =>
			'openapiObject' in generated ? publish(generated.openapiObject as OpenApi) : {},
	});
}

/** @throws if the document would not contain the route, or not say what it does and returns */
function requireDescription({ method, url, schema }: RouteOptions): void {
	if (schema?.hide === true || (schema?.summary && schema.response)) return;
	throw new Error(
		`${[method].flat().join(', ')} ${url} needs a schema with a summary and its responses, for the OpenAPI document.`,
	);
}

/** Returns the document of an origin whose routes are registered. */
export function documentOf(app: FastifyInstance): OpenApi {
	return app.swagger() as OpenApi;
}

/** Completes a generated document where a route's schema and OpenAPI differ. */
function publish(generated: OpenApi): Partial<OpenApi> {
	const document = converted(generated) as OpenApi;
	const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
	for (const operation of operations as Described[]) {
		const { 'x-body-optional': isOptional, requestBody } = operation;
		if (isOptional && requestBody) requestBody.required = false;
		delete operation['x-body-optional'];
	}
	return document;
}

interface Described extends Operation {
	requestBody?: { required: boolean };
	'x-body-optional'?: boolean;
}

/** Replaces what only the sandbox's validator knows: its own format for URLs and a keyword that OpenAPI 3.0 lacks. */
function converted(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(converted);
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).flatMap(([name, part]): [string, unknown][] => {
			if (name === 'propertyNames') return [];
			if (name === 'format' && part === 'httpUrl') return [['pattern', '^https?://']];
			return [[name, converted(part)]];
		}),
	);
}
