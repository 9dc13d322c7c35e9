import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { getString, stringOr, getPath } from '../../sandbox/n8n/json.mts';
import type { Ledger } from './ledger.mts';

/** Returns the bytes of a file of the test, which depend on its name alone. */
export function contentOf(name: string, size: number): Buffer {
	return Buffer.alloc(size, createHash('sha256').update(name).digest());
}

export const sha256Of = (content: Buffer) => createHash('sha256').update(content).digest('hex');

const FEED = `<?xml version="1.0"?><rss version="2.0"><channel><title>Feed</title><link>http://127.0.0.1</link>
<item><title>Item</title><link>http://127.0.0.1/1</link><pubDate>Thu, 01 Jan 2026 00:00:00 GMT</pubDate></item></channel></rss>`;

/**
 * The server that the workflows get their files from (`/files/<name>?size=…`), send them to (`/discarded`) and report to
 * (`/arrived`), with a feed in which nothing is new (`/feed`).
 */
export class Counterpart {
	private readonly server: Server;
	url = '';

	constructor(private readonly ledger: Ledger) {
		this.server = createServer((request, response) => {
			this.respond(request, response).catch((error: Error) => {
				response.statusCode = 400;
				response.end(error.message);
			});
		});
	}

	async start(): Promise<void> {
		await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
		this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	async stop(): Promise<void> {
		this.server.closeAllConnections();
		await new Promise((done) => this.server.close(done));
	}

	fileUrl(name: string, size: number): string {
		return `${this.url}/files/${name}?size=${size}`;
	}

	private async respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const { pathname, searchParams } = new URL(request.url ?? '/', this.url);
		if (pathname === '/arrived') {
			const body: unknown = JSON.parse(await text(request));
			const value = stringOr(getPath(body, 'value'), '');
			this.ledger.arrive(getString(body, 'key'), value === '' ? undefined : value);
			response.end('{}');
			return;
		}
		if (pathname === '/discarded') {
			await once(request.resume(), 'end');
			response.end('{}');
			return;
		}
		if (pathname === '/feed') {
			response.setHeader('content-type', 'application/rss+xml');
			response.end(FEED);
			return;
		}
		const name = pathname.replace('/files/', '');
		const content = contentOf(name, Number(searchParams.get('size')));
		response.writeHead(200, {
			'content-type': 'application/octet-stream',
			'content-length': content.length,
			'content-disposition': `attachment; filename="${name}"`,
		});
		response.end(content);
	}
}
