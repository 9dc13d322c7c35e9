import type { Operation } from '../../shared/node/operation';
import { type TaskForm, taskOfForm } from '../processing/form';
import { outputFields, outputOptions, outputResult } from '../processing/output';
import { PAGE_FORMATS } from '../processing/rules';
import { readSource, sourceFields } from '../processing/sources';
import { choiceField, numberField } from '../processing/taskFields';
import type { TaskValue } from '../processing/grammar';

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

const pageOptions = [
	{
		...numberField('Density (DPI)', 'density', [1, 500], 150, 'The resolution of the image'),
		displayOptions: { show: { '/format': IMAGES } },
	},
	{
		...choiceField(
			{ displayName: 'Page Format', name: 'pageformat', description: 'The size of the pages' },
			PAGE_FORMATS,
			'a4',
		),
		displayOptions: { show: { '/format': ['pdf'] } },
	},
	{
		...choiceField(
			{
				displayName: 'Page Orientation',
				name: 'pageorientation',
				description: 'The orientation of the pages',
			},
			['landscape', 'portrait'],
			'portrait',
		),
		displayOptions: { show: { '/format': ['pdf'] } },
	},
];

export const convert: Operation = {
	value: 'convert',
	name: 'Convert',
	action: 'Convert document',
	description: 'Convert an Office document, PDF or image to another format, for example to PDF',
	fields: [...sourceFields, ...form.fields, ...outputFields],
	options: [...outputOptions, ...pageOptions],
	async execute(item) {
		const task = taskOfForm(item, form, item.parameter);
		const more: Record<string, TaskValue> = {};
		for (const { name } of pageOptions) {
			const value = item.option<TaskValue>(name);
			if (value !== undefined) more[name] = value;
		}
		const format = item.parameter<string>('format');
		return await outputResult(item, {
			tasks: [{ name: task.name, params: { ...(task.params as object), ...more } }],
			sources: readSource(item),
			extension: format,
			allowsText: ['html', 'txt'].includes(format),
		});
	},
};
