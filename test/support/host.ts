/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';

export interface Scripted {
	status?: number;
	headers?: Record<string, string>;
	body?: string | Buffer;
	/** Milliseconds before the response. */
	delay?: number;
}

/** A host that answers as scripted, for what no service of the sandbox does. */
export class Host {
	/** The headers of every request, in order. */
	readonly seen: IncomingHttpHeaders[] = [];
	/** Method, path with query, and body of every request, in order. */
	readonly requests: Array<{ method: string; url: string; body: string }> = [];
	url = '';
	private server!: Server;

	/** @param answers by path; any other path gets `otherwise` */
	async start(answers: Record<string, Scripted>, otherwise: Scripted = { body: '{}' }) {
		this.server = createServer((request, response) => {
			const { method = '', url = '', headers } = request;
			this.seen.push(headers);
			void text(request).then(async (sent) => {
				this.requests.push({ method, url, body: sent });
				const { status = 200, headers: more, body = '', delay = 0 } = answers[url] ?? otherwise;
				if (delay > 0) await setTimeout(delay);
				response.writeHead(status, more).end(body);
			});
		});
		await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
		// A test that fails before it stops the host must not keep the run alive.
		this.server.unref();
		this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	async stop() {
		this.server.closeAllConnections();
		await new Promise((done) => this.server.close(done));
	}
}
