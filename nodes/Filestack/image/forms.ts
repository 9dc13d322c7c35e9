import { choiceField, colorField, filledIn, numberField, type TaskForm } from '../processing/form';
import type { TaskValue } from '../processing/grammar';
/** Pixels; 0 is omitted, so that Filestack keeps the aspect ratio. */
export const sizeField = (displayName: string, name: string, usual: number) =>
	numberField(
		displayName,
		name,
		[0, 10_000],
		usual,
		'In pixels. Set to 0 to keep the aspect ratio.',
	);

export const backgroundField = (usual: string) =>
	colorField('Background Color', 'background', usual);

/** Returns a number; undefined for 0. */
export const positive = (value: unknown): number | undefined => (value as number) || undefined;

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
			...numberField('Angle (Degrees)', 'deg', [0, 359], 90, 'Clockwise'),
			displayOptions: { show: { by: ['angle'] } },
		},
		{ ...backgroundField('white'), displayOptions: { show: { by: ['angle'] } } },
	],
	build: ({ by, deg, background }) =>
		by === 'exif' ? { deg: 'exif' } : { deg: deg as number, background: filledIn(background) },
};

export const amountForm = (
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

export const plainForm = (task: string, name: string, description: string): TaskForm => ({
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

/** Returns the extension of a format; a progressive JPG is a JPG. */
export const extensionOf = (format: unknown): string | undefined =>
	format === 'pjpg' ? 'jpg' : (format as string | undefined);
