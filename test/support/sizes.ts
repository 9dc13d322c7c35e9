import { randomBytes } from 'node:crypto';

import axios from 'axios';
import type { IDataObject, INodeExecutionData, IRun } from 'n8n-workflow';

import { itemWith, sha256Of } from './binary';
import { bytesOf, outputOf } from './engine';
import type { ServiceProxy } from './serviceProxy';
import type { TestRequest } from './testServer';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Bytes of a file, and of each part that it goes in; it goes in one request where there are none. */
export type Sized = readonly [size: number, parts: readonly number[]];

/** Sizes at the limits of one read and one write. */
export const SIZES = [0, 1, 64 * KIB - 1, 64 * KIB, 64 * KIB + 1, MIB - 1, MIB, MIB + 1];

/**
 * Returns the sizes at which the behavior changes.
 * @param threshold bytes from which a file goes in parts; less than a part
 * @param part bytes of each part but the last
 */
export const sizesAround = (threshold: number, part: number): Sized[] => [
	[0, []],
	[1, []],
	[threshold - 1, []],
	[threshold, [threshold]],
	[threshold + 1, [threshold + 1]],
	[part - 1, [part - 1]],
	[part, [part]],
	[part + 1, [part, 1]],
	[2 * part - 1, [part, part - 1]],
	[2 * part, [part, part]],
	[2 * part + 1, [part, part, 1]],
];

/** A service in the tests of sizes. */
export interface SizedService {
	/** The requests that carry a whole file, as "METHOD /path". */
	whole: RegExp;
	/** Those that carry a part of one. */
	part?: RegExp;
	/** Uploads the file in the field “data” with the node, and returns its output. */
	upload(input: INodeExecutionData[]): Promise<IDataObject>;
	/** The SHA-256 of the file at the service, requested without the node. */
	held(file: IDataObject): Promise<string>;
	download(file: IDataObject): Promise<IRun>;
}

/** The SHA-256 of the response from a URL. */
export async function sha256At(url: string, headers: Record<string, string> = {}): Promise<string> {
	const { data } = await axios.get<Buffer>(url, { headers, responseType: 'arraybuffer' });
	return sha256Of(data);
}

/** Tests that files of these sizes are uploaded in the right parts, are stored unchanged, and can be downloaded. */
export function describeSizes(
	sizes: readonly Sized[],
	proxy: ServiceProxy,
	service: SizedService,
): void {
	it.each(sizes)('%i bytes go out in parts of %j, and come back', async (size, parts) => {
		const bytes = randomBytes(size);
		proxy.requests.length = 0;
		const file = await service.upload([
			await itemWith({ data: { name: 'a.bin', type: 'application/x-thing', bytes } }),
		]);

		const { whole, part } = service;
		expect({ whole: await lengthsIn(proxy, whole), parts: await lengthsIn(proxy, part) }).toEqual({
			whole: parts.length > 0 ? [] : [size],
			parts,
		});
		const sha256 = sha256Of(bytes);
		expect(file.sha256).toBe(sha256);
		expect(await service.held(file)).toBe(sha256);

		const [{ json, binary }] = outputOf(await service.download(file));
		expect(json).toMatchObject({ size, sha256 });
		expect(sha256Of(await bytesOf(binary!.data))).toBe(sha256);
	});
}

/** Returns the bytes of the file in each of these requests, the largest first, because parts are sent concurrently. */
async function lengthsIn({ requests: all }: ServiceProxy, wanted?: RegExp): Promise<number[]> {
	const requests = all.filter(({ method, path }) => wanted?.test(`${method} ${path}`));
	for (const { headers, bytes } of requests) {
		expect(headers).toMatchObject({ 'content-length': String(bytes.length) });
	}
	return (await Promise.all(requests.map(lengthIn))).sort((one, other) => other - one);
}

/** Returns the bytes of the file in a request: in its body, or in the only file of its form. */
async function lengthIn({ headers, bytes }: TestRequest): Promise<number> {
	const type = String(headers['content-type']);
	if (!type.startsWith('multipart/')) return bytes.length;
	const form = new Response(new Uint8Array(bytes), { headers: { 'content-type': type } });
	const files = [...(await form.formData()).values()].filter((value) => value instanceof File);
	expect(files).toHaveLength(1);
	return files[0].size;
}
