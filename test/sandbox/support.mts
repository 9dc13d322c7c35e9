import axios, { type AxiosInstance } from 'axios';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Attempt, Delivery } from '../../sandbox/core/delivery.mts';
import type { RequestEntry } from '../../sandbox/core/requestLog.mts';
import type { Sandbox, SandboxOptions } from '../../sandbox/server.mts';
import { eventually } from '../support/eventually.js';
import { type TestResponse, TestServer } from '../support/testServer.ts';
import { conforming } from './openApiSupport.mts';

export { eventually };

/** The sandbox's entry point, loaded once per worker for all suites. */
export const { startSandbox } = globalThis as unknown as {
	startSandbox: (options?: SandboxOptions) => Promise<Sandbox>;
};

/** Returns any status as a response and never follows redirects. */
export const http: AxiosInstance = axios.create({
	validateStatus: () => true,
	maxRedirects: 0,
	proxy: false,
});

/** Everything that must be closed after a failed test, because it would keep Jest from exiting. */
const open = new Set<{ stop(): Promise<void> }>();
afterAll(async () => {
	for (const left of open) await left.stop();
});

/** Creates a folder for one test file. */
export async function temporaryFolder(): Promise<string> {
	return await mkdtemp(join(tmpdir(), 'sandbox-'));
}

export async function removeFolder(folder: string): Promise<void> {
	await rm(folder, { recursive: true, force: true });
}

/** A sandbox on free ports, with shortcuts for the tests. */
export class Bench {
	readonly portal: string;
	readonly api: string;
	readonly secure: string;
	readonly files: string;
	readonly credentials: Record<string, string>;
	readonly auth: { username: string; password: string };
	/** Checks every response of FileCourier's API against its OpenAPI document. */
	readonly #courier: AxiosInstance;

	private constructor(
		readonly sandbox: Sandbox,
		readonly folder: string,
	) {
		const { portal, services } = sandbox.info;
		const { origins, credentials } = services.fileCourier;
		this.portal = portal;
		this.api = `${origins.api}/api/ext/sessions`;
		this.secure = origins.secure;
		this.files = origins.files;
		this.credentials = credentials;
		this.auth = { username: credentials.clientId, password: credentials.clientSecret };
		this.#courier = conforming(() => sandbox.documents('fileCourier').api, this.api);
	}

	static async start(folder?: string, log?: (line: string) => void): Promise<Bench> {
		const dataDir = folder ?? (await temporaryFolder());
		const bench = new Bench(await startSandbox({ port: 0, dataDir, log }), dataDir);
		open.add(bench);
		return bench;
	}

	/** Closes the sandbox and removes its folder, unless another one will use it. */
	async stop({ keep = false } = {}): Promise<void> {
		if (!open.delete(this)) return;
		if (process.env.SANDBOX_REQUESTS_TO)
			await this.#recordRequests(process.env.SANDBOX_REQUESTS_TO);
		await this.sandbox.close();
		if (!keep) await removeFolder(this.folder);
	}

	/** Records this test file's requests, for the table of endpoints in sandbox/README.md. */
	async #recordRequests(file: string): Promise<void> {
		const { data } = await this.control<RequestEntry[]>('get', '/api/requests');
		const test = basename(expect.getState().testPath ?? '');
		const lines = data.map(({ service, origin, method, path }) =>
			JSON.stringify({ test, service, origin, method, path }),
		);
		await appendFile(file, lines.map((line) => `${line}\n`).join(''));
	}

	async create(body: object) {
		return await this.#courier.post<SessionResponse>(this.api, body, { auth: this.auth });
	}

	/** Creates a session and returns its API ID and upload link. */
	async session(changes: object = {}): Promise<{ id: string; link: string }> {
		const { status, data } = await this.create({ ...REQUEST, ...changes });
		if (status !== 201) throw new Error(JSON.stringify(data));
		return { id: data.data.request_id as string, link: data.data.upload_url as string };
	}

	async status(id: string) {
		return await this.#courier.get<SessionResponse>(`${this.api}/${id}`, { auth: this.auth });
	}

	async state(id: string): Promise<unknown> {
		return (await this.status(id)).data.data.status;
	}

	async advance(seconds: number): Promise<void> {
		await this.control('post', '/api/clock', { advance: seconds });
	}

	async control<T = unknown>(method: string, path: string, data?: object) {
		return await http.request<T>({ method, url: this.portal + path, data });
	}

	/**
	 * Returns the deliveries, newest first, once `isReady` returns true for the newest; the first attempt runs in the
	 * background.
	 */
	async delivery(isReady: (delivery: Delivery) => boolean): Promise<Delivery> {
		return await eventually(async () => {
			const { data } = await this.control<Delivery[]>('get', '/api/deliveries');
			return data.length > 0 && isReady(data[0]) ? data[0] : undefined;
		});
	}

	/** Returns the attempts of the newest delivery once there are this many. */
	async attempts(count: number): Promise<Attempt[]> {
		return (await this.delivery(({ attempts }) => attempts.length === count)).attempts;
	}
}

/** The envelope of FileCourier's responses. */
export interface SessionResponse {
	status: boolean;
	message?: string;
	error?: string;
	data: Record<string, unknown>;
}

/** A create request with all fields that the docs' table requires. */
export const REQUEST = {
	requestor_name: 'Acme Insurance',
	requestor_email: 'claims@acme.example',
	recipient_email: 'john@customer.example',
	subject: 'Your claim',
	message: 'Please upload the documents.',
	callback_url: 'http://127.0.0.1:9/nobody-listens',
};

/** Uploads files with the recipient's form, like a browser without JavaScript. */
export async function upload(
	link: string,
	...files: { name: string; bytes: string; type?: string }[]
) {
	const form = new FormData();
	for (const { name, bytes, type } of files)
		form.append('files', new Blob([bytes], { type }), name);
	return await http.post<string>(link, form);
}

/** A webhook endpoint. */
export class Receiver extends TestServer {
	/** The responses to the next calls; 200 after that. */
	responses: TestResponse[] = [];

	private constructor() {
		super();
		this.respond(() => this.responses.shift() ?? { body: '{"received":true}' });
	}

	static async start(): Promise<Receiver> {
		const receiver = new Receiver();
		await receiver.start();
		receiver.url += '/hook';
		open.add(receiver);
		return receiver;
	}

	override async stop(): Promise<void> {
		open.delete(this);
		await super.stop();
	}
}
