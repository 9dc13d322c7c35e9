import { exactly, listOf, text } from '../../core/handwritten.mts';

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

export const schemas: Record<string, object> = {
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
