import type { Sharp } from 'sharp';
import { FilestackError } from '../error.mts';
import { collage, watermark } from './combinedImages.mts';
import { faceBoxes, type Box } from './faces.mts';
import {
	canvas,
	checkPixels,
	colorOf,
	type Content,
	describeImage,
	type ImageStep,
	isTransparent,
	type LoadSource,
	open,
	positionOf,
	sharpColor,
	svg,
	withExtension,
} from './image.mts';
import type { Parameters } from './task.mts';
import { numberOf, textOf } from './taskRules.mts';

/** The format of a result if it differs from that of the source. */
type Processed = Sharp | { image: Sharp; format: 'png' | 'jpeg' | 'webp' };

/**
 * Runs one image task. Each task has its own sharp pipeline, because within one sharp would use an order of its own.
 * @throws {FilestackError} if the source is not an image
 */
export async function runImageTask(
	name: string,
	parameters: Parameters,
	content: Content,
	load: LoadSource,
): Promise<Content> {
	const { bytes } = content;
	const { width, height, format } = await describeImage(bytes);
	const step = { image: open(bytes), width, height, bytes, parameters, load };
	const processed = await (EFFECTS[name] ?? unchanged)(step);
	const result = 'image' in processed ? processed : { image: processed, format };
	const target = result.format === 'svg' ? 'png' : result.format;
	const output = await result.image.toFormat(target as 'png').toBuffer();
	return {
		bytes: output,
		mimetype: `image/${target}`,
		filename: withExtension(content.filename, target === 'jpeg' ? 'jpg' : target),
	};
}

const unchanged = ({ image }: ImageStep): Sharp => image.keepMetadata();

