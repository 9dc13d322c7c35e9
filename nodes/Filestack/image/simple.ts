import type { Operation } from '../../shared/node/operation';
import {
	fieldsOfForms,
	selectorField,
	type TaskForm,
	taskOfForm,
	taskOfForms,
} from '../processing/form';
import { outputFields, outputOptions, outputResult } from '../processing/output';
import { readSource, sourceFields } from '../processing/sources';
import { convertForm, cropForm, filterForms, resizeForm, rotateForm } from './forms';

/** Returns an operation that runs the task of one form. */
const formOperation = (
	form: TaskForm,
	described: Pick<Operation, 'value' | 'name' | 'action' | 'description'>,
): Operation => ({
	...described,
	fields: [...sourceFields, ...form.fields, ...outputFields],
	options: outputOptions,
	async execute(item) {
		const task = taskOfForm(item, form, item.parameter);
		return await outputResult(item, {
			tasks: [task],
			sources: readSource(item),
			extension: extensionOf(item.parameter(form === convertForm ? 'format' : '')),
		});
	},
});

/** Returns the extension of a format; a progressive JPG is a JPG. */
export const extensionOf = (format: unknown): string | undefined =>
	format === 'pjpg' ? 'jpg' : (format as string | undefined);

export const resize = formOperation(resizeForm, {
	value: 'resize',
	name: 'Resize',
	action: 'Resize image',
	description: 'Change the width and height of an image, for example for a thumbnail',
});

export const crop = formOperation(cropForm, {
	value: 'crop',
	name: 'Crop',
	action: 'Crop image',
	description: 'Cut a rectangle out of an image',
});

export const rotate = formOperation(rotateForm, {
	value: 'rotate',
	name: 'Rotate',
	action: 'Rotate image',
	description: 'Rotate an image, or turn a photo upright',
});

export const convert = formOperation(convertForm, {
	value: 'convert',
	name: 'Convert Format',
	action: 'Convert image format',
	description: 'Convert an image to JPG, PNG, WebP and other formats',
});

const filterField = selectorField(filterForms, {
	displayName: 'Filter',
	name: 'filter',
	default: 'monochrome',
	description: 'The filter to apply',
});

export const applyFilter: Operation = {
	value: 'applyFilter',
	name: 'Apply Filter',
	action: 'Apply filter to image',
	description: 'Blur, sharpen or recolor an image',
	fields: [
		...sourceFields,
		filterField,
		...fieldsOfForms(filterForms, filterField.name),
		...outputFields,
	],
	options: outputOptions,
	async execute(item) {
		const filter = item.parameter<string>(filterField.name);
		const task = taskOfForms(item, filterForms, filter, item.parameter);
		return await outputResult(item, { tasks: [task], sources: readSource(item) });
	},
};
