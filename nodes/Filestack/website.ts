import type { Operation, Resource } from '../shared/node/operation';
import { requireHttpUrl } from '../shared/node/parameters';
import type { Field } from '../shared/node/schema';
import {
	choiceField,
	numberField,
	parametersIn,
	type TaskForm,
	taskOfForm,
	withParameters,
} from './processing/form';
import { outputFieldsWithoutLink, outputOptions, outputResult } from './processing/output';

const pageField: Field = {
	displayName: 'Page URL',
	name: 'pageUrl',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. https://example.com/pricing',
	description: 'A web page that Filestack can access without signing in',
};

/** Filestack docs, URL screenshot. */
const form: TaskForm = {
	task: 'urlscreenshot',
	name: 'Take Screenshot',
	description: 'Take a screenshot of a web page',
	fields: [
		choiceField(
			{ displayName: 'Part', name: 'mode', description: 'The part of the page to show' },
			[
				{ name: 'Visible Part', value: 'window' },
				{ name: 'Whole Page', value: 'all' },
			],
			'all',
		),
		numberField('Width', 'width', [1, 1920], 1024, 'The width of the browser in pixels'),
		numberField('Height', 'height', [1, 8000], 768, 'The height of the browser in pixels'),
	],
};

const options: Field[] = [
	choiceField(
		{ displayName: 'Browser', name: 'agent', description: 'The kind of browser' },
		['desktop', 'mobile'],
		'desktop',
	),
	numberField(
		'Delay (Milliseconds)',
		'delay',
		[0, 20_000],
		1000,
		'How long to wait after the page has loaded',
	),
];

const takeScreenshot: Operation = {
	value: 'takeScreenshot',
	name: 'Take Screenshot',
	action: 'Take screenshot of website',
	description: 'Take a screenshot of a web page',
	fields: [pageField, ...form.fields, ...outputFieldsWithoutLink],
	options: [...outputOptions, ...options],
	async execute(item) {
		const url = requireHttpUrl(item, pageField.displayName, item.parameter(pageField.name));
		const task = taskOfForm(item, form, item.parameter);
		return await outputResult(item, {
			tasks: [withParameters(task, parametersIn(item, options))],
			sources: url,
			extension: 'png',
			name: `${new URL(url).hostname}.png`,
		});
	},
};

export const website: Resource = {
	value: 'website',
	name: 'Website',
	operations: [takeScreenshot],
	initial: takeScreenshot.value,
};
