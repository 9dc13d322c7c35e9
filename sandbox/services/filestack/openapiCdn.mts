import {
	bytes,
	each,
	exactly,
	inPath,
	json,
	link,
	listOf,
	query,
	text,
	integer,
} from '../../core/handwritten.mts';
import {
	flag,
	handle,
	mediaType,
	metadata,
	metadataQuery,
	proof,
	REFUSALS,
} from './openapiParts.mts';

const plain = { description: 'Refused', content: { 'text/plain': { schema: text } } };

const refused = each(REFUSALS, plain);
const refusedJson = each(REFUSALS, json(exactly({ error: text })));

const download = {
	parameters: query({ dl: flag, cache: text, ...proof }),
	responses: {
		200: bytes('The file'),
		206: bytes('A part of it'),
		416: plain,
		...refused,
	},
};
const describe = {
	parameters: [...metadataQuery, ...query(proof)],
	responses: { 200: json(metadata), ...refused },
};
const measure = {
	responses: { 200: json(exactly({ height: integer, width: integer })), ...refused },
};
const job = exactly({
	createdAt: { type: 'string', format: 'date-time' },
	jobid: text,
	sources: listOf(text),
	status: { type: 'string', enum: ['Started'] },
	updatedAt: { type: 'string', format: 'date-time' },
	workflow: text,
});
const fileFields = {
	url: link,
	filename: text,
	size: integer,
	type: mediaType,
	container: text,
	key: text,
};

/**
 * Filestack docs, Processing and Workflows API; paths with one task in addition to `security`. The more specific paths
 * come last, because some validators use the last match.
 */
export const cdnPaths: Record<string, object> = {
	'/process': {
		post: {
			requestBody: {
				required: true,
				content: {
					'application/json': {
						schema: {
							type: 'object',
							required: ['apikey', 'sources'],
							properties: {
								apikey: text,
								sources: {
									type: 'array',
									minItems: 1,
									items: { oneOf: [text, { type: 'object' }] },
								},
								tasks: { type: 'array', items: { type: 'object', required: ['name'] } },
								upload_tags: { type: 'object' },
							},
						},
					},
				},
			},
			responses: {
				200: json(
					exactly({ handle, ...fileFields, upload_tags: { type: 'object' } }, ['upload_tags']),
				),
				...refusedJson,
			},
		},
	},
	'/{handle}': { parameters: inPath('handle'), get: download },
	'/{security}/{handle}': {
		parameters: inPath('security', 'handle'),
		get: download,
	},
	'/{handle}/metadata': { parameters: inPath('handle'), get: describe },
	'/{security}/{workflow}/{handle}': {
		parameters: inPath('security', 'workflow', 'handle'),
		get: { responses: { 200: json(job), ...refused } },
	},
	'/{security}/{handle}/metadata': {
		parameters: inPath('security', 'handle'),
		get: describe,
	},
	'/imagesize/{handle}': { parameters: inPath('handle'), get: measure },
	'/{security}/imagesize/{handle}': {
		parameters: inPath('security', 'handle'),
		get: measure,
	},
	'/imagesize/{security}/{handle}': {
		parameters: inPath('security', 'handle'),
		get: measure,
	},
	'/{apikey}/{security}/{store}/{url}': {
		parameters: inPath('apikey', 'security', 'store', 'url'),
		get: { responses: { 200: json(exactly(fileFields)), ...refused } },
	},
};
