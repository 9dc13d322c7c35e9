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
} from '../../core/handwritten.mts';

const binary = { type: 'string', format: 'binary' };
const positive = { type: 'integer', minimum: 1 };
const id = { type: 'string', pattern: '^[0-9a-f]{24}$' };
/** ISO 8601 in the docs; seconds or milliseconds since 1970 in the desktop app. */
const date = { oneOf: [isoSecond, integer] };
const done = { type: 'boolean', enum: [true] };

const errors = each(
	[400, 401, 403, 404, 405, 413, 415, 416, 429, 500, 503],
	json(exactly({ error: text })),
);

/** An operation with its request, response and errors. */
const operation = (takes: object, response: object): object => ({
	...takes,
	responses: { ...errors, 200: response },
});

const uploaded = exactly({
	success: done,
	fileId: id,
	downloadUrl: link,
	expiresAt: date,
	fileSize: integer,
});

const info = operation(
	{ parameters: inPath('fileId') },
	json(
		exactly(
			{
				fileId: id,
				fileName: text,
				fileSize: integer,
				mimeType: text,
				expiresAt: date,
				isZeroKnowledge: flag,
				passwordProtected: flag,
				originalFileName: text,
				originalFileSize: integer,
				originalMimeType: text,
			},
			['isZeroKnowledge', 'originalFileName', 'originalFileSize', 'originalMimeType'],
		),
	),
);

const FIELDS: Record<string, object> = {
	fileId: id,
	fileName: text,
	fileSize: integer,
	mimeType: text,
	createdAt: date,
	expiresAt: date,
	downloadCount: integer,
	maxDownloads: orNull(integer),
	customLink: orNull(text),
	isZeroKnowledge: flag,
	hasWrappedKey: flag,
	folderId: orNull(text),
	expired: flag,
};
const snake = Object.fromEntries(
	Object.entries(FIELDS).map(([name, schema]) => [
		name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
		schema,
	]),
);
const items = listOf({ oneOf: [exactly(FIELDS), exactly(snake)] });
const pages = { page: positive, limit: positive, total: integer };

/** The docs do not show a list response; any of these. */
const list = json({
	oneOf: [
		exactly({ files: items, ...pages }),
		items,
		exactly({ success: done, data: items, pagination: exactly({ ...pages, totalPages: integer }) }),
		exactly({ items, totalCount: integer }),
		exactly({ results: items, page: positive, totalPages: integer }),
	],
});

const remove = operation({ parameters: inPath('fileId') }, json(exactly({ success: done })));

const begin = (required: string[]): object => {
	const names = { fileName: text, fileSize: integer };
	const optional = Object.keys(names).filter((name) => !required.includes(name));
	return operation(
		body('application/json', open(names, optional), required.length > 0),
		json(exactly({ success: done, fileId: id, chunkSize: positive }, ['chunkSize'])),
	);
};

const upload = open(
	{
		file: binary,
		customSlug: text,
		passwordProtected: flag,
		expiryDays: { ...positive, maximum: 365 },
		enablePaidAccess: flag,
		price: { type: 'integer', minimum: 100 },
	},
	['customSlug', 'passwordProtected', 'expiryDays', 'enablePaidAccess', 'price'],
);

const folder = exactly({ folderId: text, name: text, parentId: text }, ['parentId']);

/**
 * FileShot publishes no OpenAPI document. This one is derived from its docs and from the requests and responses of its
 * desktop app, and tests check the simulation's responses against it.
 */
export const openapi = document('FileShot', '/api', {
	'/files/upload': { post: operation(body('multipart/form-data', upload), json(uploaded)) },
	'/files/init-upload': { post: begin([]) },
	'/files/pre-upload': { post: begin(['fileName', 'fileSize']) },
	'/files/upload-chunk/{fileId}/{chunkIndex}': {
		post: operation(
			{
				parameters: inPath('fileId', 'chunkIndex'),
				requestBody: {
					required: true,
					content: {
						'application/octet-stream': { schema: binary },
						'multipart/form-data': { schema: open({ chunk: binary }) },
					},
				},
			},
			json(exactly({ success: done, fileId: id, chunkIndex: integer })),
		),
	},
	'/files/finalize-upload/{fileId}': {
		post: operation({ parameters: inPath('fileId') }, json(uploaded)),
	},
	'/files': {
		get: operation(
			{ parameters: query({ page: positive, limit: { ...positive, maximum: 100 } }) },
			list,
		),
	},
	'/files/my-files': { get: operation({}, list) },
	'/files/{fileId}': { get: info, delete: remove },
	'/files/info/{fileId}': { get: info },
	'/files/delete/{fileId}': { delete: remove },
	'/files/download/{fileId}': {
		get: {
			parameters: inPath('fileId'),
			responses: {
				...errors,
				200: bytes('The file'),
				206: bytes('A part'),
				302: bytes('To the CDN'),
			},
		},
	},
	'/auth/me': {
		get: operation({}, json(exactly({ user: exactly({ email: text, tier: text }) }))),
	},
	'/files/usage': {
		get: operation({}, json(exactly({ usage: integer, limit: orNull(integer), tier: text }))),
	},
	'/files/move': {
		post: operation(
			body('application/json', open({ fileIds: listOf(text), folderId: text }, ['folderId'])),
			json(exactly({ success: done })),
		),
	},
	'/folders/': {
		get: operation({}, json(exactly({ folders: listOf(folder) }))),
		post: operation(
			body('application/json', open({ name: text, parentId: text }, ['parentId'])),
			json(exactly({ folderId: text })),
		),
	},
	'/folders/{id}': {
		delete: operation({ parameters: inPath('id') }, json(exactly({ success: done }))),
	},
});
