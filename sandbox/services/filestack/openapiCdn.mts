import {
	bytes,
	each,
	exactly,
	file,
	flag,
	handle,
	inPath,
	json,
	link,
	mediaType,
	metadata,
	metadataQuery,
	plain,
	proof,
	query,
	text,
} from './openapiParts.mts';

const refused = each([400, 401, 403, 404, 405, 429, 500, 503], plain('Refused, in plain text'));
const refusedJson = each(
	[400, 401, 403, 404, 405, 429, 500, 503],
	json(exactly({ error: text }), 'Refused'),
);

const download = {
	parameters: query({ dl: flag, cache: text, ...proof }),
	responses: {
		200: file('The file'),
		206: file('A part of it'),
		416: plain('Refused'),
		...refused,
	},
};
const describe = {
	parameters: [...metadataQuery, ...query(proof)],
	responses: { 200: json(metadata), ...refused },
};
const pixels = { type: 'integer', minimum: 0 } as const;
const measure = {
	responses: { 200: json(exactly({ height: pixels, width: pixels })), ...refused },
};
const job = exactly({
	createdAt: { type: 'string', format: 'date-time' },
	jobid: text,
	sources: { type: 'array', items: text },
	status: { type: 'string', enum: ['Started'] },
	updatedAt: { type: 'string', format: 'date-time' },
	workflow: text,
});
const fileFields = {
	url: link,
	filename: text,
	size: bytes,
	type: mediaType,
	container: text,
	key: text,
};
const security = { type: 'string', pattern: '^security=' } as const;

/**
 * Filestack docs, Processing and Workflows API; paths with one task beside `security`. The narrower ones come later:
 * some validators take the last that fits.
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
	'/{handle}': { parameters: [inPath('handle')], get: download },
	'/{security}/{handle}': {
		parameters: [inPath('security', security), inPath('handle')],
		get: download,
	},
	'/{handle}/metadata': { parameters: [inPath('handle')], get: describe },
	'/{security}/{workflow}/{handle}': {
		parameters: [
			inPath('security', security),
			inPath('workflow', { type: 'string', pattern: '^run_workflow=id:' }),
			inPath('handle'),
		],
		get: { responses: { 200: json(job), ...refused } },
	},
	'/{security}/{handle}/metadata': {
		parameters: [inPath('security', security), inPath('handle')],
		get: describe,
	},
	'/imagesize/{handle}': { parameters: [inPath('handle')], get: measure },
	'/{security}/imagesize/{handle}': {
		parameters: [inPath('security', security), inPath('handle')],
		get: measure,
	},
	'/imagesize/{security}/{handle}': {
		parameters: [inPath('security', security), inPath('handle')],
		get: measure,
	},
	'/{apikey}/{security}/{store}/{url}': {
		parameters: ['apikey', 'security', 'store', 'url'].map((name) => inPath(name)),
		get: { responses: { 200: json(exactly(fileFields)), ...refused } },
	},
};
