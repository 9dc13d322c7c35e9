/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import {
	createServer as createHttpServer,
	type IncomingHttpHeaders,
	type IncomingMessage,
	type Server as HttpServer,
	type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

import { forwardRequest, type ProxyOptions } from './forwardRequest';

/** A request that a {@link TestServer} has received. */
export class TestRequest {
	readonly method: string;
	/** Path with query. */
	readonly url: string;
	readonly path: string;
	readonly query: Record<string, string>;
	readonly headers: IncomingHttpHeaders;
	/** The body, which is empty until it has arrived completely. */
	bytes: Buffer = Buffer.alloc(0);

	constructor({ method = '', url = '', headers }: IncomingMessage) {
		const { pathname, searchParams } = new URL(`http://server${url}`);
		this.method = method;
		this.url = url;
		this.path = pathname;
		this.query = Object.fromEntries(searchParams);
		this.headers = headers;
	}

	/** The body as text. */
	get body(): string {
		return this.bytes.toString();
	}
}

export interface TestResponse {
	/** 200 by default. */
	status?: number;
	headers?: Record<string, string>;
	/** Any other value than a text or a buffer is sent as JSON. */
	body?: unknown;
	/** Milliseconds before the response. */
	delay?: number;
}

/** @param count the number of requests so far, including this one */
type Responder = (request: TestRequest, count: number) => TestResponse | Promise<TestResponse>;

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

interface ServerOptions {
	/** With these, the server speaks HTTPS. */
	tls?: { key: string; cert: string };
}

/**
 * An HTTP server for tests. Records all requests: when they arrive, or when they are complete if it responds itself.
 * Responds with `{}` unless the test says otherwise: with a response ({@link respond}), with what another server responds ({@link proxyTo}), or at the level
 * of Node's HTTP ({@link handle}) or of TCP ({@link accept}).
 */
export class TestServer {
	url = '';
	readonly requests: TestRequest[] = [];
	/** The number of responses whose connection the client has closed before their end. */
	abandoned = 0;
	/** The type of texts without a Content-Type of their own. */
	protected readonly textType: string | undefined = undefined;
	private count = 0;
	private readonly protocol: string;
	private readonly http: HttpServer;
	private readonly server: Server;
	private readonly sockets = new Set<Socket>();
	private readonly waiting: Array<() => void> = [];
	private onConnection = (socket: Socket): void => void this.http.emit('connection', socket);
	private onRequest!: (recorded: TestRequest, ...rest: Parameters<Handler>) => unknown;

	constructor({ tls }: ServerOptions = {}) {
		const receive: Handler = (request, response) => this.receive(request, response);
		this.http = tls ? createHttpsServer(tls, receive as never) : createHttpServer(receive);
		this.server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
			this.sockets.add(socket);
			socket.on('error', () => undefined);
			socket.once('close', () => this.sockets.delete(socket));
			this.onConnection(socket);
		});
		this.protocol = tls ? 'https' : 'http';
		this.respond({ body: '{}' });
	}

	async start(): Promise<this> {
		await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
		// A test that fails before it stops the server must not keep the run alive.
		this.server.unref();
		this.url = `${this.protocol}://127.0.0.1:${this.port}`;
		return this;
	}

	get port(): number {
		return (this.server.address() as AddressInfo).port;
	}

	get openConnections(): number {
		return this.sockets.size;
	}

	/** Closes all connections, and the server. */
	async stop(): Promise<void> {
		if (!this.server.listening) return;
		const closed = new Promise((done) => this.server.close(done));
		for (const socket of this.sockets) socket.destroy();
		await closed;
	}

	/** Forgets the requests so far. */
	reset(): void {
		this.requests.length = this.abandoned = this.count = 0;
	}

	/** Resets all open connections. */
	resetConnections(): void {
		for (const socket of this.sockets) socket.resetAndDestroy();
	}

	/** Returns the oldest request, once there is one, and removes it from {@link requests}. */
	async nextRequest(): Promise<TestRequest> {
		while (this.requests.length === 0) await new Promise<void>((done) => this.waiting.push(done));
		return this.requests.shift()!;
	}

	/** Responds to every request, once its body has arrived. */
	respond(response: TestResponse | Responder): this {
		const respond = typeof response === 'function' ? response : () => response;
		this.onRequest = async (recorded, request, target) => {
			recorded.bytes = await buffer(request);
			this.record(recorded);
			const { status = 200, headers, body = '', delay = 0 } = await respond(recorded, this.count);
			// The client may have gone meanwhile: the delay must not keep the run alive.
			if (delay > 0) await sleep(delay, undefined, { ref: false });
			const isPlain = typeof body === 'string' || Buffer.isBuffer(body);
			const type = isPlain ? this.textType : 'application/json';
			target.writeHead(status, { ...(type && { 'content-type': type }), ...headers });
			target.end(isPlain ? body : JSON.stringify(body));
		};
		return this;
	}

	/**
	 * Responds by path and query. The test may change the responses while the server runs.
	 * @param otherwise the response to all other requests
	 */
	respondByUrl(
		responses: Readonly<Record<string, TestResponse>>,
		otherwise: TestResponse = { body: '{}' },
	): this {
		return this.respond(({ url }) => responses[url] ?? otherwise);
	}

	/** Passes all requests on to another server, whose base URL may have a path. */
	proxyTo(baseUrl: string, options: ProxyOptions = {}): this {
		this.onRequest = async (recorded, ...connection) => {
			this.record(recorded);
			await forwardRequest(baseUrl, recorded, this.count, connection, options);
		};
		return this;
	}

	/** Handles every request as it arrives. */
	handle(handler: Handler): this {
		this.onRequest = (recorded, ...connection) => {
			this.record(recorded);
			return handler(...connection);
		};
		return this;
	}

	/** Handles every connection; nothing is parsed or recorded. */
	accept(handler: (socket: Socket) => void): this {
		this.onConnection = (socket) => {
			socket.allowHalfOpen = false;
			handler(socket);
		};
		return this;
	}

	private record(request: TestRequest): void {
		this.requests.push(request);
		for (const resume of this.waiting.splice(0)) resume();
	}

	private receive(request: IncomingMessage, response: ServerResponse): void {
		const recorded = new TestRequest(request);
		this.count += 1;
		request.on('error', () => undefined);
		response.on('error', () => undefined);
		response.once('close', () => (this.abandoned += Number(!response.writableFinished)));
		Promise.resolve(this.onRequest(recorded, request, response)).catch(() =>
			request.socket.destroy(),
		);
	}
}

/** Starts a server for a file of tests, and makes it forget the requests before each test. */
export function useTestServer(options?: ServerOptions): TestServer {
	const server = new TestServer(options);
	beforeAll(async () => await server.start());
	afterAll(async () => await server.stop());
	beforeEach(() => server.reset());
	return server;
}
