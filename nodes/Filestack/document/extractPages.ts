import type { Operation } from '../../shared/node/operation';
import { type Field, invalidParameter } from '../../shared/node/schema';
import { parametersIn } from '../processing/form';
import { outputFields, outputOptions, outputResult } from '../processing/output';
import { taskProblem } from '../processing/rules';
import { readSource, sourceFields } from '../processing/sources';
import { pageLayoutOptions } from './pageLayout';

const pagesField: Field = {
	displayName: 'Pages',
	name: 'pages',
	type: 'string',
	takes: 'list',
	required: true,
	default: '',
	placeholder: 'e.g. 1, 3-5, 8-',
	description:
		'Page numbers and ranges, separated by commas. 8- means page 8 and all pages after it; -2 means the first two pages.',
};

/** Filestack docs, PDF conversion: `pdfconvert`. */
export const extractPages: Operation = {
	value: 'extractPages',
	name: 'Extract Pages',
	action: 'Extract pages of PDF',
	description: 'Create a PDF with some of the pages of a PDF',
	fields: [...sourceFields, pagesField, ...outputFields],
	options: [...outputOptions, ...pageLayoutOptions],
	async execute(item) {
		const lines = item.parameter<string[]>(pagesField.name);
		const pages = lines.flatMap((line) => line.replace(/\s/g, '').split(','));
		const task = {
			name: 'pdfconvert',
			params: { pages, ...parametersIn(item, pageLayoutOptions) },
		};
		const found = taskProblem(task);
		if (found) {
			throw invalidParameter(item, pagesField.displayName, 'is not valid', found.advice);
		}
		return await outputResult(item, {
			tasks: [task],
			sources: readSource(item),
			extension: 'pdf',
		});
	},
};
