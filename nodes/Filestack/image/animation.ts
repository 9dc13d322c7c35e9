import type { Operation } from '../../shared/node/operation';
import { type Field, invalidParameter } from '../../shared/node/schema';
import { combineFields, combineFiles } from '../processing/combine';
import { parametersIn } from '../processing/form';
import type { Task } from '../processing/grammar';
import { outputOptions } from '../processing/output';
import { taskProblem } from '../processing/rules';
import { choiceField, colorField, numberField } from '../processing/taskFields';

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

export const createAnimation: Operation = {
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
