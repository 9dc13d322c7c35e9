import type { IDataObject } from 'n8n-workflow';

import type { ExpectedBody } from '../../shared/http/service';
import type { Operation } from '../../shared/node/operation';
import { cacheOption } from '../file/fields';
import { isHandle } from '../processing/grammar';
import { timeoutOf, timeoutOption } from '../processing/output';
import { cacheTasks, fetchTaskResult } from '../processing/request';
import { readSource, sourceFields } from '../processing/sources';

/** `[{"x":1,"y":2,"width":30,"height":30}]` (Filestack docs, Detect faces, `export`). */
const FACES: ExpectedBody<IDataObject[]> = {
	what: 'the list of faces',
	read: (body) => (Array.isArray(body) ? (body as IDataObject[]) : undefined),
};

export const detectFaces: Operation = {
	value: 'detectFaces',
	name: 'Detect Faces',
	action: 'Detect faces in image',
	description: 'Get the position and size of each face in an image, in pixels',
	fields: sourceFields,
	options: [cacheOption, timeoutOption],
	async execute(item) {
		const sources = readSource(item);
		const faces = await fetchTaskResult(item, {
			tasks: [...cacheTasks(item), { name: 'detect_faces', params: { export: true } }],
			sources,
			calls: ['read', 'convert'],
			expects: FACES,
			timeout: timeoutOf(item),
		});
		const source = isHandle(sources) ? { handle: sources } : { source: sources };
		return { json: { ...source, count: faces.length, faces } };
	},
};
