import axios, { type AxiosInstance, type AxiosResponse } from 'axios';
import jestOpenApi from 'jest-openapi';
import OpenApiRequestValidator, {
	type OpenAPIRequestValidatorArgs,
} from 'openapi-request-validator';
import type { OpenApi } from '../../sandbox/core/openapi.mts';

/** A client that holds every JSON answer of these base URLs against an OpenAPI document. */
export function conforming(openapi: OpenApi, ...baseUrls: string[]): AxiosInstance {
	const client = axios.create({ validateStatus: () => true, maxRedirects: 0, proxy: false });
	client.interceptors.response.use((response) => {
		if (baseUrls.some((base) => response.config.url?.startsWith(base))) check(openapi, response);
		return response;
	});
	return client;
}

/** The document that toSatisfyApiSpec compares with. */
let inForce: OpenApi | undefined;

/** Holds an answer against a document. */
export function check(openapi: OpenApi, response: AxiosResponse): void {
	// jest-openapi looks at bodies; these have none, or one that is no JSON.
	const type: unknown = response.headers['content-type'];
	const isJson = typeof type === 'string' && type.startsWith('application/json');
	if (response.config.method === 'head' || !isJson) return;
	// It takes a while to read a document, and it is read once more for each call.
	if (inForce !== openapi) jestOpenApi.default(openapi);
	inForce = openapi;
	expect(response).toSatisfyApiSpec();
}

/** What a document has against a request, of which `body` is JSON or the fields of a form. */
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
