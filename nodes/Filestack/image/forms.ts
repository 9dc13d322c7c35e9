import type { Values } from '../../shared/node/schema';
import { extractHandle } from '../handle';
import { filledIn, type TaskForm } from '../processing/form';
import type { TaskValue } from '../processing/grammar';
import { choiceField, colorField, numberField } from '../processing/taskFields';

/** Pixels; 0 is omitted, so that Filestack keeps the aspect ratio. */
const sizeField = (displayName: string, name: string, usual: number) =>
	numberField(
		displayName,
		name,
		[0, 10_000],
		usual,
		'In pixels. Set to 0 to keep the aspect ratio.',
	);

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
const backgroundField = (usual: string) => colorField('Background Color', 'background', usual);

const pair = ({ vertical, horizontal }: Values): TaskValue => [
	vertical as string,
	horizontal as string,
];
/** Returns a number; undefined for 0. */
const positive = (value: unknown): number | undefined => (value as number) || undefined;

export const resizeForm: TaskForm = {
	task: 'resize',
	name: 'Resize',
	description: 'Change the width and height',
	fields: [
		sizeField('Width', 'width', 800),
		sizeField('Height', 'height', 0),
		choiceField(
			{ displayName: 'Fit', name: 'fit', description: 'How the image fits the width and height' },
			[
				{ name: 'Crop', value: 'crop', description: 'Fill the size and cut off the rest' },
				{ name: 'Fit Inside', value: 'clip', description: 'Keep the aspect ratio' },
				{
					name: 'Fit Inside, Never Enlarge',
					value: 'max',
					description: 'Keep the aspect ratio, and leave smaller images unchanged',
				},
				{ name: 'Stretch', value: 'scale', description: 'Ignore the aspect ratio' },
			],
			'clip',
		),
		choiceFieldForCrop(),
	],
	build: ({ width, height, fit, align }) => ({
		width: positive(width),
		height: positive(height),
		...(fit === 'clip' ? {} : { fit: fit as string }),
		...(fit === 'crop' && align !== 'center' ? { align: alignOf(align as string) } : {}),
	}),
};

function choiceFieldForCrop() {
	const sides = ['bottom', 'center', 'faces', 'left', 'right', 'top'];
	const corners = ['top,left', 'top,right', 'bottom,left', 'bottom,right'].map((value) => ({
		name: value.replace(
			/^(\w)(.*),(.*)$/,
			(_, first: string, rest: string, side: string) =>
				`${first.toUpperCase()}${rest} ${side.charAt(0).toUpperCase()}${side.slice(1)}`,
		),
		value,
	}));
	const field = choiceField(
		{ displayName: 'Keep', name: 'align', description: 'The part of the image to keep' },
		[...sides, ...corners],
		'center',
	);
	return { ...field, displayOptions: { show: { fit: ['crop'] } } };
}

const alignOf = (align: string): TaskValue => (align.includes(',') ? align.split(',') : align);

export const cropForm: TaskForm = {
	task: 'crop',
	name: 'Crop',
	description: 'Cut out a rectangle',
	fields: [
		numberField('Left', 'left', [0, 100_000], 0, 'The distance from the left edge in pixels'),
		numberField('Top', 'top', [0, 100_000], 0, 'The distance from the top edge in pixels'),
		numberField('Width', 'width', [1, 100_000], 300, 'The width of the rectangle in pixels'),
		numberField('Height', 'height', [1, 100_000], 300, 'The height of the rectangle in pixels'),
	],
	build: ({ left, top, width, height }) => ({
		dim: [left, top, width, height] as number[],
	}),
};

export const rotateForm: TaskForm = {
	task: 'rotate',
	name: 'Rotate',
	description: 'Rotate clockwise, or upright',
	fields: [
		choiceField(
			{ displayName: 'Rotate By', name: 'by', description: 'How far to rotate the image' },
			[
				{ name: 'Angle', value: 'angle', description: 'Clockwise, in degrees' },
				{
					name: 'EXIF Orientation',
					value: 'exif',
					description: 'Turn a photo upright, as recorded by the camera',
				},
			],
			'angle',
		),
		{
			...numberField('Angle (Degrees)', 'deg', [0, 359], 90, 'Clockwise', 2),
			displayOptions: { show: { by: ['angle'] } },
		},
		{ ...backgroundField('white'), displayOptions: { show: { by: ['angle'] } } },
	],
	build: ({ by, deg, background }) =>
		by === 'exif' ? { deg: 'exif' } : { deg: deg as number, background: filledIn(background) },
};

const amountForm = (
	task: string,
	name: string,
	description: string,
	range: [min: number, max: number],
	usual: number,
): TaskForm => ({
	task,
	name,
	description,
	fields: [numberField('Amount', 'amount', range, usual, `From ${range[0]} to ${range[1]}`)],
});

const plainForm = (task: string, name: string, description: string): TaskForm => ({
	task,
	name,
	description,
	fields: [],
});

/** The filters, in alphabetical order. */
export const filterForms: readonly TaskForm[] = [
	{
		task: 'modulate',
		name: 'Adjust Colors',
		description: 'Change the brightness, saturation and hue',
		fields: [
			numberField('Brightness (%)', 'brightness', [0, 10_000], 100, '100 leaves it unchanged'),
			numberField('Hue (Degrees)', 'hue', [0, 359], 0, '0 leaves it unchanged'),
			numberField('Saturation (%)', 'saturation', [0, 10_000], 100, '100 leaves it unchanged'),
		],
	},
	{
		task: 'blackwhite',
		name: 'Black and White',
		description: 'Make each pixel black or white',
		fields: [
			numberField(
				'Threshold (%)',
				'threshold',
				[0, 100],
				50,
				'Pixels that are brighter become white',
			),
		],
	},
	amountForm('blur', 'Blur', 'Make the image blurry', [1, 20], 2),
	plainForm('monochrome', 'Monochrome', 'Convert to shades of gray'),
	plainForm('negative', 'Negative', 'Invert the colors'),
	amountForm('oil_paint', 'Oil Paint', 'Make it look like a painting', [1, 10], 2),
	amountForm('pixelate', 'Pixelate', 'Show large squares', [2, 100], 2),
	{
		task: 'sepia',
		name: 'Sepia',
		description: 'Make it look like an old photo',
		fields: [numberField('Tone (%)', 'tone', [0, 100], 80, 'From 0 to 100')],
	},
	amountForm('sharpen', 'Sharpen', 'Make the edges clearer', [0, 20], 2),
];

/** The image formats that Filestack writes (Filestack docs, Document conversion). */
export const imageFormats = [
	{ name: 'GIF', value: 'gif' },
	{ name: 'JPG', value: 'jpg' },
	{ name: 'JPG (Progressive)', value: 'pjpg' },
	{ name: 'PDF', value: 'pdf' },
	{ name: 'PNG', value: 'png' },
	{ name: 'SVG', value: 'svg' },
	{ name: 'WebP', value: 'webp' },
];

export const convertForm: TaskForm = {
	task: 'output',
	name: 'Convert Format',
	description: 'Convert to JPG, PNG, WebP and other formats',
	fields: [
		choiceField(
			{ displayName: 'Format', name: 'format', description: 'The format of the result' },
			imageFormats,
			'webp',
		),
		{
			...numberField('Quality', 'quality', [1, 100], 85, 'Lower values result in smaller files'),
			displayOptions: { show: { format: ['jpg', 'pjpg', 'webp'] } },
		},
	],
};

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
			numberField('Blur', 'blur', [0, 20], 4, 'From 0 to 20', 2),
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
].toSorted((a, b) => a.name.localeCompare(b.name));
