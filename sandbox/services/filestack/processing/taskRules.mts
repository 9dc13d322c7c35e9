import type { Parameters, Task, Value } from './task.mts';
import { FilestackError } from '../error.mts';

/**
 * The allowed values: `1..10` for whole numbers, `0..20n` for decimal ones, `a|b` for words, or a name below. A list of
 * rules accepts a value that fits one of them.
 */
type Rule = string;

const SIDES = 'top|middle|bottom|left|center|right';
const FACES = { faces: 'all|1..1000|list', minsize: '0.01..10000n', maxsize: '0.01..10000n' };
const BUFFER = { buffer: '0..1000' };
const ORIENTATION = 'portrait|landscape';

/** Tasks of images with their parameters (Filestack docs, Processing; GraphCMS' list of ranges and defaults). */
const IMAGE_TASKS: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
	resize: {
		width: '1..10000',
		height: '1..10000',
		fit: 'clip|crop|scale|max',
		align: `${SIDES}|faces|pair`,
	},
	crop: { dim: 'box' },
	rotate: { deg: '0..359n|exif', exif: 'true|false', background: 'color' },
	flip: {},
	flop: {},
	watermark: { file: 'text', size: '1..500', position: `${SIDES}|pair` },
	crop_faces: {
		...FACES,
		...BUFFER,
		mode: 'thumb|crop|fill',
		width: '1..10000',
		height: '1..10000',
	},
	pixelate_faces: { ...FACES, ...BUFFER, amount: '2..100', blur: '0..20n', type: 'rect|oval' },
	blur_faces: { ...FACES, ...BUFFER, amount: '0..20n', blur: '0..20n', type: 'rect|oval' },
	rounded_corners: { radius: '1..10000|max', blur: '0..20n', background: 'color' },
	round_corners: { radius: '1..10000|max', blur: '0..20n', background: 'color' },
	vignette: { amount: '0..100', blurmode: 'gaussian|linear', background: 'color' },
	polaroid: { color: 'color', rotate: '0..359', background: 'color' },
	torn_edges: { spread: 'list', background: 'color' },
	shadow: {
		blur: '0..20n',
		opacity: '0..100',
		vector: 'list',
		color: 'color',
		background: 'color',
	},
	circle: { background: 'color' },
	border: { width: '1..1000', color: 'color', background: 'color' },
	monochrome: {},
	negative: {},
	redeye: {},
	blackwhite: { threshold: '0..100' },
	sepia: { tone: '0..100' },
	sharpen: { amount: '0..20' },
	blur: { amount: '1..20' },
	pixelate: { amount: '2..100' },
	oil_paint: { amount: '1..10' },
	modulate: { brightness: '0..10000', saturation: '0..10000', hue: '0..359' },
	partial_blur: { objects: 'boxes', amount: '0..20n', blur: '0..20n', type: 'rect|oval' },
	partial_pixelate: { objects: 'boxes', amount: '2..100', blur: '0..20n', type: 'rect|oval' },
	upscale: { noise: 'none|low|medium|high', style: 'artwork|photo', upscale: 'true|false' },
	enhance: {
		preset: 'auto|vivid|beautify|beautify_plus|fix_dark|fix_noise|fix_tint|outdoor|fireworks',
	},
	quality: { value: '1..100' },
	compress: { metadata: 'true|false' },
	pjpg: { quality: '0..100', metadata: 'true|false' },
	no_metadata: {},
	auto_image: {},
	collage: {
		files: 'list',
		width: '1..10000',
		height: '1..10000',
		margin: '1..100',
		color: 'color',
		fit: 'auto|crop',
		autorotate: 'true|false',
	},
	animate: {
		delay: '0..10000',
		loop: '0..1000',
		width: '1..1800',
		height: '1..1800',
		fit: 'clip|scale|crop',
		align: `${SIDES}|faces|pair`,
		background: 'color',
	},
};

/** The tasks whose result is JSON. */
const DATA_TASKS: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
	imagesize: {},
	detect_faces: {
		minsize: '0.01..10000n',
		maxsize: '0.01..10000n',
		color: 'color',
		export: 'true|false',
	},
	pdfinfo: { colorinfo: 'true|false' },
	tags: { version: '1|2' },
	sfw: {},
	caption: {},
	ocr: {},
	doc_detection: { coords: 'true|false', preprocess: 'true|false' },
	image_sentiment: {},
	text_sentiment: {
		text: 'text',
		language: 'auto|en|es|fr|de|it|pt|ar|hi|ja|ko|zh|zh-TW',
	},
	copyright: {},
};

const FORMATS = 'doc|docx|gif|html|jpg|odp|ods|odt|pjpg|pdf|png|ppt|pptx|svg|txt|webp|xls|xlsx';