const EFFECTS: Readonly<Record<string, (step: ImageStep) => Processed | Promise<Processed>>> = {
	resize,
	crop: ({ image, width, height, parameters }) => {
		const [x, y, w, h] = (parameters.dim as string[]).map(Number);
		if (x >= width || y >= height) throw new FilestackError(400, 'Invalid parameter: dim');
		return image.extract({
			left: x,
			top: y,
			width: Math.min(w, width - x),
			height: Math.min(h, height - y),
		});
	},
	rotate: ({ image, parameters }) => {
		if (parameters.deg === 'exif') return image.autoOrient();
		const background = sharpColor(colorOf(parameters, 'background', 'white'));
		return image.rotate(numberOf(parameters, 'deg', 0), { background });
	},
	flip: ({ image }) => image.flip(),
	flop: ({ image }) => image.flop(),
	monochrome: ({ image }) => image.grayscale(),
	negative: ({ image }) => image.negate({ alpha: false }),
	blur: ({ image, parameters }) => image.blur(numberOf(parameters, 'amount', 2)),
	sharpen: ({ image, parameters }) =>
		image.sharpen({ sigma: Math.max(0.3, numberOf(parameters, 'amount', 2) / 2) }),
	modulate: ({ image, parameters }) =>
		image.modulate({
			brightness: Math.max(0.01, numberOf(parameters, 'brightness', 100) / 100),
			saturation: Math.max(0.01, numberOf(parameters, 'saturation', 100) / 100),
			hue: numberOf(parameters, 'hue', 0),
		}),
	blackwhite: ({ image, parameters }) =>
		image.threshold(Math.round(numberOf(parameters, 'threshold', 50) * 2.55)),
	sepia: ({ image, parameters }) => image.recomb(sepia(numberOf(parameters, 'tone', 80) / 100)),
	pixelate: (step) => pixelated(step, numberOf(step.parameters, 'amount', 2)),
	oil_paint: ({ image, parameters }) => image.median(numberOf(parameters, 'amount', 2) * 2 + 1),
	border: ({ image, parameters, width, height }) => {
		const size = numberOf(parameters, 'width', 2);
		checkPixels(width + 2 * size, height + 2 * size);
		const background = sharpColor(colorOf(parameters, 'color', 'black'));
		return image.extend({ top: size, bottom: size, left: size, right: size, background });
	},
	rounded_corners: rounded,
	round_corners: rounded,
	circle: async ({ image, width, height, parameters }) => {
		const side = Math.min(width, height);
		const square = image.resize(side, side, { fit: 'cover' });
		const shape = `<circle cx="${side / 2}" cy="${side / 2}" r="${side / 2}"/>`;
		return await masked(square, side, side, shape, parameters);
	},
	torn_edges: async ({ image, width, height, parameters }) => {
		const points = Array.from({ length: 40 }, (_, index) => {
			const along = (index % 10) / 10;
			const in_ = 2 + ((index * 7919) % 5);
			if (index < 10) return `${along * width},${in_}`;
			if (index < 20) return `${width - in_},${along * height}`;
			if (index < 30) return `${(1 - along) * width},${height - in_}`;
			return `${in_},${(1 - along) * height}`;
		});
		const shape = `<polygon points="${points.join(' ')}"/>`;
		return await masked(image, width, height, shape, parameters);
	},
	vignette: ({ image, width, height, parameters }) => {
		const dark = numberOf(parameters, 'amount', 20) / 100;
		const overlay = svg(
			width,
			height,
			`<radialGradient id="g"><stop offset="50%" stop-opacity="0"/><stop offset="100%" stop-opacity="${dark}"/></radialGradient><rect width="100%" height="100%" fill="url(#g)"/>`,
		);
		return image.composite([{ input: overlay }]);
	},
	shadow: async ({ image, width, height, parameters }) => {
		const edge = 10;
		const opacity = numberOf(parameters, 'opacity', 60) / 100;
		const behind = svg(
			width + 2 * edge,
			height + 2 * edge,
			`<rect x="${edge + 4}" y="${edge + 4}" width="${width}" height="${height}" fill="${colorOf(parameters, 'color', 'black')}" opacity="${opacity}"/>`,
		);
		const background = sharpColor(colorOf(parameters, 'background', 'white'));
		return canvas(width + 2 * edge, height + 2 * edge, background).composite([
			{ input: behind },
			{ input: await image.png().toBuffer(), left: edge, top: edge },
		]);
	},
	polaroid: async ({ image, parameters }) => {
		const frame = sharpColor(colorOf(parameters, 'color', 'snow'));
		const framed = await image
			.extend({ top: 15, bottom: 45, left: 15, right: 15, background: frame })
			.png()
			.toBuffer();
		const background = sharpColor(colorOf(parameters, 'background', 'white'));
		return open(framed).rotate(numberOf(parameters, 'rotate', 45), { background });
	},
	watermark,
	collage,
	crop_faces: ({ image, width, height, bytes, parameters }) => {
		const [box] = faceBoxes(bytes, width, height);
		const cut = image.extract({ left: box.x, top: box.y, width: box.width, height: box.height });
		const [w, h] = [numberOf(parameters, 'width', 0), numberOf(parameters, 'height', 0)];
		return w || h ? cut.resize(w || null, h || null, { fit: 'cover' }) : cut;
	},
	blur_faces: async (step) =>
		await inBoxes(step, faceBoxes(step.bytes, step.width, step.height), (part) =>
			part.blur(Math.max(0.3, numberOf(step.parameters, 'amount', 4))),
		),
	pixelate_faces: async (step) =>
		await inBoxes(step, faceBoxes(step.bytes, step.width, step.height), (part, box) =>
			pixelPart(part, box, numberOf(step.parameters, 'amount', 10)),
		),
	partial_blur: async (step) =>
		await inBoxes(step, objectsOf(step), (part) =>
			part.blur(Math.max(0.3, numberOf(step.parameters, 'amount', 10))),
		),
	partial_pixelate: async (step) =>
		await inBoxes(step, objectsOf(step), (part, box) =>
			pixelPart(part, box, numberOf(step.parameters, 'amount', 10)),
		),
	upscale: ({ image, width, height, parameters }) => {
		if (textOf(parameters, 'upscale') === 'false') return image;
		checkPixels(2 * width, 2 * height);
		return image.resize(2 * width, 2 * height, { kernel: 'lanczos3' });
	},
	enhance: ({ image }) => image.normalise(),
	redeye: unchanged,
	auto_image: unchanged,
	no_metadata: ({ image }) => image,
	compress: ({ image }) => image,
	quality: async (step) => await inQuality(step, numberOf(step.parameters, 'value', 75)),
	pjpg: ({ image, parameters }) => ({
		image: image.jpeg({ progressive: true, quality: numberOf(parameters, 'quality', 85) || 1 }),
		format: 'jpeg',
	}),
};

