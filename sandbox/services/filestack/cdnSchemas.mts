import { bytes, each, exactly, integer, json, query, text } from '../../core/openapi.mts';
import { flag, metadata, metadataFlags, proof, REFUSALS } from './schemas.mts';
import { dataOfTasks, debugged, taskData } from './taskSchemas.mts';

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
/** The paths of single tasks that return JSON. */
const singleTasks = Object.fromEntries(
	Object.entries(taskData).map(([task, schema]) => [
		`/:security/${task}/:source`,
		{ get: { summary: `Run the task ${task}`, response: { 200: json(schema), ...refused } } },
	]),
);

/** The file that the tasks made, or their data; see {@link taskData}. */
const process = {
	summary: 'Process a file',
	response: {
		200: {
			description: 'The result',
			content: { 'application/json': { schema: { anyOf: dataOfTasks } }, '*/*': { schema: {} } },
		},
		...refused,
	},
};

/**
 * The documented forms of paths, with the schemas of their methods (Filestack docs, Processing and Workflows API). The
 * more specific forms come last, because some validators use the last match.
 */
export const cdnPaths: Record<string, { get?: object; post?: object }> = {
	'/:handle': { get: download },
	'/:security/:handle': { get: download },
	'/:handle/metadata': { get: describe },
	'/:security/:task/:source': { get: process },
	'/:security/:task/:next/:source': {
		get: process,
		post: { ...process, description: 'With the task `store`' },
	},
	'/:apikey/:security/:task/:next/:source': { get: process },
	'/:security/:handle/metadata': { get: describe },
	'/imagesize/:handle': { get: measure },
	'/:security/imagesize/:handle': { get: measure },
	'/imagesize/:security/:handle': { get: measure },
	'/:security/debug/:task/:source': {
		get: { summary: 'Describe a chain of tasks', response: { 200: json(debugged), ...refused } },
	},
	...singleTasks,
};
