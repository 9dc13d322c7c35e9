import type { Operation } from '../../shared/node/operation';
import type { Field } from '../../shared/node/schema';
import { parametersIn, type TaskForm, taskOfForm, withParameters } from '../processing/form';
import { outputFields, outputOptions, outputResult } from '../processing/output';
import { readSource, sourceFields } from '../processing/sources';
import { choiceField, numberField } from '../processing/taskFields';
import { pageLayoutOptions } from './pageLayout';

/** Filestack docs, Document conversion. */
const FORMATS = [
	{ name: 'DOC', value: 'doc' },
	{ name: 'DOCX (Word)', value: 'docx' },
	{ name: 'HTML', value: 'html' },
	{ name: 'JPG', value: 'jpg' },
	{ name: 'ODP', value: 'odp' },
	{ name: 'ODS', value: 'ods' },
	{ name: 'ODT', value: 'odt' },
	{ name: 'PDF', value: 'pdf' },
	{ name: 'PNG', value: 'png' },
	{ name: 'PPT', value: 'ppt' },
	{ name: 'PPTX (PowerPoint)', value: 'pptx' },
	{ name: 'SVG', value: 'svg' },
	{ name: 'TXT', value: 'txt' },
	{ name: 'WebP', value: 'webp' },
	{ name: 'XLS', value: 'xls' },
	{ name: 'XLSX (Excel)', value: 'xlsx' },
];
/** The formats that have a single page. */
const IMAGES = ['jpg', 'png', 'webp'];

const form: TaskForm = {
	task: 'output',
	name: 'Convert',
	description: 'Convert a document',
	fields: [
		choiceField(
			{
				displayName: 'Format',
				name: 'format',
				description: 'The format of the result. Filestack does not support every combination.',
			},
			FORMATS,
			'pdf',
		),
		{
			...numberField('Page', 'page', [1, 99_999], 1, 'The page to convert, starting from 1'),
			displayOptions: { show: { format: IMAGES } },
		},
	],
};

/** The options of a document, each shown for the formats that have it. */
const options: Field[] = [
	{
		...numberField('Density (DPI)', 'density', [1, 500], 150, 'The resolution of the image'),
		displayOptions: { show: { '/format': IMAGES } },
	},
	...pageLayoutOptions.map((option) => ({
		...option,
		displayOptions: { show: { '/format': ['pdf'] } },
	})),
];

export const convert: Operation = {
	value: 'convert',
	name: 'Convert',
	action: 'Convert document',
	description: 'Convert an Office document, PDF or image to another format, for example to PDF',
	fields: [...sourceFields, ...form.fields, ...outputFields],
	options: [...outputOptions, ...options],
	async execute(item) {
		const task = taskOfForm(item, form, item.parameter);
		const format = item.parameter<string>('format');
		return await outputResult(item, {
			tasks: [withParameters(task, parametersIn(item, options))],
			sources: readSource(item),
			extension: format,
			allowsText: ['html', 'txt'].includes(format),
		});
	},
};
