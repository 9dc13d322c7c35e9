import {
	bytes,
	each,
	exactly,
	integer,
	json,
	link,
	listOf,
	query,
	text,
} from '../../core/openapi.mts';
import { flag, mediaType, metadata, metadataFlags, proof, REFUSALS } from './schemas.mts';

const plain = { description: 'Refused', content: { 'text/plain': { schema: text } } };

const refused = each(REFUSALS, plain);
const download = {
	summary: 'Download a file',
	...query({ dl: flag, cache: text, ...proof }),
	response: {
		200: bytes('The file'),
		206: bytes('A part of it'),
		416: plain,
		...refused,
	},
};
const describe = {
	summary: 'Get the metadata of a file',
	...query({ ...metadataFlags, ...proof }),
	response: { 200: json(metadata), ...refused },
};
const measure = {
	summary: 'Get the size of an image in pixels',
	response: { 200: json(exactly({ height: integer, width: integer })), ...refused },
};
const job = exactly({
	createdAt: { type: 'string', format: 'date-time' },
	jobid: text,
	sources: listOf(text),
	status: { type: 'string', enum: ['Started'] },
	updatedAt: { type: 'string', format: 'date-time' },
	workflow: text,
});
/** A file that a task has stored (Filestack docs, Processing, Store). */
export const fileFields = {
	url: link,
	filename: text,
	size: integer,
	type: mediaType,
	container: text,
	key: text,
};

const storeUrl = {
	summary: 'Store a URL',
	response: { 200: json(exactly(fileFields), 'The new file'), ...refused },
};

/**
 * The documented forms of paths with one task in addition to `security` (Filestack docs, Processing and Workflows API),
 * with the schemas of their methods. The more specific forms come last, because some validators use the last match.
 */
export const cdnPaths: Record<string, { get?: object; post?: object }> = {
	'/:handle': { get: download },
	'/:security/:handle': { get: download },
	'/:handle/metadata': { get: describe },
	'/:security/:workflow/:handle': {
		get: { summary: 'Run a workflow', response: { 200: json(job), ...refused } },
	},
	'/:security/:handle/metadata': { get: describe },
	'/imagesize/:handle': { get: measure },
	'/:security/imagesize/:handle': { get: measure },
	'/imagesize/:security/:handle': { get: measure },
	'/:apikey/:security/:store/:url': { get: storeUrl, post: storeUrl },
};
