import axios, { type AxiosInstance, type AxiosResponse } from 'axios';
import { createHmac } from 'node:crypto';
import type { OpenApi } from '../../sandbox/core/openapi.mts';
import { filestack } from '../../sandbox/services/filestack/service.mts';
import { check } from './openApiSupport.mts';
import { Bench } from './support.mts';

type Origin = keyof typeof filestack.origins;

/** The encoded policy (padded and URL-safe, as documented) and its signature. */
export interface Signed {
	policy: string;
	signature: string;
}

/** A sandbox on free ports, with shortcuts for its Filestack. Checks every response against the OpenAPI documents. */
export class Stack {
	readonly origins: Record<Origin, string>;
	readonly apiKey: string;
	readonly appSecret: string;
	readonly webhookSecret: string;
	readonly http: AxiosInstance;
	readonly documents: Record<string, OpenApi>;

	private constructor(readonly bench: Bench) {
		const { origins, credentials } = bench.sandbox.info.services.filestack;
		this.origins = origins;
		this.documents = bench.sandbox.documents('filestack');
		this.apiKey = credentials.apiKey;
		this.appSecret = credentials.appSecret;
		this.webhookSecret = credentials.webhookSecret;
		this.http = axios.create({ validateStatus: () => true, maxRedirects: 0, proxy: false });
		this.http.interceptors.response.use((response) => this.#conforms(response));
	}

	static async start(folder?: string, log?: (line: string) => void): Promise<Stack> {
		return new Stack(await Bench.start(folder, log));
	}

	/**
	 * Creates a policy for ten minutes. Does not use the sandbox's code, so that the tests compare two implementations.
	 */
	sign(fields: object = {}, secret = this.appSecret): Signed {
		const expiry = Math.floor(this.bench.sandbox.clock.now().getTime() / 1000) + 600;
		return signed(JSON.stringify({ expiry, ...fields }), secret);
	}

	/** Stores bytes like the docs' curl example and returns the response. */
	async store(
		bytes: string | Buffer,
		query: object = {},
		{ type = 'text/plain', provider = 'S3' } = {},
	) {
		const params = { key: this.apiKey, ...this.sign({ call: ['pick', 'store'] }), ...query };
		const url = `${this.origins.api}/api/store/${provider}`;
		const headers = { 'content-type': type };
		return await this.http.post<Stored>(url, bytes, { params, headers });
	}

	/** Stores bytes and returns their handle. */
	async handle(bytes: string | Buffer, query: object = {}, type?: string): Promise<string> {
		const { status, data } = await this.store(bytes, query, { type });
		if (status !== 200) throw new Error(JSON.stringify(data));
		return handleOf(data.url);
	}

	/** Returns the File API's URL of a handle, or of a path below it. */
	file(handle: string, below = ''): string {
		return `${this.origins.api}/api/file/${handle}${below}`;
	}

	/** Returns a CDN path that contains the policy. */
	cdn(path: string, policy: object = {}): string {
		const { policy: p, signature: s } = this.sign(policy);
		return `${this.origins.cdn}/security=p:${p},s:${s}/${path}`;
	}

	/** Returns a file's metadata: these fields, or the defaults. */
	async metadata(handle: string, ...fields: string[]): Promise<Record<string, unknown>> {
		const asked = Object.fromEntries(fields.map((name) => [name, true]));
		const params = { ...this.sign({ call: ['stat'] }), ...asked };
		const { data } = await this.http.get<Record<string, unknown>>(this.file(handle, '/metadata'), {
			params,
		});
		return data;
	}

	async bytes(handle: string): Promise<Buffer> {
		const params = this.sign({ call: ['read'], handle });
		const responseType = 'arraybuffer';
		return (await this.http.get<Buffer>(this.file(handle), { params, responseType })).data;
	}

	async settings(patch: object): Promise<void> {
		await this.bench.control('patch', '/api/services/filestack/settings', patch);
	}

	async list<T>(collection: string): Promise<T[]> {
		return (await this.bench.control<T[]>('get', `/api/services/filestack/${collection}`)).data;
	}

	#conforms(response: AxiosResponse<unknown>): AxiosResponse<unknown> {
		const { url = '' } = response.config;
		const origin = Object.entries(this.origins).find(([, base]) => url.startsWith(base))?.[0];
		if (origin === undefined) return response;
		const type: unknown = response.headers['content-type'];
		const isText = typeof response.data === 'string' && /^application\/json/.test(type as string);
		const data: unknown = isText ? JSON.parse(response.data as string) : response.data;
		check(this.documents[origin], { ...response, data });
		return response;
	}
}

/** The response of a store request. */
export interface Stored {
	url: string;
	size: number;
	type: string;
	filename: string;
	key: string;
	container?: string;
}

/** Returns the last segment of a file's URL. */
export function handleOf(url: string): string {
	return url.slice(url.lastIndexOf('/') + 1);
}

export function signed(json: string, secret: string): Signed {
	const policy = Buffer.from(json).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
	return { policy, signature: createHmac('sha256', secret).update(policy).digest('hex') };
}

/** Returns an error body of the File API. */
export const refusal = (code: number, msg: string): object => ({
	result: 'error',
	error: { code, msg },
});
