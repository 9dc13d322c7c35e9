import { createHash, randomBytes } from 'node:crypto';
import type { Stack } from './filestackSupport.mts';
import { eventually, http } from './support.mts';

const MIB = 2 ** 20;
export const BYTES = randomBytes(12 * MIB + 7);
/** Three parts, the last one of seven bytes. */
export const PARTS = [
	BYTES.subarray(0, 6 * MIB),
	BYTES.subarray(6 * MIB, 12 * MIB),
	BYTES.subarray(12 * MIB),
];
export const FILE = { filename: 'big ü.bin', mimetype: 'application/x-big', size: BYTES.length };

/** The response of `start`. */
export interface Started {
	uri: string;
	region: string;
	upload_id: string;
	location_url: string;
	upload_type?: string;
}

/** A part in the list for `complete`. */
export interface Listed {
	part_number: number;
	etag: string;
}

/** The URL and headers for a part. */
export interface Target {
	url: string;
	headers: Record<string, string>;
}

export const md5 = (bytes: Buffer): string => createHash('md5').update(bytes).digest('base64');

/** The fields that all calls after the first repeat. */
export const known = ({ uri, region, upload_id }: Started) => ({ uri, region, upload_id });

/** Uploads bytes to storage. */
export async function put(
	{ url, headers }: Target,
	bytes: Buffer,
	changes: Record<string, string> = {},
) {
	return await http.put<string>(url, bytes, {
		headers: { ...headers, 'content-type': 'application/octet-stream', ...changes },
		maxBodyLength: Infinity,
	});
}

/** The calls of the upload API, in the format of filestack-js. */
export class MultipartFlow {
	readonly #stack: Stack;

	constructor(stack: Stack) {
		this.#stack = stack;
	}

	async call<T>(name: string, body: object) {
		const proof = this.#stack.sign({ call: ['pick', 'store'] });
		const same = { apikey: this.#stack.apiKey, ...proof, store: { location: 's3' } };
		const url = `${this.#stack.origins.upload}/multipart/${name}`;
		return await this.#stack.http.post<T>(url, { ...same, ...body });
	}

	async start(changes: object = {}): Promise<Started> {
		return (await this.call<Started>('start', { ...FILE, ...changes })).data;
	}

	async target(upload: Started, part: number, bytes: Buffer, changes: object = {}) {
		const body = { ...known(upload), part, size: bytes.length, md5: md5(bytes), ...changes };
		return await this.call<Target>('upload', body);
	}

	async send(upload: Started, part: number, bytes: Buffer): Promise<Listed> {
		const { data } = await this.target(upload, part, bytes);
		const { status, headers } = await put(data, bytes);
		expect(status).toBe(200);
		return { part_number: part, etag: String(headers.etag) };
	}

	async complete(upload: Started, parts: Listed[] | undefined, changes: object = {}) {
		const body = { ...FILE, ...known(upload), parts, ...changes };
		return await this.call<Record<string, unknown>>('complete', body);
	}

	/** Completes an upload like filestack-js: retries while the response is 202. */
	async completed(upload: Started, parts: Listed[] | undefined, changes: object = {}) {
		return await eventually(async () => {
			const response = await this.complete(upload, parts, changes);
			return response.status !== 202 && response;
		});
	}
}
