import type { AxiosInstance, AxiosResponse } from 'axios';
import type { Delivery } from '../../sandbox/core/delivery.mts';
import type { OpenApi } from '../../sandbox/core/openapi.mts';
import { conforming } from './openApiSupport.mts';
import { Bench } from './support.mts';
import type { TestRequest } from '../support/testServer.ts';

/** The response fields that the tests check. */
export interface PackageAnswer {
	id: string;
	status: string;
	created_at: string;
	expires_at: string;
	files: { id: string; original_name: string }[];
	[field: string]: unknown;
}

export interface Problem {
	detail: string | { type: string; loc: (string | number)[]; msg: string; input?: unknown }[];
}

export interface Hook {
	id: number;
	url: string;
	events: string[];
	is_active: boolean;
	failure_count: number;
	last_status: number | null;
	secret?: string;
}

interface LinkEntry {
	package_id: string;
	purpose: string;
	magic_link: string;
	revoked_at: string | null;
	use_count: number;
}

export interface FileToSend {
	name: string;
	bytes: string | Uint8Array<ArrayBuffer>;
	type?: string;
}

export const NEW_PACKAGE = {
	title: 'Q4 financials',
	recipient_email: 'cfo@acme.com',
	recipient_name: 'Acme CFO',
};

/** A form with one `file` part, as FormData writes it. */
export function formOf({ name, bytes, type }: FileToSend): FormData {
	const form = new FormData();
	form.append('file', new Blob([bytes], { type }), name);
	return form;
}

type Part = Record<string, unknown>;

/** Converts nullable types to OpenAPI 3.0, because the validators do not support 3.1. */
function asVersion30(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(asVersion30);
	if (typeof value !== 'object' || value === null) return value;
	const { anyOf, ...rest } = value as { anyOf?: Part[] };
	const kinds = anyOf?.filter(({ type }) => type !== 'null');
	if (anyOf && kinds?.length === anyOf.length - 1) {
		return { ...(asVersion30({ ...kinds[0], ...rest }) as Part), nullable: true };
	}
	return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, asVersion30(part)]));
}

/** Returns the OpenAPI document of a sandbox's SpeedyFiles for the validators. */
const version30 = (openapi: OpenApi): OpenApi => ({
	...(asVersion30(openapi) as OpenApi),
	openapi: '3.0.3',
});

/** A SpeedyFiles instance in its own sandbox, with shortcuts for the tests. */
export class Instance {
	readonly url: string;
	readonly storage: string;
	readonly token: string;
	readonly secret: string;
	/** Checks every API response against the OpenAPI document. */
	readonly #http: AxiosInstance;
	#openapi?: OpenApi;

	private constructor(readonly bench: Bench) {
		const { origins, credentials } = bench.sandbox.info.services.speedyFiles;
		this.url = origins.instance;
		this.storage = origins.storage;
		this.token = credentials.apiToken;
		this.secret = credentials.webhookSecret;
		this.#http = conforming(() => this.openapi, `${this.url}/api/v1`);
	}

	/** The API's document, in OpenAPI 3.0. */
	get openapi(): OpenApi {
		return (this.#openapi ??= version30(this.bench.sandbox.documents('speedyFiles').instance));
	}

	static async start(folder?: string): Promise<Instance> {
		return new Instance(await Bench.start(folder));
	}

	async stop(options?: { keep: boolean }): Promise<void> {
		await this.bench.stop(options);
	}

	/** Calls the API with the administrator's token or another one. */
	async api<T = unknown>(
		method: string,
		path: string,
		data?: unknown,
		token = this.token,
	): Promise<AxiosResponse<T>> {
		const headers = { authorization: `Bearer ${token}` };
		return await this.#http.request<T>({ method, url: `${this.url}/api/v1${path}`, data, headers });
	}

	async control<T = unknown>(method: string, path: string, data?: object) {
		return await this.bench.control<T>(method, `/api/services/speedyFiles${path}`, data);
	}

	async set(settings: Record<string, string>): Promise<void> {
		const { status } = await this.control('patch', '/settings', settings);
		if (status !== 200) throw new Error(JSON.stringify(settings));
	}

	/** Creates a token for a user: 1 is the administrator, 2 a regular user. */
	async tokenOf(user: number, expires_in_days?: number): Promise<string> {
		const wanted = { name: 'test', ...(expires_in_days && { expires_in_days }) };
		return (await this.control<{ token: string }>('post', `/users/${user}/tokens`, wanted)).data
			.token;
	}

	async create(changes: object = {}, token = this.token): Promise<PackageAnswer> {
		const wanted = { ...NEW_PACKAGE, ...changes };
		const { status, data } = await this.api<PackageAnswer>('post', '/packages', wanted, token);
		if (status !== 201) throw new Error(JSON.stringify(data));
		return data;
	}

	async upload(id: string, file: FileToSend) {
		return await this.api<PackageAnswer['files'][0]>('post', `/packages/${id}/files`, formOf(file));
	}

	async finalize(id: string): Promise<string | null> {
		type Answer = { magic_link: string | null };
		return (await this.api<Answer>('post', `/packages/${id}/finalize`)).data.magic_link;
	}

	/** Returns a finalized package with these files. */
	async sent(...files: FileToSend[]): Promise<{ id: string; link: string; files: string[] }> {
		const { id } = await this.create();
		const ids: string[] = [];
		for (const file of files) ids.push((await this.upload(id, file)).data.id);
		return { id, link: (await this.finalize(id)) ?? '', files: ids };
	}

	/** Returns the links of a package as stored in the sandbox, oldest first. */
	async links(id: string): Promise<LinkEntry[]> {
		const { data } = await this.control<LinkEntry[]>('get', '/links');
		return data.filter(({ package_id }) => package_id === id);
	}

	/** Returns an inbound package with its link, which the API does not return. */
	async asked(changes: object = {}): Promise<{ id: string; link: string }> {
		const { id } = await this.create({ direction: 'inbound', ...changes });
		return { id, link: (await this.links(id))[0].magic_link };
	}

	/** Sets the URL of the subscription that exists from the start. */
	async subscribe(url: string): Promise<void> {
		await this.control('patch', '/webhooks/1', { url });
	}

	async hook(id = 1): Promise<Hook> {
		const { data } = await this.control<Hook[]>('get', '/webhooks');
		return data.find((hook) => hook.id === id) as Hook;
	}

	/** Newest first. */
	async deliveries(): Promise<Delivery[]> {
		return (await this.bench.control<Delivery[]>('get', '/api/deliveries')).data;
	}
}

/** Returns the fields of an event, in order. */
export function eventOf({ body: raw }: TestRequest): Record<string, unknown> {
	return JSON.parse(raw) as Record<string, unknown>;
}