/** Width and height of the result, and which part of the source it shows (Filestack docs, Resize). */
function resize({ image, width, height, parameters }: ImageStep): Sharp {
	const w = numberOf(parameters, 'width', 0) || undefined;
	const h = numberOf(parameters, 'height', 0) || undefined;
	const fit = textOf(parameters, 'fit', 'clip');
	checkPixels(w ?? Math.round((width * h!) / height), h ?? Math.round((height * w!) / width));
	const fits = { clip: 'inside', max: 'inside', crop: 'cover', scale: 'fill' } as const;
	return image.resize(w, h, {
		fit: fits[fit as keyof typeof fits],
		withoutEnlargement: fit === 'max',
		fastShrinkOnLoad: false,
		position: positionOf(parameters.align),
	});
}

type Row = [number, number, number];

/** Blends the usual sepia matrix with the unchanged colors. */
const sepia = (tone: number): [Row, Row, Row] => {
	const blend = (value: number, own: number) => tone * value + (1 - tone) * own;
	return [
		[blend(0.393, 1), blend(0.769, 0), blend(0.189, 0)],
		[blend(0.349, 0), blend(0.686, 1), blend(0.168, 0)],
		[blend(0.272, 0), blend(0.534, 0), blend(0.131, 1)],
	];
};

async function pixelated({ bytes, width, height }: ImageStep, size: number): Promise<Sharp> {
	const small = await open(bytes)
		.resize(Math.max(1, Math.round(width / size)), Math.max(1, Math.round(height / size)), {
			fit: 'fill',
			kernel: 'nearest',
		})
		.png()
		.toBuffer();
	return open(small).resize(width, height, { fit: 'fill', kernel: 'nearest' });
}

async function pixelPart(part: Sharp, { width, height }: Box, size: number): Promise<Sharp> {
	const bytes = await part.png().toBuffer();
	return await pixelated({ bytes, width, height } as ImageStep, size);
}

/** JPG and WebP only; returns the source if the result is not smaller (Filestack docs, Quality). */
async function inQuality({ bytes, image }: ImageStep, quality: number): Promise<Processed> {
	const { format } = await describeImage(bytes);
	if (format !== 'jpeg' && format !== 'webp') return image;
	const smaller = await open(bytes).toFormat(format, { quality }).toBuffer();
	const best = smaller.length < bytes.length ? smaller : bytes;
	return { image: open(best).toFormat(format, { quality }), format };
}

/** Cuts out a shape; transparent outside unless a background is requested. */
async function masked(
	image: Sharp,
	width: number,
	height: number,
	shape: string,
	parameters: Parameters,
): Promise<Processed> {
	const cut = await open(await image.ensureAlpha().png().toBuffer())
		.composite([{ input: svg(width, height, shape), blend: 'dest-in' }])
		.png()
		.toBuffer();
	const background = colorOf(parameters, 'background', 'transparent');
	if (isTransparent(background)) return { image: open(cut), format: 'png' };
	return open(cut).flatten({ background });
}

async function rounded({ image, width, height, parameters }: ImageStep): Promise<Processed> {
	const most = Math.min(width, height) / 2;
	const given = textOf(parameters, 'radius', '10');
	const radius = given === 'max' ? most : Math.min(Number(given), most);
	const shape = `<rect width="${width}" height="${height}" rx="${radius}"/>`;
	return await masked(image, width, height, shape, parameters);
}

const objectsOf = ({ parameters, width, height }: ImageStep): Box[] =>
	(parameters.objects as string[][])
		.map((object) => object.map(Number))
		.filter(([x, y]) => x < width && y < height)
		.map(([x, y, w, h]) => ({
			...{ x, y },
			width: Math.min(w, width - x),
			height: Math.min(h, height - y),
		}));

/** Applies an effect to some rectangles of an image. */
async function inBoxes(
	{ image, bytes }: ImageStep,
	boxes: readonly Box[],
	effect: (part: Sharp, box: Box) => Sharp | Promise<Sharp>,
): Promise<Sharp> {
	const parts = await Promise.all(
		boxes.map(async (box) => {
			const { x: left, y: top, width, height } = box;
			const part = open(bytes).extract({ left, top, width, height });
			return { input: await (await effect(part, box)).png().toBuffer(), left, top };
		}),
	);
	return parts.length > 0 ? image.composite(parts) : image;
}
