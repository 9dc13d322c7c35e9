import type { IDataObject } from 'n8n-workflow';
import sharp, { type Color } from 'sharp';

import { bytesOf, outputOf } from './engine';
import { credentialsOf, filestack, newHandle } from './filestack';
import { DEFAULTS } from './filestackProcessing';
import { useSandbox } from './useSandbox';

/** Starts Filestack with a photo for a file of tests, with functions to process images. */
export function filestackImages() {
	const sandbox = useSandbox();
	/** The handle of a photo of 400 by 300 pixels. */
	const photo = { handle: '' };
	const newImage = async (
		name: string,
		width: number,
		height: number,
		background: Color,
	): Promise<string> => {
		const image = sharp({ create: { width, height, channels: 3, background } });
		const isJpeg = name.endsWith('.jpg');
		const bytes = await (isJpeg ? image.jpeg() : image.png()).toBuffer();
		return await newHandle(sandbox, { name, type: isJpeg ? 'image/jpeg' : 'image/png', bytes });
	};
	beforeAll(async () => void (photo.handle = await newImage('photo.jpg', 400, 300, 'red')));

	const run = async (operation: string, parameters: IDataObject = {}, credentials = {}) =>
		await filestack({ ...credentialsOf(sandbox), ...credentials }, 'image', operation, {
			file: photo.handle,
			...DEFAULTS,
			...parameters,
		});

	return {
		...{ sandbox, photo, newImage, run },
		/** Runs an operation and returns the width, height and format of the resulting file. */
		sizeOf: async (operation: string, parameters: IDataObject): Promise<unknown[]> => {
			const [{ binary }] = outputOf(await run(operation, parameters));
			const { width, height, format } = await sharp(await bytesOf(binary!.data)).metadata();
			return [width, height, format];
		},
	};
}
