import { body, inPath, listOf, query } from '../../core/handwritten.mts';
import { API } from './paths.mts';
import { ref, schemas } from './schemas.mts';

type Part = Record<string, unknown>;

const json = (schema: object): Part => ({ content: { 'application/json': { schema } } });

/** The error responses, by status. */
const PROBLEMS: Readonly<Record<number, string>> = {
	400: 'The request does not fit the state of the package',
	401: 'No token, or one that does not work',
	403: 'The package belongs to another user',
	404: 'No such package or token',
	422: 'Validation error',
};

const problem = (status: number): Part => ({
	description: PROBLEMS[status],
	...json(ref(status === 422 ? 'HTTPValidationError' : 'Problem')),
});

interface Operation {
	id: string;
	summary: string;
	tag: 'me' | 'packages' | 'health';
	/** The status and, unless the response is empty, the schema. */
	response: [status: number, schema?: object];
	problems: number[];
	/** The media type and schema of the request body. */
	takes?: [type: string, schema: object];
	parameters?: object[];
}

function operation({
	id,
	summary,
	tag,
	response: answer,
	problems,
	takes,
	parameters,
}: Operation): Part {
	const [status, schema] = answer;
	const success = { description: 'Successful Response', ...(schema && json(schema)) };
	return {
		tags: [tag],
		summary,
		operationId: id,
		...(tag === 'health' && { security: [] }),
		...(parameters && { parameters }),
		...(takes && body(...takes)),
		responses: {
			[status]: success,
			...Object.fromEntries(problems.map((code) => [code, problem(code)])),
		},
	};
}

const PACKAGE_ID = inPath('pkg_id');
const TOKEN_ID = [
	{ name: 'token_id', in: 'path', required: true, schema: { type: 'integer', minimum: 1 } },
];
const PAGING = query({
	limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
	offset: { type: 'integer', minimum: 0, default: 0 },
});

const paths: Record<string, Record<string, Operation>> = {
	'/health': {
		get: {
			...{ id: 'api_health_health_get', summary: 'Whether the instance runs', tag: 'health' },
			...{ response: [200, ref('Health')], problems: [] },
		},
	},
	'/me': {
		get: {
			...{ id: 'whoami_me_get', summary: 'The user of the token', tag: 'me' },
			...{ response: [200, ref('MeOut')], problems: [401] },
		},
	},
	'/me/tokens': {
		get: {
			...{ id: 'list_tokens_me_tokens_get', summary: 'Your API tokens', tag: 'me' },
			...{ response: [200, listOf(ref('TokenInfo'))], problems: [401] },
		},
		post: {
			...{ id: 'create_token_me_tokens_post', summary: 'Make an API token', tag: 'me' },
			...{ response: [201, ref('TokenCreated')], problems: [400, 401, 422] },
			takes: ['application/json', ref('TokenCreate')],
		},
	},
	'/me/tokens/{token_id}': {
		delete: {
			...{ id: 'revoke_token_me_tokens__token_id__delete', summary: 'Revoke an API token' },
			...{ tag: 'me', response: [204], problems: [401, 404, 422], parameters: TOKEN_ID },
		},
	},
	'/packages': {
		get: {
			...{ id: 'list_packages_packages_get', summary: 'Packages, newest first', tag: 'packages' },
			...{ response: [200, ref('PackageList')], problems: [401, 422], parameters: PAGING },
		},
		post: {
			...{ id: 'create_package_packages_post', summary: 'Create a package', tag: 'packages' },
			...{ response: [201, ref('PackageOut')], problems: [400, 401, 422] },
			takes: ['application/json', ref('PackageCreate')],
		},
	},
	'/packages/{pkg_id}': {
		get: {
			...{ id: 'get_package_packages__pkg_id__get', summary: 'A package with its files' },
			...{ tag: 'packages', response: [200, ref('PackageOut')], problems: [401, 403, 404] },
			parameters: PACKAGE_ID,
		},
		delete: {
			...{ id: 'delete_package_packages__pkg_id__delete', summary: 'Delete a package for good' },
			...{ tag: 'packages', response: [204], problems: [401, 403, 404], parameters: PACKAGE_ID },
		},
	},
	'/packages/{pkg_id}/files': {
		post: {
			...{ id: 'upload_file_packages__pkg_id__files_post', summary: 'Upload a file' },
			...{ tag: 'packages', response: [201, ref('PackageFileOut')], parameters: PACKAGE_ID },
			problems: [400, 401, 403, 404, 422],
			takes: ['multipart/form-data', ref('Body_upload_file')],
		},
	},
	'/packages/{pkg_id}/finalize': {
		post: {
			...{ id: 'finalize_package_packages__pkg_id__finalize_post', summary: 'Mint the magic link' },
			...{ tag: 'packages', response: [200, ref('FinalizeOut')], parameters: PACKAGE_ID },
			problems: [400, 401, 403, 404],
		},
	},
	'/packages/{pkg_id}/revoke': {
		post: {
			...{ id: 'revoke_package_packages__pkg_id__revoke_post', summary: 'Revoke the magic links' },
			...{ tag: 'packages', response: [200, ref('PackageOut')], problems: [401, 403, 404] },
			parameters: PACKAGE_ID,
		},
	},
};

/**
 * The response of /api/v1/openapi.json. Title, version, server and operation IDs are those of the real document, which
 * lists no error except 422 and declares the token as an ordinary header; this one describes both properly.
 */
export const openapi = {
	openapi: '3.1.0',
	info: {
		title: 'SpeedyFiles API',
		description: 'Packages, files, magic links and tokens. Authorize with a token (sf_…).',
		version: 'v1',
	},
	servers: [{ url: API }],
	security: [{ token: [] }],
	paths: Object.fromEntries(
		Object.entries(paths).map(([path, methods]) => [
			path,
			Object.fromEntries(Object.entries(methods).map(([name, one]) => [name, operation(one)])),
		]),
	),
	components: { schemas, securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
};
