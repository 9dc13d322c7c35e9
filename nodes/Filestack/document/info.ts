import { type ExpectedBody, isJsonObject, type JsonRecord } from '../../shared/http/service';
import type { Operation } from '../../shared/node/operation';
import { cacheOption } from '../file/fields';
import { isHandle } from '../processing/grammar';
import { timeoutOf, timeoutOption } from '../processing/output';
import { cacheTasks, fetchTaskResult } from '../processing/request';
import { readSource, sourceFields } from '../processing/sources';

/** Filestack docs, Document conversion: `{"numpages":41,"dimensions":{"width":538,"height":718}}`. */
const INFO: ExpectedBody<JsonRecord> = {
	what: 'the number of pages',
	read: (body) => (isJsonObject(body) && Number(body.numpages) >= 0 ? body : undefined),
};

export const getInfo: Operation = {
	value: 'getInfo',
	name: 'Get Info',
	action: 'Get document info',
	description: 'Get the number of pages of a document, and their size in points',
	fields: sourceFields,
	options: [cacheOption, timeoutOption],
	async execute(item) {
		const sources = readSource(item);
		const { numpages, dimensions } = await fetchTaskResult(item, {
			tasks: [...cacheTasks(item), { name: 'output', params: { docinfo: true } }],
			sources,
			calls: ['read', 'convert'],
			expects: INFO,
			timeout: timeoutOf(item),
		});
		const source = isHandle(sources) ? { handle: sources } : { source: sources };
		return { json: { ...source, pages: Number(numpages), ...(dimensions as object) } };
	},
};
