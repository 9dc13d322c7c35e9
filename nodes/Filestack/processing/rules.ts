import { MISSING_VALUES } from '../../shared/node/schema';
import { isParameters, type Task, type TaskValue } from './grammar';

/** The allowed values of a parameter. */
interface Rule {
	/** Continues “must be” in an error message. */
	what: string;
	allows(value: TaskValue): boolean;
}

const whole = (min: number, max: number): Rule => ({
	what: `a whole number from ${min} to ${max}`,
	allows: (value) => Number.isSafeInteger(value) && isBetween(value, min, max),
});
const decimal = (min: number, max: number): Rule => ({
	what: `a number from ${min} to ${max}`,
	allows: (value) => isBetween(value, min, max),
});
const isBetween = (value: TaskValue, min: number, max: number) =>
	typeof value === 'number' && value >= min && value <= max;

const oneOf = (...choices: TaskValue[]): Rule => ({
	what: `one of: ${choices.join(', ')}`,
	allows: (value) => choices.includes(value),
});
const either = (...rules: Rule[]): Rule => ({
	what: rules.map(({ what }) => what).join(', or '),
	allows: (value) => rules.some((rule) => rule.allows(value)),
});
const flag = oneOf(true, false);
const text: Rule = { what: 'a text', allows: (value) => typeof value !== 'object' && value !== '' };

const storedFile: Rule = {
	what: 'the handle or the URL of a file',
	allows: (value) =>
		typeof value === 'string' && /^[\w-]{1,200}$|:\/\//.test(value) && !MISSING_VALUES.has(value),
};

/** Filestack docs, Processing: a name, or three, six or eight hex digits without `#`. */
export const color: Rule = {
	what: 'a color name such as “white”, or hex digits such as “FF0000”',
	allows: (value) =>
		/^([a-z]{3,30}|[\da-f]{3}|[\da-f]{6}|[\da-f]{8})$/i.test(String(value)) &&
		typeof value !== 'object' &&
		!MISSING_VALUES.has(String(value)),
};

const listOf = (rule: Rule, min: number, max: number): Rule => ({
	what: `a list of ${min === max ? min : `${min} to ${max}`} values, each ${rule.what}`,
	allows: (value) =>
		Array.isArray(value) &&
		value.length >= min &&
		value.length <= max &&
		(value as TaskValue[]).every((one) => rule.allows(one)),
});

const VERTICAL = ['top', 'middle', 'bottom'];
const HORIZONTAL = ['left', 'center', 'right'];
/** One side, or a pair of a vertical and a horizontal one. */
const position = (...more: string[]): Rule => ({
	what: `one of ${[...VERTICAL, ...HORIZONTAL, ...more].join(', ')}, or a pair such as [top,left]`,
	allows: (value) =>
		Array.isArray(value)
			? value.length === 2 && VERTICAL.includes(value[0]) && HORIZONTAL.includes(value[1])
			: [...VERTICAL, ...HORIZONTAL, ...more].includes(value as string),
});

const side = whole(1, 10_000);
/** `[x,y,width,height]` in pixels. */
const box = (max: number): Rule => ({
	what: `a box [x,y,width,height] with numbers up to ${max}`,
	allows: (value) =>
		Array.isArray(value) &&
		value.length === 4 &&
		(value as TaskValue[]).every((one, index) => whole(index < 2 ? 0 : 1, max).allows(one)),
});
const faces = either(oneOf('all'), whole(1, 1000), listOf(whole(1, 1000), 1, 100));
const faceSize = decimal(0.01, 10_000);
const FACES = { faces, minsize: faceSize, maxsize: faceSize, buffer: whole(0, 1000) };
const background = color;

/** A page, a range such as `3-5`, or an open one: `3-` is the third page and all after it, `-2` the first two. */
const pageRange: Rule = {
	what: 'a page number or a range such as 3-5 or 8-',
	allows: (value) => {
		const [, first, last] = /^([1-9]\d{0,4})?(?:-([1-9]\d{0,4})?)?$/.exec(String(value)) ?? [];
		if (typeof value === 'object' || (first ?? last) === undefined) return false;
		return first === undefined || last === undefined || Number(first) <= Number(last);
	},
};

/** Filestack docs, Document conversion. */
export const OUTPUT_FORMATS = [
	...[
		'doc',
		'docx',
		'gif',
		'html',
		'jpg',
		'odp',
		'ods',
		'odt',
		'pdf',
		'pjpg',
		'png',
		'ppt',
		'pptx',
	],
	...['svg', 'txt', 'webp', 'xls', 'xlsx'],
];
export const PAGE_FORMATS = ['a2', 'a3', 'a4', 'a5', 'b4', 'b5', 'legal', 'letter', 'tabloid'];
const ORIENTATION = oneOf('portrait', 'landscape');

