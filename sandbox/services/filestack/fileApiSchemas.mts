import {
	body,
	bytes,
	each,
	exactly,
	integer,
	json,
	link,
	OPTIONAL_BODY,
	query,
	text,
} from '../../core/openapi.mts';
import { flag, mediaType, metadata, metadataFlags, proof, REFUSALS } from './schemas.mts';

const error = json(
	exactly({
		result: { type: 'string', enum: ['error'] },
		error: exactly({ code: { type: 'integer' }, msg: text }),
	}),
);
const refused = each(REFUSALS, error);

/** Raw bytes and the form are documented; older docs, SDKs and the Claude plugin send the other two. */
const upload = {
	...body({
		'application/x-www-form-urlencoded': exactly({ url: link }),
		'multipart/form-data': {
			type: 'object',
			properties: { fileUpload: { type: 'string', format: 'binary' } },
		},
		'*/*': {},
	}),
	...OPTIONAL_BODY,
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

export const store = {
	summary: 'Store a file or a URL',
	description: 'The default provider is S3. The docs’ URI also has a handle, which is ignored.',
	...query(
		{
			...{ key: text, filename: text, path: text, container: text, base64decode: flag, ...proof },
			...{ mimetype: mediaType, access: { type: 'string', enum: ['public', 'private'] } },
		},
		['key'],
	),
	...upload,
	response: {
		200: {
			description:
				'The new file. With an unknown key, users report a 200 with the text “Invalid Application”',
			content: { 'application/json': { schema: stored }, 'text/plain': { schema: text } },
		},
		...refused,
	},
};

export const download = {
	summary: 'Download a file',
	...query({ dl: flag, cache: text, key: text, ...proof }),
	response: { 200: bytes('The file'), 206: bytes('A part of it'), 416: error, ...refused },
};

export const overwrite = {
	summary: 'Overwrite a file',
	...query({ key: text, base64decode: flag, ...proof }),
	...upload,
	response: { 200: json(overwritten, 'The file'), ...refused },
};

export const remove = {
	summary: 'Delete a file',
	...query({ key: text, skip_storage: flag, ...proof }),
	response: { 200: json(exactly({}), 'The file is deleted'), ...refused },
};

export const describe = {
	summary: 'Get the metadata of a file',
	...query({ ...metadataFlags, key: text, ...proof }),
	response: { 200: json(metadata, 'The requested fields'), ...refused },
};
