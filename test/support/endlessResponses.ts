/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setInterval } from 'node:timers';
import { gzipSync } from 'node:zlib';

type Respond = (response: ServerResponse, request: IncomingMessage) => void;

/** A service whose JSON responses do not end, or are far too large. */
export class EndlessHost {
	/** The number of requests. */
	requests = 0;
	/** The number of responses whose connection the client has closed before their end. */
	abandoned = 0;
	respond: Respond = (response) => void response.end('{}');
	url = '';
	private server!: Server;

	async start(): Promise<void> {
		this.server = createServer((request, response) => {
			this.requests++;
			request.resume();
			response.once('close', () => (this.abandoned += Number(!response.writableFinished)));
			this.respond(response, request);
		});
		await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
		this.server.unref();
		this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	reset(): void {
		this.requests = this.abandoned = 0;
	}

	async stop(): Promise<void> {
		this.server.closeAllConnections();
		await new Promise((done) => this.server.close(done));
	}
}

/** For a file of tests: an endless host that has seen nothing before each. */
export function ownEndlessHost(): EndlessHost {
	const host = new EndlessHost();
	beforeAll(async () => await host.start());
	afterAll(async () => await host.stop());
	beforeEach(() => host.reset());
	return host;
}

const JSON_TYPE = { 'content-type': 'application/json' };

/** Responds with a beginning, and then with a space every few milliseconds, without an end. */
export const trickle =
	(status: number, beginning: string): Respond =>
	(response) => {
		response.writeHead(status, JSON_TYPE).write(beginning);
		const timer = setInterval(() => response.write(' '), 20).unref();
		response.once('close', () => clearInterval(timer));
	};

/** Sends a header without an end. */
export const trickleHeaders: Respond = (_, { socket }) => {
	socket.write('HTTP/1.1 200 OK\r\nx-padding: ');
	const timer = setInterval(() => socket.write('a'), 20).unref();
	socket.once('close', () => clearInterval(timer));
};

const MIB = 1024 * 1024;
let compressed: Buffer | undefined;

/** Responds with a gigabyte of JSON, compressed to a megabyte. */
export const decompressionBomb =
	(status: number): Respond =>
	(response) => {
		compressed ??= gzipSync(Buffer.alloc(16 * MIB, ' '));
		response.writeHead(status, { ...JSON_TYPE, 'content-encoding': 'gzip' });
		for (let n = 0; n < 64; n++) response.write(compressed);
		response.end();
	};

/** Responds with a JSON text of this size, uncompressed. */
export const largeJson =
	(bytes: number): Respond =>
	(response) => {
		response.writeHead(200, { ...JSON_TYPE, 'content-length': bytes });
		const head = '{"status":true,"data":{"request_id":"req_1","status":"pending","text":"';
		const tail = '"}}';
		response.write(head);
		let left = bytes - head.length - tail.length;
		const next = (): void => {
			if (left <= 0) return void response.end(tail);
			const size = Math.min(left, MIB);
			left -= size;
			response.write(Buffer.alloc(size, 'x'), next);
		};
		next();
	};
