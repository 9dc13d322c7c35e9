import type { IDataObject } from 'n8n-workflow';

import { countOf, type ExpectedBody, isJsonObject, type JsonRecord } from '../shared/http/service';
import type { Operation, Resource } from '../shared/node/operation';
import { type Field, invalidParameter } from '../shared/node/schema';
import { cacheOption } from './file/fields';
import {
	choiceField,
	numberField,
	parametersIn,
	type TaskForm,
	taskOfForm,
	withParameters,
} from './processing/form';
import {
	outputFields,
	outputOptions,
	outputResult,
	timeoutOf,
	timeoutOption,
} from './processing/output';
import { cacheTasks, fetchTaskResult } from './processing/request';
import { PAGE_FORMATS, taskProblem } from './processing/rules';
import {
	combineFields,
	combineFiles,
	describeSource,
	readSource,
	sourceFields,
} from './processing/sources';

/** The options for the pages of a PDF (Filestack docs, Document conversion and PDF conversion). */
const pageLayoutOptions: Field[] = [
	choiceField(
		{ displayName: 'Page Format', name: 'pageformat', description: 'The size of the pages' },
		PAGE_FORMATS,
		'a4',
	),
	choiceField(
		{
			displayName: 'Page Orientation',
			name: 'pageorientation',
			description: 'The orientation of the pages',
		},
		['landscape', 'portrait'],
		'portrait',
	),
];

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

const convert: Operation = {
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
const extractPages: Operation = {
	value: 'extractPages',
	name: 'Extract Pages',
	action: 'Extract pages of PDF',
	description: 'Create a PDF with some of the pages of a PDF',
	fields: [...sourceFields, pagesField, ...outputFields],
	options: [...outputOptions, ...pageLayoutOptions],
	async execute(item) {
		const lines = item.parameter<string[]>(pagesField.name);
		// Without spaces, “1 3” would be page 13.
		const pages = lines.flatMap((line) => line.replace(/\s*([,-])\s*/g, '$1').split(/[,\s]/));
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

/** Filestack docs, Document conversion: `{"numpages":41,"dimensions":{"width":538,"height":718}}`. */
const INFO: ExpectedBody<JsonRecord> = {
	what: 'the number of pages',
	read: (body) => (isJsonObject(body) && countOf(body.numpages) !== undefined ? body : undefined),
};

const getInfo: Operation = {
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
		const { width, height } = isJsonObject(dimensions) ? (dimensions as IDataObject) : {};
		return { json: { ...describeSource(sources), pages: countOf(numpages), width, height } };
	},
};

/** Filestack docs, Transformations, Overview: `pdfcreate`. */
const merge: Operation = {
	value: 'merge',
	name: 'Merge',
	action: 'Merge documents into PDF',
	description: 'Combine up to 100 PDF files and images into one PDF, in the order of the input',
	fields: combineFields(),
	options: outputOptions,
	batchingHiddenFor: { filesFrom: ['items'] },
	async execute(item) {
		const result = { tasks: [{ name: 'pdfcreate' }], extension: 'pdf', name: 'document.pdf' };
		return await combineFiles(item, (sources) => ({ ...result, sources }));
	},
};

export const document: Resource = {
	value: 'document',
	name: 'Document',
	operations: [convert, extractPages, getInfo, merge],
	initial: convert.value,
};
