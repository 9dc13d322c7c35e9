import type { AxiosInstance, AxiosRequestConfig } from 'axios';
import { form, text } from './formSupport.mts';
import { conforming } from './openApiSupport.mts';
import { Bench } from './support.mts';

/** The response fields that the tests check. */
export interface Body {
	success: boolean;
	fileId: string;
	fileName: string;
	downloadUrl: string;
	expiresAt: string;
	fileSize: number;
	chunkSize: number;
	chunkIndex: number;
	folderId: string;
	files: Record<string, unknown>[];
	total: number;
	error: string;
}

/**
 * A sandbox on free ports, with shortcuts for its FileShot. Checks every JSON response against the OpenAPI document.
 */
export class Shot {
	readonly api: string;
	readonly origins: Record<string, string>;
	/** A client with the key. */
	readonly http: AxiosInstance;
	/** A client without the key. */
	readonly anyone: AxiosInstance;

	private constructor(readonly bench: Bench) {
		const { credentials, origins } = bench.sandbox.info.services.fileShot;
		this.api = `${credentials.baseUrl}/api`;
		this.origins = origins;
		const openapi = () => bench.sandbox.documents('fileShot').api;
		this.http = conforming(openapi, this.api);
		this.anyone = conforming(openapi, this.api);
		this.http.defaults.headers.common.authorization = `Bearer ${credentials.apiKey}`;
	}

	static async start(settings: object = {}, folder?: string): Promise<Shot> {
		const shot = new Shot(await Bench.start(folder));
		await shot.settings(settings);
		return shot;
	}

	async stop(options?: { keep: boolean }): Promise<void> {
		await this.bench.stop(options);
	}

	async settings(patch: object) {
		return await this.bench.control('patch', '/api/services/fileShot/settings', patch);
	}

	/** Applies settings while `work` runs. */
	async withSettings<T>(patch: object, work: () => Promise<T>): Promise<T> {
		const path = '/api/services/fileShot/settings';
		const { data: before } = await this.bench.control<object>('get', path);
		await this.settings(patch);
		return await work().finally(() => this.settings(before));
	}

	async list<T>(collection: string): Promise<T[]> {
		return (await this.bench.control<T[]>('get', `/api/services/fileShot/${collection}`)).data;
	}

	async get(path: string, config?: AxiosRequestConfig) {
		return await this.http.get<Body>(this.api + path, config);
	}

	async post(path: string, body?: object) {
		return await this.http.post<Body>(this.api + path, body);
	}

	async delete(path: string) {
		return await this.http.delete<Body | string>(this.api + path);
	}

	async form(path: string, fields: Record<string, string | Blob>, name = 'a.txt') {
		return await this.http.post<Body>(this.api + path, form(fields, name));
	}

	/** Uploads a file in one request and returns the response. */
	async upload(name: string, content: string, fields: Record<string, string> = {}) {
		const file = text(content);
		const { status, data } = await this.form('/files/upload', { ...fields, file }, name);
		if (status !== 200) throw new Error(JSON.stringify(data));
		return data;
	}

	/** Sends a chunk as documented. */
	async raw(fileId: string, index: number | string, content: string) {
		return await this.http.post<Body>(this.chunkUrl(fileId, index), content, {
			headers: { 'content-type': 'application/octet-stream' },
		});
	}

	/** Sends a chunk like the desktop app. */
	async part(fileId: string, index: number, content: string, fields: Record<string, string> = {}) {
		const url = this.chunkUrl(fileId, index);
		return await this.http.post<Body>(
			url,
			form({ chunk: text(content), ...fields }, `chunk-${index}`),
		);
	}

	chunkUrl(fileId: string, index: number | string): string {
		return `${this.api}/files/upload-chunk/${fileId}/${index}`;
	}

	/** Downloads a file without the key, following the redirect to the CDN. */
	async bytes(fileId: string): Promise<string> {
		const first = await this.get(`/files/download/${fileId}`);
		const url = String(first.headers.location);
		return (await this.anyone.get<string>(url, { responseType: 'text' })).data;
	}
}
