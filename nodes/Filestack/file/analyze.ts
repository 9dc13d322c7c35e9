import type { IDataObject } from 'n8n-workflow';

import { type ExpectedBody, isJsonObject, type JsonRecord } from '../../shared/http/service';
import type { Operation } from '../../shared/node/operation';
import type { Field } from '../../shared/node/schema';
import type { Task } from '../processing/grammar';
import { timeoutOf, timeoutOption } from '../processing/output';
import { cacheTasks, fetchTaskResult } from '../processing/request';
import { describeSource, readSource, sourceFields } from '../processing/sources';
import { cacheOption } from './fields';

/** The analyses with their tasks and the field of their result (Filestack docs, Intelligence). */
const ANALYSES: ReadonlyArray<{
	name: string;
	description: string;
	task: Task;
	result: string;
}> = [
	{
		name: 'Caption',
		description: 'Describe an image in a sentence',
		task: { name: 'caption' },
		result: 'caption',
	},
	{
		name: 'Copyright',
		description: 'Check whether an image is a licensed stock photo',
		task: { name: 'copyright' },
		result: 'copyright',
	},
	{
		name: 'Document Position',
		description: 'Find a document in a photo',
		task: { name: 'doc_detection', params: { coords: true } },
		result: 'coords',
	},
	{
		name: 'Emotions',
		description: 'Detect the emotions of a face',
		task: { name: 'image_sentiment' },
		result: 'emotions',
	},
	{
		name: 'Safe for Work',
		description: 'Check whether an image is safe for work',
		task: { name: 'sfw' },
		result: 'sfw',
	},
	{
		name: 'Tags',
		description: 'Find out what an image shows',
		task: { name: 'tags' },
		result: 'tags',
	},
	{
		name: 'Text (OCR)',
		description: 'Read the text of an image or a scan',
		task: { name: 'ocr' },
		result: 'text',
	},
];

const analysesField: Field = {
	displayName: 'Analyses',
	name: 'analyses',
	type: 'multiOptions',
	options: ANALYSES.map(({ name, description, task }) => ({ name, description, value: task.name })),
	default: ['tags'],
	required: true,
	description: 'What to find out. Each one counts as a conversion.',
};

const layoutOption: Field = {
	displayName: 'Include Text Positions',
	name: 'includeLayout',
	type: 'boolean',
	default: false,
	description: 'Whether to return the position of each word of the text, not only the text',
};

const bodyWith = (field: string): ExpectedBody<JsonRecord> => ({
	what: `the result of the analysis (“${field}”)`,
	read: (body) => (isJsonObject(body) && field in body ? body : undefined),
});

export const analyze: Operation = {
	value: 'analyze',
	name: 'Analyze',
	action: 'Analyze file',
	description: 'Read text (OCR), tag or describe an image, or check its content',
	fields: [...sourceFields, analysesField],
	options: [cacheOption, layoutOption, timeoutOption],
	async execute(item) {
		const sources = readSource(item);
		const chosen = item.parameter<string[]>(analysesField.name);
		const results: IDataObject = {};
		// One request each, because Filestack documents the result of each task alone.
		for (const { task, result } of ANALYSES.filter((one) => chosen.includes(one.task.name))) {
			const body = await fetchTaskResult(item, {
				tasks: [...cacheTasks(item), task],
				sources,
				calls: ['read', 'convert'],
				alwaysSigned: 'An analysis',
				expects: bodyWith(result),
				timeout: timeoutOf(item),
			});
			Object.assign(results, body);
		}
		if (item.option<boolean>('includeLayout') !== true) delete results.document;
		return { json: { ...describeSource(sources), ...results } };
	},
};