/** The parameters of each task with their ranges (Filestack docs, Processing and Image Transformations). */
const RULES: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
	resize: {
		width: side,
		height: side,
		fit: oneOf('clip', 'crop', 'scale', 'max'),
		align: position('faces'),
	},
	crop: { dim: box(100_000) },
	rotate: { deg: either(decimal(0, 359), oneOf('exif')), exif: flag, background },
	flip: {},
	flop: {},
	watermark: { file: storedFile, size: whole(1, 500), position: position() },
	detect_faces: { minsize: faceSize, maxsize: faceSize, color, export: flag },
	crop_faces: { ...FACES, mode: oneOf('thumb', 'crop', 'fill'), width: side, height: side },
	pixelate_faces: {
		...FACES,
		amount: whole(2, 100),
		blur: decimal(0, 20),
		type: oneOf('rect', 'oval'),
	},
	blur_faces: {
		...FACES,
		amount: decimal(0, 20),
		blur: decimal(0, 20),
		type: oneOf('rect', 'oval'),
	},
	rounded_corners: {
		radius: either(side, oneOf('max')),
		blur: decimal(0, 20),
		background,
	},
	vignette: { amount: whole(0, 100), blurmode: oneOf('gaussian', 'linear'), background },
	polaroid: { color, rotate: whole(0, 359), background },
	torn_edges: { spread: listOf(side, 2, 2), background },
	shadow: {
		blur: decimal(0, 20),
		opacity: whole(0, 100),
		vector: listOf(whole(-1000, 1000), 2, 2),
		color,
		background,
	},
	circle: { background },
	border: { width: whole(1, 1000), color, background },
	monochrome: {},
	negative: {},
	redeye: {},
	blackwhite: { threshold: whole(0, 100) },
	sepia: { tone: whole(0, 100) },
	sharpen: { amount: whole(0, 20) },
	blur: { amount: whole(1, 20) },
	pixelate: { amount: whole(2, 100) },
	oil_paint: { amount: whole(1, 100) },
	modulate: { brightness: whole(0, 10_000), saturation: whole(0, 10_000), hue: whole(0, 359) },
	partial_blur: {
		objects: listOf(box(10_000), 1, 50),
		amount: decimal(0, 20),
		blur: decimal(0, 20),
		type: oneOf('rect', 'oval'),
	},
	partial_pixelate: {
		objects: listOf(box(10_000), 1, 50),
		amount: whole(2, 100),
		blur: decimal(0, 20),
		type: oneOf('rect', 'oval'),
	},
	upscale: {
		noise: oneOf('none', 'low', 'medium', 'high'),
		style: oneOf('artwork', 'photo'),
		upscale: flag,
	},
	enhance: {
		preset: oneOf(
			...['auto', 'vivid', 'beautify', 'beautify_plus', 'fix_dark', 'fix_noise', 'fix_tint'],
			...['outdoor', 'fireworks'],
		),
	},
	quality: { value: whole(1, 100) },
	compress: { metadata: flag },
	pjpg: { quality: whole(0, 100), metadata: flag },
	no_metadata: {},
	auto_image: {},
	output: {
		format: oneOf(...OUTPUT_FORMATS),
		page: whole(1, 99_999),
		density: whole(1, 500),
		quality: either(whole(1, 100), oneOf('input')),
		compress: flag,
		strip: flag,
		colorspace: oneOf('rgb', 'cmyk', 'input'),
		background,
		secure: flag,
		pageformat: oneOf(...PAGE_FORMATS),
		pageorientation: ORIENTATION,
		docinfo: flag,
	},
	pdfconvert: {
		pages: listOf(pageRange, 1, 1000),
		pageformat: oneOf(...PAGE_FORMATS),
		pageorientation: ORIENTATION,
		metadata: flag,
	},
	pdfcreate: { engine: oneOf('mupdf') },
	animate: {
		delay: whole(0, 10_000),
		loop: whole(0, 1000),
		width: whole(1, 1800),
		height: whole(1, 1800),
		fit: oneOf('clip', 'crop', 'scale'),
		align: position('faces'),
		background,
	},
	collage: {
		files: listOf(text, 0, 100),
		width: side,
		height: side,
		margin: whole(1, 100),
		color,
		fit: oneOf('auto', 'crop'),
		autorotate: flag,
	},
	urlscreenshot: {
		agent: oneOf('desktop', 'mobile'),
		mode: oneOf('all', 'window'),
		width: whole(1, 1920),
		height: whole(1, 8000),
		delay: whole(0, 20_000),
		orientation: ORIENTATION,
		device: text,
	},
};

/** The parameters without which a task has no effect or fails; one of each list is required. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
	resize: ['width', 'height'],
	crop: ['dim'],
	rotate: ['deg', 'exif'],
	watermark: ['file'],
	partial_blur: ['objects'],
	partial_pixelate: ['objects'],
	quality: ['value'],
	output: ['format', 'docinfo'],
	pdfconvert: ['pages', 'pageformat', 'pageorientation'],
};

export interface TaskProblem {
	/** Continues the label of a field. */
	problem: string;
	advice: string;
	/** The parameter at fault, if it is one. */
	parameter?: string;
}

/**
 * Returns the first parameter that Filestack would reject. Tasks that are not in its documentation of images and documents
 * are accepted, because it adds new ones.
 */
export function taskProblem({ name, params = {} }: Task): TaskProblem | undefined {
	const rules = Object.hasOwn(RULES, name) ? RULES[name] : undefined;
	if (rules === undefined) return undefined;
	if (!isParameters(params)) {
		return { problem: `sets “${name}” to a single value`, advice: parametersOf(name, rules) };
	}
	for (const [key, value] of Object.entries(params)) {
		const rule = Object.hasOwn(rules, key) ? rules[key] : undefined;
		if (rule === undefined) {
			const problem = `has the unknown parameter “${key.slice(0, 60)}” of “${name}”`;
			return { problem, advice: parametersOf(name, rules) };
		}
		if (!rule.allows(value)) {
			const problem = `has an invalid “${key}” of “${name}”`;
			return { problem, advice: `It must be ${rule.what}.`, parameter: key };
		}
	}
	const required = REQUIRED[name] ?? [];
	if (required.length === 0 || required.some((key) => key in params)) return undefined;
	const problem = `lacks a parameter of “${name}”`;
	return { problem, advice: `Set ${required.map((key) => `“${key}”`).join(' or ')}.` };
}

function parametersOf(name: string, rules: Readonly<Record<string, Rule>>): string {
	const keys = Object.keys(rules);
	return keys.length > 0
		? `The parameters of “${name}” are: ${keys.join(', ')}.`
		: `“${name}” does not have parameters.`;
}
