import { body, type DocumentHead, exactly, listOf, text } from '../../core/openapi.mts';
import { API } from './paths.mts';

/** The OpenAPI schemas of requests and responses, with FastAPI's names. */

const integer = { type: 'integer' };
const moment = { type: 'string', format: 'date-time' };

export const ref = (name: string): object => ({ $ref: `#/components/schemas/${name}` });

/** Nullable, in OpenAPI 3.1. */
const orNull = (schema: object): object => ({ anyOf: [schema, { type: 'null' }] });

const tokenInfo = {
	id: integer,
	name: text,
	prefix: text,
	expires_at: orNull(moment),
	last_used_at: orNull(moment),
	revoked_at: orNull(moment),
	created_at: moment,
};

const schemas: Record<string, object> = {
	MeOut: exactly({
		id: integer,
		email: text,
		display_name: text,
		role: { type: 'string', enum: ['admin', 'regular'] },
	}),
	TokenCreate: {
		type: 'object',
		required: ['name'],
		properties: {
			name: { type: 'string', minLength: 1, maxLength: 128 },
			expires_in_days: orNull({ type: 'integer', minimum: 1, maximum: 3650 }),
		},
	},
	TokenInfo: exactly(tokenInfo),
	TokenCreated: exactly({ ...tokenInfo, token: text }),
	PackageCreate: {
		type: 'object',
		required: ['title', 'recipient_email', 'recipient_name'],
		properties: {
			title: { type: 'string', minLength: 1, maxLength: 255 },
			recipient_email: { type: 'string', format: 'email' },
			recipient_name: { type: 'string', minLength: 1, maxLength: 255 },
			direction: { type: 'string', enum: ['outbound', 'inbound'], default: 'outbound' },
			ttl_days: { type: 'integer', minimum: 1, maximum: 90, default: 7 },
			note: orNull({ type: 'string', maxLength: 4000 }),
		},
	},
	PackageFileOut: exactly({
		id: text,
		original_name: text,
		size_bytes: orNull(integer),
		sha256: orNull(text),
		content_type: orNull(text),
		state: text,
		duration_ms: orNull(integer),
		uploaded_at: orNull(moment),
		created_at: moment,
	}),
	PackageOut: exactly({
		id: text,
		owner_user_id: integer,
		direction: text,
		title: text,
		note: orNull(text),
		recipient_email: text,
		recipient_name: text,
		storage_backend: text,
		transport_mode: text,
		status: text,
		expires_at: moment,
		created_at: moment,
		files: listOf(ref('PackageFileOut')),
	}),
	PackageList: exactly({ total: integer, items: listOf(ref('PackageOut')) }),
	FinalizeOut: exactly({
		ok: { type: 'boolean' },
		redirect: orNull(text),
		magic_link: orNull(text),
	}),
	Body_upload_file: {
		type: 'object',
		required: ['file'],
		properties: { file: { type: 'string', format: 'binary' } },
	},
	Health: exactly({ status: text }),
	Problem: exactly({ detail: text }),
	ValidationError: exactly(
		{
			type: text,
			loc: listOf({ anyOf: [text, integer] }),
			msg: text,
			input: {},
			ctx: { type: 'object' },
		},
		['input', 'ctx'],
	),
	HTTPValidationError: exactly({ detail: listOf(ref('ValidationError')) }),
};

/**
 * The head of the response of /api/v1/openapi.json. Title, version, server and operation IDs are those of the real
 * document, which lists no error except 422 and declares the token as an ordinary header; this one describes both
 * properly.
 */
export const document: DocumentHead = {
	openapi: '3.1.0',
	info: {
		title: 'SpeedyFiles API',
		description: 'Packages, files, magic links and tokens. Authorize with a token (sf_…).',
		version: 'v1',
	},
	servers: [{ url: API }],
	security: [{ token: [] }],
	components: { schemas, securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
};

const json = (schema: object): object => ({ content: { 'application/json': { schema } } });

/** The error responses, by status. */
const PROBLEMS: Readonly<Record<number, string>> = {
	400: 'The request does not fit the state of the package',
	401: 'No token, or one that does not work',
	403: 'The package belongs to another user',
	404: 'No such package or token',
	422: 'Validation error',
};

const problem = (status: number): object => ({
	description: PROBLEMS[status],
	...json(ref(status === 422 ? 'HTTPValidationError' : 'Problem')),
});

/** An operation of the API. */
interface Operation {
	id: string;
	summary: string;
	tag: 'me' | 'packages' | 'health';
	/** The status and, unless the response is empty, the schema. */
	response: [status: number, schema?: object];
	problems: number[];
	/** The media type and schema of the request body. */
	takes?: [type: string, schema: object];
	params?: object;
	querystring?: object;
}

/** Returns the schema of an operation's route. */
export function operation({ id, tag, response, problems, takes, ...rest }: Operation): object {
	const [status, schema] = response;
	const success = { description: 'Successful Response', ...(schema ? json(schema) : EMPTY) };
	return {
		...rest,
		tags: [tag],
		operationId: id,
		...(tag === 'health' && { security: [] }),
		...(takes && body({ [takes[0]]: takes[1] })),
		response: {
			[status]: success,
			...Object.fromEntries(problems.map((code) => [code, problem(code)])),
		},
	};
}

const EMPTY = { type: 'null' };
