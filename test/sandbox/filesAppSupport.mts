import type { AxiosInstance } from 'axios';
import { form, text } from './formSupport.mts';
import { conforming } from './openApiSupport.mts';
import { Bench } from './support.mts';

/** The response fields that the tests check. */
export interface Body {
	id: string;
	name: string;
	size: number;
	created_at: string;
	updated_at: string;
	mime_type: string;
	upload_id: string;
	chunk_size: number;
	expires_at: string;
	url: string;
	files: Body[];
	total: number;
	changes: { id: string; action: string; timestamp: string }[];
	cursor: string;
	has_more: boolean;
	error: { code: string; message: string };
}

/**
 * A sandbox on free ports, with shortcuts for its Files App. Checks every JSON response against the OpenAPI document.
 */
export class App {
	readonly api: string;
	readonly http: AxiosInstance;

	private constructor(readonly bench: Bench) {
		const { credentials } = bench.sandbox.info.services.filesApp;
		this.api = credentials.baseUrl;
		this.http = conforming(() => bench.sandbox.documents('filesApp').api, this.api);
		this.http.defaults.baseURL = this.api;
		this.http.defaults.headers.common.authorization = `Bearer ${credentials.apiKey}`;
		this.http.interceptors.request.use((config) => {
			// The OpenAPI check needs the complete URL.
			if (config.url?.startsWith('/')) config.url = this.api + config.url;
			return config;
		});
	}

	/** Uses a plan that does not limit the tests, unless they test plans. */
	static async start({ plan = 'team', folder }: { plan?: string; folder?: string } = {}) {
		const app = new App(await Bench.start(folder));
		await app.settings({ plan });
		return app;
	}

	async stop(options?: { keep: boolean }): Promise<void> {
		await this.bench.stop(options);
	}

	async settings(patch: object) {
		return await this.bench.control('patch', '/api/services/filesApp/settings', patch);
	}

	async list<T>(collection: string): Promise<T[]> {
		return (await this.bench.control<T[]>('get', `/api/services/filesApp/${collection}`)).data;
	}

	async get(path: string, params?: object) {
		return await this.http.get<Body>(path, { params });
	}

	async post(path: string, body: object) {
		return await this.http.post<Body>(path, body);
	}

	async form(path: string, fields: Record<string, string | Blob>, name = 'a.txt') {
		return await this.http.post<Body>(path, form(fields, name));
	}

	/** Uploads a file in one request and returns its ID. */
	async upload(name: string, content: string, fields: Record<string, string> = {}) {
		const { status, data } = await this.form('/upload', { ...fields, file: text(content) }, name);
		if (status !== 200) throw new Error(JSON.stringify(data));
		return data.id;
	}

	/** Starts a chunked upload with chunks of `size` bytes and returns its ID. */
	async begin(content: string, size: number, filename = 'large.mp4') {
		await this.settings({ chunkSize: size });
		const total = { total_size: content.length, total_chunks: Math.ceil(content.length / size) };
		return (await this.post('/chunks/init', { filename, ...total })).data.upload_id;
	}

	async chunk(upload_id: string, index: number | string, content: string) {
		return await this.form('/chunks', {
			upload_id,
			chunk_index: String(index),
			data: text(content),
		});
	}

	async bytes(id: string): Promise<string> {
		const params = { download: true };
		return (await this.http.get<string>(`/files/${id}`, { params, responseType: 'text' })).data;
	}
}
