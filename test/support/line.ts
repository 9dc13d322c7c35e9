/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import {
	type ClientRequest,
	createServer,
	type IncomingHttpHeaders,
	type IncomingMessage,
	request as connect,
	type Server,
	type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A request that has gone over the line. */
export interface Carried {
	method: string;
	/** Without its query. */
	path: string;
	headers: IncomingHttpHeaders;
	body: Buffer;
}

/**
 * A line in front of the origins of a service, on which a test sees what really goes over the wire. Addresses of the
 * origins in responses are replaced by those of the proxy, so that every request uses it.
 */
export class Line {
	/** In the order in which their bodies ended. */
	readonly carried: Carried[] = [];
	private readonly servers: Server[] = [];
	/** Addresses of origins, and of the line in front of each: `host:port`. */
	private readonly hosts = new Map<string, string>();

	/** Puts the line in front of origins. */
	async start(origins: readonly string[]): Promise<void> {
		for (const origin of origins) {
			const { host } = new URL(origin);
			const server = createServer((request, response) => this.carry(host, request, response));
			this.servers.push(server);
			await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
			const { port } = server.address() as AddressInfo;
			this.hosts.set(host, `127.0.0.1:${await this.expose(port)}`);
		}
	}

	/** Returns the port on which nodes reach a server of the line. */
	protected async expose(port: number): Promise<number> {
		return await Promise.resolve(port);
	}

	async stop(): Promise<void> {
		for (const server of this.servers) {
			server.closeAllConnections();
			await new Promise((done) => server.close(done));
		}
	}

	/** A text with the addresses of the line in place of those of the origins. */
	through(text: string): string {
		return [...this.hosts].reduce((all, [own, mine]) => all.replaceAll(own, mine), text);
	}

	/** @param host the origin that the request is for */
	protected carry(host: string, request: IncomingMessage, response: ServerResponse): void {
		const carry = async () => {
			const { method = '', url = '', headers } = request;
			const body = await buffer(request);
			this.carried.push({ method, path: url.split('?', 1)[0], headers, body });
			const onward = this.connect(host, request);
			const answer = new Promise<IncomingMessage>((done, failed) =>
				onward.on('response', done).on('error', failed),
			);
			onward.end(body);
			response.end(await this.begin(await answer, response));
		};
		carry().catch(() => request.socket.destroy());
	}

	/** The same request to its origin, without its body yet. */
	protected connect(host: string, { method, url: path, headers }: IncomingMessage): ClientRequest {
		const { port } = new URL(`http://${host}`);
		return connect({ host: '127.0.0.1', port, method, path, headers: { ...headers, host } });
	}

	/** Sends the head of an answer; gives back the body that is to follow. */
	protected async begin(answer: IncomingMessage, response: ServerResponse): Promise<Buffer> {
		const { statusCode = 502, headers } = answer;
		const body = await buffer(answer);
		const isText = /json|text/.test(String(headers['content-type'])) && body.length < 65_536;
		const told = isText ? Buffer.from(this.through(body.toString())) : body;
		const location = headers.location && { location: this.through(headers.location) };
		const length = { 'content-length': told.length };
		delete headers['transfer-encoding'];
		response.writeHead(statusCode, { ...headers, ...location, ...length });
		return told;
	}
}
