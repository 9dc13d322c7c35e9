import {
	bytes,
	each,
	exactly,
	inPath,
	json,
	link,
	query,
	text,
	integer,
} from '../../core/handwritten.mts';
import { flag, mediaType, metadata, metadataQuery, proof, REFUSALS } from './openapiParts.mts';

const error = json(
	exactly({
		result: { type: 'string', enum: ['error'] },
		error: exactly({ code: { type: 'integer' }, msg: text }),
	}),
);
const refused = each(REFUSALS, error);

/** Raw bytes and the form are documented; older docs, SDKs and the Claude plugin send the other two. */
const upload = {
	content: {
		'application/x-www-form-urlencoded': { schema: exactly({ url: link }) },
		'multipart/form-data': {
			schema: { type: 'object', properties: { fileUpload: { type: 'string', format: 'binary' } } },
		},
		'*/*': { schema: {} },
	},
};

const stored = exactly(
	{ url: link, size: integer, type: mediaType, filename: text, key: text, container: text },
	['container'],
);
const overwritten = exactly({
	url: link,
	mimetype: mediaType,
	isWriteable: { type: 'boolean' },
	size: integer,
	filename: text,
});

const storeQuery = query(
	{
		...{ key: text, filename: text, path: text, container: text, base64decode: flag, ...proof },
		...{ mimetype: mediaType, access: { type: 'string', enum: ['public', 'private'] } },
	},
	['key'],
);
const overwrite = {
	parameters: query({ key: text, base64decode: flag, ...proof }),
	requestBody: upload,
	responses: { 200: json(overwritten), ...refused },
};
const remove = {
	parameters: query({ key: text, skip_storage: flag, ...proof }),
	responses: { 200: json(exactly({})), ...refused },
};

const store = {
	parameters: storeQuery,
	requestBody: upload,
	responses: {
		// With an unknown key, users report a 200 with the text "Invalid Application".
		200: {
			description: 'Stored',
			content: { 'application/json': { schema: stored }, 'text/plain': { schema: text } },
		},
		...refused,
	},
};

/** Filestack docs, File API. */
export const fileApiPaths: Record<string, object> = {
	// The default provider is S3. The docs' URI also has a handle, which is ignored.
	'/api/store': { post: store },
	'/api/store/{provider}': { parameters: inPath('provider'), post: store },
	'/api/store/{provider}/{handle}': { parameters: inPath('provider', 'handle'), post: store },
	'/api/file/{handle}': {
		parameters: inPath('handle'),
		get: {
			parameters: query({ dl: flag, cache: text, key: text, ...proof }),
			responses: { 200: bytes('The file'), 206: bytes('A part of it'), 416: error, ...refused },
		},
		post: overwrite,
		put: overwrite,
		delete: remove,
	},
	'/api/file/{handle}/remove': { parameters: inPath('handle'), post: remove },
	'/api/file/{handle}/metadata': {
		parameters: inPath('handle'),
		get: {
			parameters: [...metadataQuery, ...query({ key: text, ...proof })],
			responses: { 200: json(metadata), ...refused },
		},
	},
};
