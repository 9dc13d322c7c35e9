import sharp, { type Sharp } from 'sharp';
import { FilestackError } from '../error.mts';
import type { Parameters } from './task.mts';
import { textOf } from './taskRules.mts';

/** Filestack docs, Caching: 100 megapixels per image. */
const MAX_PIXELS = 100_000_000;

/** Bytes with their type and name, between two tasks. */
export interface Content {
	bytes: Buffer;
	mimetype: string;
	filename: string;
}

/** Loads another file that a task needs, such as a watermark. */
export type LoadSource = (source: string) => Promise<Content>;

/** What a task receives: the result of the task before it, and its own parameters. */
export interface ImageStep {
	image: Sharp;
	width: number;
	height: number;
	bytes: Buffer;
	parameters: Parameters;
	load: LoadSource;
}

export const withExtension = (filename: string, extension: string): string =>
	`${filename.replace(/\.\w{1,5}$/, '')}.${extension}`;

export const open = (bytes: Buffer): Sharp => sharp(bytes, { limitInputPixels: MAX_PIXELS });

/** @throws {FilestackError} */
export async function describeImage(
	bytes: Buffer,
): Promise<{ width: number; height: number; format: string }> {
	try {
		const { width, height, format } = await open(bytes).metadata();
		return { width, height, format };
	} catch {
		throw new FilestackError(400, 'Unsupported input format');
	}
}

/** @throws {FilestackError} for a result of more than 100 megapixels */
export function checkPixels(width: number, height: number): void {
	if (width * height > MAX_PIXELS) throw new FilestackError(400, 'Output size limit exceeded');
}

/** Hex digits have no `#` in a path. */
const cssColor = (text: string): string =>
	/^([\da-f]{3}|[\da-f]{6}|[\da-f]{8})$/i.test(text) ? `#${text}` : text;
export const colorOf = (parameters: Parameters, name: string, usual: string): string =>
	cssColor(textOf(parameters, name, usual));
export const isTransparent = (color: string) =>
	color === 'transparent' || /^#[\da-f]{6}00$/i.test(color);
const TRANSPARENT = { r: 0, g: 0, b: 0, alpha: 0 };
export const sharpColor = (color: string) => (isTransparent(color) ? TRANSPARENT : color);

/** Returns sharp's position of a side or a pair of sides. */
export function positionOf(align: Parameters[string] | undefined): string {
	const sides = [align ?? 'center'].flat() as string[];
	const known = ['left', 'right', 'top', 'bottom'].filter((side) => sides.includes(side));
	return known.join(' ') || 'centre';
}

export const svg = (width: number, height: number, content: string): Buffer =>
	Buffer.from(
		`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${content}</svg>`,
	);

export const canvas = (
	width: number,
	height: number,
	background: string | typeof TRANSPARENT,
): Sharp => sharp({ create: { width, height, channels: 4, background } });

/** The image formats of `output` that sharp writes; the others are documents. */
const WRITTEN: Readonly<Record<string, 'jpeg' | 'png' | 'webp' | 'gif'>> = {
	...{ jpg: 'jpeg', pjpg: 'jpeg', png: 'png', webp: 'webp', gif: 'gif' },
};

/** Converts an image to another image format; undefined for a format that is not one. */
export async function convertImage(
	content: Content,
	format: string,
	parameters: Parameters,
): Promise<Content | undefined> {
	const target = Object.hasOwn(WRITTEN, format) ? WRITTEN[format] : undefined;
	if (target === undefined) return undefined;
	await describeImage(content.bytes);
	const quality = Number(textOf(parameters, 'quality')) || undefined;
	const flat =
		target === 'jpeg'
			? open(content.bytes).flatten({ background: colorOf(parameters, 'background', 'white') })
			: open(content.bytes);
	const options = { quality, ...(format === 'pjpg' && { progressive: true }) };
	return {
		bytes: await flat
			.toFormat(target, target === 'jpeg' || target === 'webp' ? options : {})
			.toBuffer(),
		mimetype: `image/${target}`,
		filename: withExtension(content.filename, format === 'pjpg' ? 'jpg' : format),
	};
}