const DOCUMENT_TASKS: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
	output: {
		format: FORMATS,
		page: '1..99999',
		density: '1..500',
		quality: '1..100|input',
		compress: 'true|false',
		strip: 'true|false',
		colorspace: 'rgb|cmyk|input',
		background: 'color',
		secure: 'true|false',
		pageformat: 'a2|a3|a4|a5|b4|b5|letter|legal|tabloid',
		pageorientation: ORIENTATION,
		docinfo: 'true|false',
	},
	pdfconvert: {
		pageorientation: ORIENTATION,
		pageformat: 'a2|a3|a4|a5|b4|b5|letter|legal|tabloid',
		pages: 'list',
		metadata: 'true|false',
	},
	pdfcreate: { engine: 'mupdf' },
	zip: {},
	urlscreenshot: {
		agent: 'desktop|mobile',
		mode: 'all|window',
		width: '1..1920',
		height: '1..8000',
		delay: '0..20000',
		orientation: ORIENTATION,
		device: 'text',
	},
};

/** Tasks that are not checked here: each has its own parser. */
const OTHER_TASKS = [
	...['security', 'cache', 'store', 'run_workflow', 'workflow_status', 'video_convert'],
	'fallback',
];

const RULES: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
	...IMAGE_TASKS,
	...DATA_TASKS,
	...DOCUMENT_TASKS,
};

const REQUIRED: Readonly<Record<string, readonly string[]>> = {
	resize: ['width', 'height'],
	crop: ['dim'],
	watermark: ['file'],
	partial_blur: ['objects'],
	partial_pixelate: ['objects'],
	quality: ['value'],
	output: ['format', 'docinfo'],
	pdfconvert: ['pageorientation', 'pageformat', 'pages'],
	text_sentiment: ['text'],
	collage: ['files'],
};

export const isTask = (name: string): boolean =>
	Object.hasOwn(RULES, name) || OTHER_TASKS.includes(name);

export const isWithoutSource = (name: string): boolean =>
	['text_sentiment', 'workflow_status'].includes(name);

/** The tasks that Filestack's docs only show signed (Filestack docs, Intelligence). */
export const isIntelligence = (name: string): boolean =>
	[
		...['ocr', 'doc_detection', 'caption', 'image_sentiment', 'text_sentiment', 'copyright'],
		...['tags', 'sfw'],
	].includes(name);

/**
 * Rejects unknown parameters and values out of range, in Filestack's words: “invalid parameter `heigt` for `resize` task”.
 * @throws {FilestackError}
 */
export function checkTask({ name, parameters }: Task): void {
	const rules = RULES[name];
	if (rules === undefined) return;
	for (const [key, value] of Object.entries(parameters)) {
		const rule = Object.hasOwn(rules, key) ? rules[key] : undefined;
		if (rule === undefined || !fits(value, rule)) throw invalidParameter(name, key);
	}
	const required = REQUIRED[name] ?? [];
	if (required.length > 0 && !required.some((key) => key in parameters)) {
		throw invalidParameter(name, required[0]);
	}
}

export const invalidParameter = (task: string, parameter: string): FilestackError =>
	new FilestackError(400, `invalid parameter \`${parameter.slice(0, 100)}\` for \`${task}\` task`);

const fits = (value: Value, rule: Rule): boolean =>
	rule.split('|').some((one) => fitsOne(value, one));

function fitsOne(value: Value, rule: string): boolean {
	switch (rule) {
		case 'text':
			return typeof value === 'string' && value !== '';
		case 'color':
			return typeof value === 'string' && isColor(value);
		case 'list':
			return Array.isArray(value) && value.length > 0;
		case 'pair':
			return Array.isArray(value) && value.length === 2 && value.every((one) => fits(one, SIDES));
		case 'box':
			return isBox(value);
		case 'boxes':
			return Array.isArray(value) && value.length > 0 && value.length <= 50 && value.every(isBox);
	}
	const [, min, max, decimal] = /^([\d.]+)\.\.(\d+)(n?)$/.exec(rule) ?? [];
	if (min === undefined) return value === rule;
	if (typeof value !== 'string' || !/^\d{1,9}(\.\d{1,15})?$/.test(value)) return false;
	const number = Number(value);
	return number >= Number(min) && number <= Number(max) && (decimal !== '' || !/\./.test(value));
}

const isBox = (value: Value): boolean =>
	Array.isArray(value) &&
	value.length === 4 &&
	value.every((one, index) => fitsOne(one, index < 2 ? '0..100000' : '1..100000'));

/** A name, or three, six or eight hex digits without `#`. */
export const isColor = (text: string): boolean =>
	/^([\da-f]{3}|[\da-f]{6}|[\da-f]{8}|[a-z]{3,30})$/i.test(text);

/** Returns a parameter as text; `usual` if it is absent or a list. */
export const textOf = (parameters: Parameters, name: string, usual = ''): string => {
	const value = parameters[name];
	return typeof value === 'string' ? value : usual;
};

export const numberOf = (parameters: Parameters, name: string, usual: number): number =>
	Number(textOf(parameters, name, String(usual)));
