import sharp, { type Color } from 'sharp';
import { Stack } from './filestackSupport.mts';

/** Returns a PNG image of one color. */
export const square = async (width: number, background: Color, height = width): Promise<Buffer> =>
	await sharp({ create: { width, height, channels: 3, background } })
		.png()
		.toBuffer();

/** A sandbox with a photo in its Filestack, with shortcuts for the CDN. */
export class PhotoStack {
	private constructor(
		readonly stack: Stack,
		readonly photo: Buffer,
		/** The handle of the photo. */
		readonly handle: string,
	) {}

	/** Stores a photo of 400 by 300 pixels: the left half is red, the right half is blue. */
	static async start(): Promise<PhotoStack> {
		const stack = await Stack.start();
		const photo = await sharp(await square(400, 'red', 300))
			.composite([{ input: await square(200, 'blue', 300), left: 200, top: 0 }])
			.jpeg({ quality: 100 })
			.toBuffer();
		const handle = await stack.handle(photo, { filename: 'photo.jpg' }, 'image/jpeg');
		return new PhotoStack(stack, photo, handle);
	}

	async stop(): Promise<void> {
		await this.stack.bench.stop();
	}

	async get<T = Buffer>(path: string, policy: object = {}, type = 'arraybuffer') {
		const url = this.stack.cdn(path, policy);
		return await this.stack.http.get<T>(url, { responseType: type as 'arraybuffer' });
	}

	async getJson(path: string, policy: object = {}): Promise<unknown> {
		return (await this.get<unknown>(path, policy, 'json')).data;
	}

	/** Returns the width, height and format of a result. */
	async sizeOf(path: string): Promise<unknown[]> {
		const { status, data } = await this.get(path);
		if (status !== 200) throw new Error(data.toString());
		const { width, height, format } = await sharp(data).metadata();
		return [width, height, format];
	}

	/** Stores a PNG image of one color, and returns its handle. */
	async newSquare(name: string, width: number): Promise<string> {
		return await this.stack.handle(await square(width, 'lime'), { filename: name }, 'image/png');
	}

	/** Returns a CDN URL with the API key, for a path without a handle. */
	withKey(path: string, policy: object = {}, key = this.stack.apiKey): string {
		const { policy: p, signature: s } = this.stack.sign(policy);
		return `${this.stack.origins.cdn}/${key}/security=p:${p},s:${s}/${path}`;
	}
}
