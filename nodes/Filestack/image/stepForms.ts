import { byName } from '../../shared/node/fields';
import type { Values } from '../../shared/node/schema';
import { extractHandle } from '../handle';
import { choiceField, colorField, numberField, type TaskForm } from '../processing/form';
import type { TaskValue } from '../processing/grammar';
import {
	amountForm,
	backgroundField,
	convertForm,
	cropForm,
	filterForms,
	plainForm,
	positive,
	resizeForm,
	rotateForm,
	sizeField,
} from './forms';

const verticalField = choiceField(
	{ displayName: 'Vertical Position', name: 'vertical', description: 'Top, middle or bottom' },
	['top', 'middle', 'bottom'],
	'middle',
);
const horizontalField = choiceField(
	{ displayName: 'Horizontal Position', name: 'horizontal', description: 'Left, center or right' },
	['left', 'center', 'right'],
	'center',
);
const pair = ({ vertical, horizontal }: Values): TaskValue => [
	vertical as string,
	horizontal as string,
];
const faceForms: readonly TaskForm[] = [
	amountForm('blur_faces', 'Blur Faces', 'Make all faces unrecognizable', [1, 10], 10),
	{
		task: 'crop_faces',
		name: 'Crop to Faces',
		description: 'Keep only the faces',
		fields: [
			sizeField('Height', 'height', 0),
			choiceField(
				{ displayName: 'Mode', name: 'mode', description: 'How to cut out the faces' },
				['crop', 'fill', 'thumb'],
				'thumb',
			),
			sizeField('Width', 'width', 0),
		],
		build: ({ width, height, mode }) => ({
			mode: mode as string,
			width: positive(width),
			height: positive(height),
		}),
	},
	amountForm('pixelate_faces', 'Pixelate Faces', 'Cover all faces with squares', [2, 100], 10),
];

const decorationForms: readonly TaskForm[] = [
	{
		task: 'border',
		name: 'Border',
		description: 'Add a border',
		fields: [
			colorField('Color', 'color', 'black'),
			numberField('Width', 'width', [1, 1000], 2, 'In pixels'),
		],
	},
	{
		task: 'circle',
		name: 'Circle',
		description: 'Cut out a circle',
		fields: [backgroundField('transparent')],
	},
	{
		task: 'polaroid',
		name: 'Polaroid',
		description: 'Make it look like an instant photo',
		fields: [
			numberField('Angle (Degrees)', 'rotate', [0, 359], 45, 'Clockwise'),
			backgroundField('white'),
			colorField('Frame Color', 'color', 'snow'),
		],
	},
	{
		task: 'rounded_corners',
		name: 'Rounded Corners',
		description: 'Round the corners',
		fields: [
			backgroundField('transparent'),
			numberField('Radius', 'radius', [1, 10_000], 10, 'In pixels'),
		],
	},
	{
		task: 'shadow',
		name: 'Shadow',
		description: 'Add a shadow',
		fields: [
			backgroundField('white'),
			numberField('Blur', 'blur', [0, 20], 4, 'From 0 to 20'),
			colorField('Color', 'color', 'black'),
			numberField('Opacity (%)', 'opacity', [0, 100], 60, 'From 0 to 100'),
		],
	},
	{
		task: 'torn_edges',
		name: 'Torn Edges',
		description: 'Make it look torn out',
		fields: [backgroundField('transparent')],
	},
	{
		task: 'vignette',
		name: 'Vignette',
		description: 'Darken the edges',
		fields: [
			numberField('Amount', 'amount', [0, 100], 20, 'From 0 to 100'),
			backgroundField('transparent'),
		],
	},
	{
		task: 'watermark',
		name: 'Watermark',
		description: 'Put another image on top',
		fields: [
			{
				displayName: 'Watermark',
				name: 'file',
				type: 'string',
				default: '',
				placeholder: 'e.g. 5aYkEQJSQCmYShsoCnZN',
				description: 'The handle or Filestack URL of the image to put on top',
			},
			numberField('Size (%)', 'size', [1, 500], 100, 'Of the watermark’s original size'),
			verticalField,
			horizontalField,
		],
		build: (values) => ({
			file: extractHandle(String(values.file ?? '')),
			size: values.size as number,
			position: pair(values),
		}),
	},
];

const qualityForms: readonly TaskForm[] = [
	{
		task: 'compress',
		name: 'Compress',
		description: 'Make a JPG or PNG file smaller; best as the last step',
		fields: [
			{
				displayName: 'Keep Metadata',
				name: 'metadata',
				type: 'boolean',
				default: false,
				description: 'Whether to keep the metadata',
			},
		],
	},
	{
		task: 'enhance',
		name: 'Enhance',
		description: 'Improve a photo automatically',
		fields: [
			choiceField(
				{
					displayName: 'Preset',
					name: 'preset',
					description: 'All except Auto require a plan that includes presets',
				},
				[
					...['auto', 'beautify', 'beautify_plus', 'fireworks', 'fix_dark', 'fix_noise'],
					...['fix_tint', 'outdoor', 'vivid'],
				],
				'auto',
			),
		],
	},
	{
		task: 'quality',
		name: 'Quality',
		description: 'Reduce the quality of a JPG or WebP file',
		fields: [numberField('Quality', 'value', [1, 100], 80, 'Lower values result in smaller files')],
	},
	plainForm('no_metadata', 'Remove Metadata', 'Remove EXIF data such as the location'),
	plainForm('redeye', 'Remove Red Eyes', 'Correct red eyes'),
	{
		task: 'upscale',
		name: 'Upscale',
		description: 'Double the size',
		fields: [
			choiceField(
				{ displayName: 'Noise Reduction', name: 'noise', description: 'How much noise to remove' },
				['none', 'low', 'medium', 'high'],
				'none',
			),
			choiceField(
				{ displayName: 'Style', name: 'style', description: 'The kind of image' },
				['artwork', 'photo'],
				'photo',
			),
		],
	},
];

/** The steps of a transformation, in alphabetical order. */
export const stepForms: readonly TaskForm[] = [
	resizeForm,
	cropForm,
	rotateForm,
	convertForm,
	...filterForms,
	...faceForms,
	...decorationForms,
	...qualityForms,
	plainForm('flip', 'Flip Vertically', 'Mirror from top to bottom'),
	plainForm('flop', 'Flip Horizontally', 'Mirror from left to right'),
].toSorted(byName);
