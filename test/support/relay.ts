/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import axios from 'axios';

/** Stands before a service and lets something happen between two of its answers. */
export class Relay {
	url = '';
	/** Requests that have come since the last reset. */
	count = 0;
	/** Called before a request is passed on, with its number from 1. */
	before: (count: number) => Promise<void> = () => Promise.resolve();
	private server!: Server;

	/** @param target base URL of the service */
	async start(target: string): Promise<void> {
		this.server = createServer((request, response) => void this.pass(target, request, response));
		await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
		this.server.unref();
		this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	reset(): void {
		this.count = 0;
		this.before = () => Promise.resolve();
	}

	async stop(): Promise<void> {
		this.server.closeAllConnections();
		await new Promise((done) => this.server.close(done));
	}

	private async pass(target: string, request: IncomingMessage, response: ServerResponse) {
		await this.before(++this.count);
		const { status, headers, data } = await axios.get<Buffer>(`${target}${request.url}`, {
			headers: { authorization: request.headers.authorization },
			responseType: 'arraybuffer',
			validateStatus: () => true,
		});
		const { date, 'content-type': type } = headers as Record<string, string>;
		response.writeHead(status, { date, 'content-type': type }).end(data);
	}
}
