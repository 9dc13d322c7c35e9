import type { Operation } from '../../shared/node/operation';
import { type Field, invalidParameter } from '../../shared/node/schema';
import { parametersIn } from '../processing/form';
import { combineFields, combineFiles } from '../processing/combine';
import type { Task } from '../processing/grammar';
import { outputOptions } from '../processing/output';
import { taskProblem } from '../processing/rules';
import { choiceField, colorField, numberField } from '../processing/taskFields';

const sizeFields: Field[] = [
	numberField('Width', 'width', [1, 10_000], 1200, 'The width of the collage in pixels'),
	numberField('Height', 'height', [1, 10_000], 800, 'The height of the collage in pixels'),
];
const color = colorField('Color', 'color', 'white');
const options: Field[] = [
	color,
	choiceField(
		{ displayName: 'Fit', name: 'fit', description: 'How the images fit their places' },
		['auto', 'crop'],
		'auto',
	),
	numberField('Margin', 'margin', [1, 100], 10, 'The space between the images in pixels'),
];

/** Filestack docs, Collage: the source is the first image, and `files` follow it. */
export const createCollage: Operation = {
	value: 'createCollage',
	name: 'Create Collage',
	action: 'Create collage of images',
	description: 'Combine several images into one',
	fields: combineFields(...sizeFields),
	options: [...outputOptions, ...options],
	batchingHiddenFor: { filesFrom: ['items'] },
	async execute(item) {
		const params = {
			...{ width: item.parameter<number>('width'), height: item.parameter<number>('height') },
			...parametersIn(item, options),
		};
		const found = taskProblem({ name: 'collage', params });
		if (found) throw invalidParameter(item, color.displayName, 'is not valid', found.advice);
		return await combineFiles(item, ([first, ...files]) => {
			const task: Task = { name: 'collage', params: { files, ...params } };
			return { tasks: [task], sources: first, name: 'collage' };
		});
	},
};
