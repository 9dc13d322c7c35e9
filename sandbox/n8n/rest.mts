import axios, { type AxiosInstance, type AxiosResponse, type Method } from 'axios';
import { UserError } from '../system/userError.mjs';
import { getPath } from './json.mts';

/** The owner's account of the launcher's n8n. n8n requires 8 characters, a capital letter and a digit. */
export const OWNER = {
	email: 'owner@file-delivery.example',
	password: 'File-Delivery-1',
	firstName: 'File',
	lastName: 'Delivery',
};

/** A response of n8n with an error status. */
export class RestError extends Error {
	constructor(
		readonly status: number,
		readonly request: string,
		readonly body: unknown,
	) {
		const message = getPath(body, 'message');
		super(
			`n8n responded to ${request} with ${status}: ${typeof message === 'string' ? message : JSON.stringify(body)}`,
		);
	}
}

/**
 * Requests that save a workflow or a credential. n8n 1.123 fails with “no such savepoint” if two of them overlap, because
 * they share one connection to SQLite.
 */
const SAVED = /^\/rest\/(workflows|credentials)(\/[^/]+)?$/;

/** A client for n8n's internal REST API, which the editor uses, with the session cookie of a login. */
export class Rest {
	private readonly http: AxiosInstance;

	private cookie = '';
	/** The last request that saves something. */
	private saving: Promise<unknown> = Promise.resolve();

	constructor(readonly url: string) {
		this.http = axios.create({ baseURL: url, timeout: 60_000, validateStatus: () => true });
	}

	/**
	 * Creates the owner's account on a new n8n and logs in.
	 * @throws {UserError} if the existing account is a different one
	 */
	async logIn(): Promise<void> {
		const { email, password } = OWNER;
		const login = { emailOrLdapLoginId: email, password };
		const response = await this.send('POST', '/rest/login', login);
		if (response.status === 200) return this.keepCookie(response);
		const setup = await this.send('POST', '/rest/owner/setup', OWNER);
		if (setup.status === 200) return this.keepCookie(setup);
		throw new UserError(
			`This n8n has an owner other than ${email}, or its password was changed. Put it back, or remove the folder of this n8n to begin with a new one.`,
		);
	}

	/**
	 * Sends a request and returns the parsed body.
	 * @throws {RestError} unless the status is 2xx
	 */
	async call(method: Method, path: string, body?: unknown): Promise<unknown> {
		const isSaved = method !== 'GET' && SAVED.test(path);
		const response = await (isSaved
			? this.sendAfterOthers(method, path, body)
			: this.send(method, path, body));
		if (response.status >= 300)
			throw new RestError(response.status, `${method} ${path}`, response.data);
		return response.data;
	}

	/**
	 * Downloads the bytes at a path.
	 * @throws {RestError}
	 */
	async bytes(path: string): Promise<Buffer> {
		const response = await this.http.get<ArrayBuffer>(path, {
			headers: { cookie: this.cookie },
			responseType: 'arraybuffer',
		});
		const content = Buffer.from(response.data);
		if (response.status >= 300)
			throw new RestError(response.status, `GET ${path}`, content.toString());
		return content;
	}

	/** Sends a request when the requests before it have ended, with whatever result. */
	private async sendAfterOthers(
		method: Method,
		path: string,
		body: unknown,
	): Promise<AxiosResponse<unknown>> {
		const send = async () => await this.send(method, path, body);
		const sent = this.saving.then(send);
		this.saving = sent.catch(() => undefined);
		return await sent;
	}

	private send(method: Method, path: string, body?: unknown): Promise<AxiosResponse<unknown>> {
		return this.http.request<unknown>({
			method,
			url: path,
			data: body,
			headers: this.cookie ? { cookie: this.cookie } : {},
		});
	}

	private keepCookie(answer: AxiosResponse): void {
		const cookies = answer.headers['set-cookie'] ?? [];
		this.cookie = cookies.map((cookie) => cookie.split(';')[0]).join('; ');
	}
}
