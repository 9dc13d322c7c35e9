import sharp, { type Sharp } from 'sharp';
import {
	canvas,
	checkPixels,
	colorOf,
	type Content,
	describeImage,
	type ImageStep,
	open,
	positionOf,
	sharpColor,
	withExtension,
} from './image.mts';
import type { Parameters } from './task.mts';
import { numberOf, textOf } from './taskRules.mts';

/** Places another file on the source (Filestack docs, Watermark). */
export async function watermark({
	image,
	width,
	height,
	parameters,
	load,
}: ImageStep): Promise<Sharp> {
	const mark = await load(textOf(parameters, 'file'));
	const size = await describeImage(mark.bytes);
	const scale = numberOf(parameters, 'size', 100) / 100;
	const scaled = await open(mark.bytes)
		.resize({
			width: Math.min(width, Math.max(1, Math.round(size.width * scale))),
			height: Math.min(height, Math.max(1, Math.round(size.height * scale))),
			fit: 'inside',
		})
		.png()
		.toBuffer();
	const place = positionOf(parameters.position);
	const gravities: Readonly<Record<string, string>> = {
		...{ top: 'north', bottom: 'south', left: 'west', right: 'east' },
		...{ 'left top': 'northwest', 'right top': 'northeast' },
		...{ 'left bottom': 'southwest', 'right bottom': 'southeast' },
	};
	return image.composite([{ input: scaled, gravity: gravities[place] ?? 'centre' }]);
}

/** Places the source and the files of a collage in a grid (Filestack docs, Collage). */
export async function collage({ bytes, parameters, load }: ImageStep): Promise<Sharp> {
	const others = await Promise.all(
		(parameters.files as string[]).map(async (file) => (await load(file)).bytes),
	);
	const images = [bytes, ...others];
	const width = numberOf(parameters, 'width', 800);
	const height = numberOf(parameters, 'height', 600);
	checkPixels(width, height);
	const margin = numberOf(parameters, 'margin', 10);
	const columns = Math.ceil(Math.sqrt(images.length));
	const rows = Math.ceil(images.length / columns);
	const cellWidth = Math.max(1, Math.floor((width - margin * (columns + 1)) / columns));
	const cellHeight = Math.max(1, Math.floor((height - margin * (rows + 1)) / rows));
	const fit = textOf(parameters, 'fit', 'auto') === 'crop' ? 'cover' : 'inside';
	const cells = await Promise.all(
		images.map(async (image, index) => ({
			input: await open(image).resize(cellWidth, cellHeight, { fit }).png().toBuffer(),
			left: margin + (index % columns) * (cellWidth + margin),
			top: margin + Math.floor(index / columns) * (cellHeight + margin),
		})),
	);
	const background = sharpColor(colorOf(parameters, 'color', 'white'));
	return canvas(width, height, background).composite(cells);
}

/**
 * `animate`: makes a GIF with an image per source (Filestack docs, Animate). Without a size, all have that of the first.
 */
export async function animate(
	contents: readonly Content[],
	parameters: Parameters,
): Promise<Content> {
	const first = await describeImage(contents[0].bytes);
	const given = [numberOf(parameters, 'width', 0), numberOf(parameters, 'height', 0)];
	const [w, h] = given.some(Boolean) ? given : [first.width, first.height];
	const width = w || Math.round((h * first.width) / first.height);
	const height = h || Math.round((w * first.height) / first.width);
	checkPixels(width, height * contents.length);
	const fits: Readonly<Record<string, 'cover' | 'fill'>> = { crop: 'cover', scale: 'fill' };
	const frames = await Promise.all(
		contents.map(async ({ bytes }) => {
			await describeImage(bytes);
			const options = {
				fit: fits[textOf(parameters, 'fit')] ?? 'contain',
				position: positionOf(parameters.align),
				background: sharpColor(colorOf(parameters, 'background', 'transparent')),
			};
			return await open(bytes).resize(width, height, options).png().toBuffer();
		}),
	);
	const delay = frames.map(() => numberOf(parameters, 'delay', 1000));
	const loop = numberOf(parameters, 'loop', 0);
	return {
		bytes: await sharp(frames, { join: { animated: true } })
			.gif({ delay, loop })
			.toBuffer(),
		mimetype: 'image/gif',
		filename: withExtension(contents[0].filename, 'gif'),
	};
}
