import type { IDataObject } from 'n8n-workflow';

import { type ExpectedBody, isJsonObject } from '../../shared/http/service';
import type { Operation, Resource } from '../../shared/node/operation';
import { type Field, invalidParameter } from '../../shared/node/schema';
import { cacheOption } from '../file/fields';
import {
	choiceField,
	colorField,
	fieldsOfForms,
	numberField,
	parametersIn,
	selectorField,
	type TaskForm,
	taskOfForm,
	taskOfForms,
} from '../processing/form';
import type { Task } from '../processing/grammar';
import {
	outputFields,
	outputOptions,
	outputResult,
	timeoutOf,
	timeoutOption,
} from '../processing/output';
import { cacheTasks, fetchTaskResult } from '../processing/request';
import { taskProblem } from '../processing/rules';
import {
	combineFields,
	combineFiles,
	describeSource,
	readSource,
	sourceFields,
} from '../processing/sources';
import { convertForm, cropForm, extensionOf, filterForms, resizeForm, rotateForm } from './forms';
import { transform } from './transform';

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

const resize = formOperation(resizeForm, {
	value: 'resize',
	name: 'Resize',
	action: 'Resize image',
	description: 'Change the width and height of an image, for example for a thumbnail',
});

const crop = formOperation(cropForm, {
	value: 'crop',
	name: 'Crop',
	action: 'Crop image',
	description: 'Cut a rectangle out of an image',
});

const rotate = formOperation(rotateForm, {
	value: 'rotate',
	name: 'Rotate',
	action: 'Rotate image',
	description: 'Rotate an image, or turn a photo upright',
});

const convert = formOperation(convertForm, {
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

const applyFilter: Operation = {
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

const delayField = numberField(
	'Delay (Milliseconds)',
	'delay',
	[0, 10_000],
	1000,
	'How long each image is shown',
);

const background = colorField('Background Color', 'background', 'transparent');

/** Filestack docs, Animate. */
const options: Field[] = [
	background,
	choiceField(
		{ displayName: 'Fit', name: 'fit', description: 'How the images fit the width and height' },
		[
			{ name: 'Crop', value: 'crop', description: 'Fill the size and cut off the rest' },
			{ name: 'Fit Inside', value: 'clip', description: 'Keep the aspect ratio' },
			{ name: 'Stretch', value: 'scale', description: 'Ignore the aspect ratio' },
		],
		'clip',
	),
	numberField('Height', 'height', [1, 1800], 400, 'The height of the animation in pixels'),
	numberField('Repetitions', 'loop', [0, 1000], 0, 'Set to 0 to repeat the animation forever'),
	numberField('Width', 'width', [1, 1800], 600, 'The width of the animation in pixels'),
];

const createAnimation: Operation = {
	value: 'createAnimation',
	name: 'Create Animation',
	action: 'Create animation of images',
	description: 'Show several images one after the other in an animated GIF',
	fields: combineFields(delayField),
	options: [...outputOptions, ...options],
	batchingHiddenFor: { filesFrom: ['items'] },
	async execute(item) {
		const delay = item.parameter<number>(delayField.name);
		const task: Task = { name: 'animate', params: { delay, ...parametersIn(item, options) } };
		const found = taskProblem(task);
		if (found) throw invalidParameter(item, background.displayName, 'is not valid', found.advice);
		const result = { tasks: [task], extension: 'gif', name: 'animation.gif' };
		return await combineFiles(item, (sources) => ({ ...result, sources }));
	},
};

const sizeFields: Field[] = [
	numberField('Width', 'width', [1, 10_000], 1200, 'The width of the collage in pixels'),
	numberField('Height', 'height', [1, 10_000], 800, 'The height of the collage in pixels'),
];
const color = colorField('Color', 'color', 'white');
const collageOptions: Field[] = [
	color,
	choiceField(
		{ displayName: 'Fit', name: 'fit', description: 'How the images fit their places' },
		['auto', 'crop'],
		'auto',
	),
	numberField('Margin', 'margin', [1, 100], 10, 'The space between the images in pixels'),
];

/** Filestack docs, Collage: the source is the first image, and `files` follow it. */
const createCollage: Operation = {
	value: 'createCollage',
	name: 'Create Collage',
	action: 'Create collage of images',
	description: 'Combine several images into one',
	fields: combineFields(...sizeFields),
	options: [...outputOptions, ...collageOptions],
	batchingHiddenFor: { filesFrom: ['items'] },
	async execute(item) {
		const params = {
			...{ width: item.parameter<number>('width'), height: item.parameter<number>('height') },
			...parametersIn(item, collageOptions),
		};
		const found = taskProblem({ name: 'collage', params });
		if (found) throw invalidParameter(item, color.displayName, 'is not valid', found.advice);
		return await combineFiles(item, ([first, ...files]) => {
			const task: Task = { name: 'collage', params: { files, ...params } };
			return { tasks: [task], sources: first, name: 'collage' };
		});
	},
};

/** `[{"x":1,"y":2,"width":30,"height":30}]` (Filestack docs, Detect faces, `export`). */
const FACES: ExpectedBody<IDataObject[]> = {
	what: 'the list of faces',
	read(body) {
		const faces = isJsonObject(body) ? body.faces : body;
		return Array.isArray(faces) && faces.every(isJsonObject) ? (faces as IDataObject[]) : undefined;
	},
};

const detectFaces: Operation = {
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
		return { json: { ...describeSource(sources), count: faces.length, faces } };
	},
};

interface Size {
	/** Pixels. */
	width: number;
	height: number;
}

const SIZE: ExpectedBody<Size> = {
	what: 'the width and height of the image',
	read(body) {
		const [width, height] = isJsonObject(body) ? [body.width, body.height].map(pixelsOf) : [];
		return width && height ? { width, height } : undefined;
	},
};

const pixelsOf = (value: unknown): number | undefined =>
	['number', 'string'].includes(typeof value) && Number(value) > 0 ? Number(value) : undefined;

const getSize: Operation = {
	value: 'getSize',
	name: 'Get Size',
	action: 'Get image size',
	description: 'Get the width and height of an image in pixels',
	fields: sourceFields,
	options: [cacheOption, timeoutOption],
	async execute(item) {
		const sources = readSource(item);
		const size = await fetchTaskResult(item, {
			tasks: [...cacheTasks(item), { name: 'imagesize' }],
			sources,
			calls: ['read', 'convert'],
			expects: SIZE,
			timeout: timeoutOf(item),
		});
		return { json: { ...describeSource(sources), ...size } };
	},
};

export const image: Resource = {
	value: 'image',
	name: 'Image',
	operations: [
		...[applyFilter, convert, createAnimation, createCollage, crop, detectFaces],
		...[getSize, resize, rotate, transform],
	],
	initial: resize.value,
};
