import type { Operation } from '../../shared/node/operation';
import { type Field, invalidParameter } from '../../shared/node/schema';
import { filledIn } from '../processing/form';
import type { Task } from '../processing/grammar';
import { outputFieldsWithoutLink, outputOptions, outputResult } from '../processing/output';
import { taskProblem } from '../processing/rules';
import { readSeveralSources, severalSourcesFields } from '../processing/sources';
import { choiceField, colorField, numberField } from '../processing/taskFields';

const sizeFields: Field[] = [
	numberField('Width', 'width', [1, 10_000], 1200, 'The width of the collage in pixels'),
	numberField('Height', 'height', [1, 10_000], 800, 'The height of the collage in pixels'),
];
const colorOption = colorField('Color', 'color', 'white');
const fitOption = choiceField(
	{ displayName: 'Fit', name: 'fit', description: 'How the images fit their places' },
	['auto', 'crop'],
	'auto',
);
const marginOption = numberField(
	'Margin',
	'margin',
	[1, 100],
	10,
	'The space between the images in pixels',
);

/** Filestack docs, Collage: the source is the first image, and `files` follow it. */
export const createCollage: Operation = {
	value: 'createCollage',
	name: 'Create Collage',
	action: 'Create collage of images',
	description: 'Combine several images into one',
	fields: [...severalSourcesFields, ...sizeFields, ...outputFieldsWithoutLink],
	options: [...outputOptions, colorOption, fitOption, marginOption],
	batchingHiddenFor: { filesFrom: ['items'] },
	async execute(item) {
		const { option, parameter } = item;
		const several = readSeveralSources(item);
		if (!several) return [];
		const [first, ...files] = several.sources;
		const color = filledIn(option(colorOption.name));
		const fit = option<string>(fitOption.name);
		const margin = option<number>(marginOption.name);
		const task: Task = {
			name: 'collage',
			params: {
				...{ files, width: parameter<number>('width'), height: parameter<number>('height') },
				...(color !== undefined && { color }),
				...(fit !== undefined && { fit }),
				...(margin !== undefined && { margin }),
			},
		};
		const found = taskProblem(task);
		if (found) throw invalidParameter(item, colorOption.displayName, found.problem, found.advice);
		const { pairedItem } = several;
		const result = await outputResult(item, {
			tasks: [task],
			sources: first,
			name: 'collage',
		});
		return { ...result, ...(pairedItem && { pairedItem }) };
	},
};
