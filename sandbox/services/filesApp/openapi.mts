import {
	body,
	bytes,
	document,
	each,
	exactly,
	flag,
	inPath,
	isoSecond,
	json,
	link,
	listOf,
	open,
	orNull,
	query,
	text,
	integer,
} from '../../core/openapi.mts';

const fileId = { type: 'string', pattern: '^file_[A-Za-z0-9]+$' };
const binary = { type: 'string', format: 'binary' };
const positive = { type: 'integer', minimum: 1 };

const created = {
	id: fileId,
	name: text,
	size: integer,
	encrypted: flag,
	created_at: isoSecond,
};

const CODES: Readonly<Record<number, readonly string[]>> = {
	400: ['bad_request'],
	401: ['unauthorized', 'invalid_api_key'],
	403: ['forbidden'],
	404: ['not_found'],
	405: ['method_not_allowed'],
	413: ['file_too_large'],
	429: ['rate_limited'],
	500: ['internal_error'],
	503: ['internal_error'],
};

const errors = Object.fromEntries(
	Object.entries(CODES).map(([status, codes]) => {
		const code = { type: 'string', enum: codes };
		return [status, json(exactly({ error: exactly({ code, message: text }) }))];
	}),
);

/** An operation with its request, response (the status code of creation is not documented) and errors. */
const operation = (takes: object, response: object, statuses: number[] = [200]): object => ({
	...takes,
	responses: { ...errors, ...each(statuses, response) },
});

const CREATED = [200, 201];

/**
 * Files App publishes no OpenAPI document. This one is derived from its docs, and tests check the simulation's
 * responses against it.
 */
export const openapi = document('Files App', '/api/v2', {
	'/upload': {
		post: operation(
			body(
				'multipart/form-data',
				open({ file: binary, folder_id: text, encrypt: flag }, ['folder_id', 'encrypt']),
			),
			json(exactly(created)),
			CREATED,
		),
	},
	'/chunks/init': {
		post: operation(
			body(
				'application/json',
				open({ filename: text, total_size: positive, total_chunks: positive }),
			),
			json(
				exactly({
					upload_id: { type: 'string', pattern: '^upl_' },
					chunk_size: positive,
					expires_at: isoSecond,
				}),
			),
			CREATED,
		),
	},
	'/chunks': {
		post: operation(
			body('multipart/form-data', open({ upload_id: text, chunk_index: integer, data: binary })),
			json(exactly({ chunk_index: integer, received: { type: 'boolean', enum: [true] } })),
		),
	},
	'/chunks/complete': {
		post: operation(
			body('application/json', open({ upload_id: text })),
			json(exactly(created)),
			CREATED,
		),
	},
	'/files': {
		get: operation(
			{
				parameters: query({
					folder_id: text,
					page: positive,
					per_page: { ...positive, maximum: 100 },
					sort: { type: 'string', enum: ['name', 'size', 'created_at'] },
				}),
			},
			json(
				exactly({
					files: listOf(exactly({ id: fileId, name: text, size: integer, created_at: isoSecond })),
					total: integer,
					page: positive,
					per_page: positive,
				}),
			),
		),
	},
	'/files/{id}': {
		get: {
			parameters: [...inPath('id'), ...query({ download: flag })],
			responses: {
				...errors,
				200: {
					description: 'The file’s metadata or, with download=true, its bytes',
					content: {
						'application/json': {
							schema: exactly({ ...created, mime_type: text, updated_at: isoSecond }),
						},
					},
				},
				206: bytes('A part of the file'),
				416: json(exactly({ error: exactly({ code: text, message: text }) })),
			},
		},
		delete: operation(
			{ parameters: inPath('id') },
			json(exactly({ deleted: { type: 'boolean', enum: [true] } })),
		),
	},
	'/share': {
		post: operation(
			body(
				'application/json',
				open({ file_id: fileId, password: text, expires_in: positive, allow_download: flag }, [
					'password',
					'expires_in',
					'allow_download',
				]),
			),
			json(
				exactly({
					id: { type: 'string', pattern: '^share_' },
					url: link,
					password_protected: flag,
					expires_at: orNull(isoSecond),
					allow_download: flag,
				}),
			),
			CREATED,
		),
	},
	'/sync': {
		get: operation(
			{ parameters: query({ since: text, folder_id: text, cursor: text }, ['since']) },
			json(
				exactly({
					changes: listOf(
						exactly({
							id: fileId,
							action: { type: 'string', enum: ['created', 'modified', 'deleted'] },
							timestamp: isoSecond,
						}),
					),
					cursor: { type: 'string', pattern: '^cur_' },
					has_more: flag,
				}),
			),
		),
	},
});
