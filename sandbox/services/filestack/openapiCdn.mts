import { bytes, each, exactly, inPath, json, query, text, integer } from '../../core/openapi.mts';
import { flag, handle, metadata, metadataQuery, proof, REFUSALS } from './openapiParts.mts';
import { dataOfTasks, debugged, fileFields, taskData } from './openapiTasks.mts';

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
/** The paths of single tasks that return JSON. */
const singleTasks = Object.fromEntries(
	Object.entries(taskData).map(([task, schema]) => [
		`/{security}/${task}/{source}`,
		{
			parameters: inPath('security', 'source'),
			get: { responses: { 200: json(schema), ...refused } },
		},
	]),
);

/** The file that the tasks made, or their data; see {@link taskData}. */
const processed = {
	responses: {
		200: {
			description: 'The result',
			content: { 'application/json': { schema: { anyOf: dataOfTasks } }, '*/*': { schema: {} } },
		},
		...refused,
	},
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
	'/{security}/{task}/{source}': {
		parameters: inPath('security', 'task', 'source'),
		get: processed,
	},
	'/{security}/{task}/{next}/{source}': {
		parameters: inPath('security', 'task', 'next', 'source'),
		get: processed,
		post: { ...processed, description: 'With the task `store`' },
	},
	'/{apikey}/{security}/{task}/{next}/{source}': {
		parameters: inPath('apikey', 'security', 'task', 'next', 'source'),
		get: processed,
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
	'/{security}/debug/{task}/{source}': {
		parameters: inPath('security', 'task', 'source'),
		get: { responses: { 200: json(debugged), ...refused } },
	},
	...singleTasks,
};
