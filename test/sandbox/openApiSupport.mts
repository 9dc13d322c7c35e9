import axios, { type AxiosInstance, type AxiosResponse } from 'axios';
import jestOpenApi from 'jest-openapi';
import OpenApiRequestValidator, {
	type OpenAPIRequestValidatorArgs,
} from 'openapi-request-validator';
import type { OpenApi } from '../../sandbox/core/openapi.mts';

/**
 * Returns a client that checks every JSON response of these base URLs against an OpenAPI document, which is generated when
 * the first one arrives.
 */
export function conforming(document: () => OpenApi, ...baseUrls: string[]): AxiosInstance {
	const client = axios.create({ validateStatus: () => true, maxRedirects: 0, proxy: false });
	let openapi: OpenApi | undefined;
	client.interceptors.response.use((response) => {
		if (baseUrls.some((base) => response.config.url?.startsWith(base)))
			check((openapi ??= document()), response);
		return response;
	});
	return client;
}

/** The document that toSatisfyApiSpec currently uses, as JSON. */
let inForce: string | undefined;

/** Documents as JSON: those of several sandboxes are equal. */
const texts = new WeakMap<OpenApi, string>();

/** Checks a response against a document. */
export function check(openapi: OpenApi, response: AxiosResponse): void {
	// jest-openapi checks bodies; these responses have none, or one that is not JSON.
	const type: unknown = response.headers['content-type'];
	const isJson = typeof type === 'string' && type.startsWith('application/json');
	if (response.config.method === 'head' || !isJson) return;
	// Loading a document is slow, and jest-openapi would load it again for every call.
	const text = texts.get(openapi) ?? JSON.stringify(openapi);
	texts.set(openapi, text);
	if (inForce !== text) jestOpenApi.default(openapi as Parameters<typeof jestOpenApi.default>[0]);
	inForce = text;
	expect(response).toSatisfyApiSpec();
}

/** Returns the violations of a document in a request, whose `body` is JSON or the fields of a form. */
export function objections(
	openapi: OpenApi,
	path: string,
	method: string,
	request: { body?: unknown; query?: unknown; params?: unknown; type?: string },
): unknown {
	const operation = (openapi.paths[path] as Record<string, OpenAPIRequestValidatorArgs>)[method];
	const validator = new OpenApiRequestValidator.default({
		...operation,
		componentSchemas: (openapi.components?.schemas ??
			{}) as unknown as OpenAPIRequestValidatorArgs['componentSchemas'],
	});
	const { type = 'application/json', ...rest } = request;
	const wanted = { headers: { 'content-type': type }, params: {}, query: {}, ...rest };
	return validator.validateRequest(wanted) as unknown;
}
