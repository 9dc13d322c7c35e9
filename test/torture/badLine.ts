/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import {
	createServer,
	type IncomingMessage,
	request as connect,
	type Server,
	type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

import type { Chance } from './chance';

/** What the line does to a request. */
const TROUBLES = [
	/** Reset before anything has passed. */
	'resetAtOnce',
	/** Reset in the middle of the body. */
	'resetWithin',
	/** All of it passes, and instead of the answer comes a reset. */
	'answerLost',
	/** The answer breaks off half-way. */
	'truncated',
	'tooMany',
	'overloaded',
	/** Nothing passes any more, without a word. */
	'stalled',
] as const;
export type Trouble = (typeof TROUBLES)[number];

/** Bodies that a node gives up by its Stall Timeout; JSON calls have a minute, which would be no test but a wait. */
const isFile = ({ method, headers }: IncomingMessage) =>
	method === 'GET'
		? headers.accept === '*/*'
		: !String(headers['content-type']).startsWith('application/json');

/**
 * A bad line in front of the origins of a service. What is in trouble and how is drawn by chance. Addresses of the
 * origins in answers are replaced by those of the line, so that nobody gets around it.
 */
export class BadLine {
	/** How often each trouble has struck. */
	readonly struck = Object.fromEntries(TROUBLES.map((one) => [one, 0])) as Record<Trouble, number>;
	/** Part of the requests that get into trouble, 0 to 1. */
	badness = 0;
	private readonly servers: Server[] = [];
	/** Addresses of origins, and of the line in front of each: `host:port`. */
	private readonly hosts = new Map<string, string>();

	constructor(private readonly chance: Chance) {}

	/** Puts the line in front of origins. */
	async start(origins: readonly string[]): Promise<void> {
		for (const origin of origins) {
			const { host } = new URL(origin);
			const server = createServer((request, response) => this.carry(host, request, response));
			this.servers.push(server);
			await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
			this.hosts.set(host, `127.0.0.1:${(server.address() as AddressInfo).port}`);
		}
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

	private draw(request: IncomingMessage): Trouble | undefined {
		if (this.chance.next() >= this.badness) return undefined;
		const trouble = this.chance.oneOf(TROUBLES);
		// A stall takes a second: rarer than the others.
		if (trouble === 'stalled' && (!isFile(request) || this.chance.next() > 0.3)) return undefined;
		this.struck[trouble] += 1;
		return trouble;
	}

	private carry(host: string, request: IncomingMessage, response: ServerResponse): void {
		const trouble = this.draw(request);
		const reset = () => void request.socket.resetAndDestroy();
		request.on('error', () => undefined);
		response.on('error', () => undefined);
		if (trouble === 'resetAtOnce') return reset();
		if (trouble === 'stalled') return;
		if (trouble === 'tooMany' || trouble === 'overloaded') {
			const headers: Record<string, string> =
				this.chance.next() < 0.5 ? { 'retry-after': '0' } : {};
			response.writeHead(trouble === 'tooMany' ? 429 : 503, headers).end('{"error":"Not now"}');
			return;
		}
		const { port } = new URL(`http://${host}`);
		const headers = { ...request.headers, host };
		const { method, url: path } = request;
		const onward = connect({ host: '127.0.0.1', port, method, path, headers });
		onward.on('error', reset);
		onward.on('response', (answer) => {
			answer.on('error', () => undefined);
			if (trouble === 'answerLost') {
				answer.resume();
				return reset();
			}
			void this.answer(answer, response, trouble === 'truncated').catch(reset);
		});
		if (trouble === 'resetWithin') {
			const limit = Number(request.headers['content-length'] ?? 0) / 2;
			let passed = 0;
			request.on('data', (chunk: Buffer) => {
				passed += chunk.length;
				if (passed >= limit) onward.destroy();
			});
			request.on('end', () => onward.destroy());
		}
		request.pipe(onward);
		request.on('close', () => request.complete || onward.destroy());
	}

	private async answer(answer: IncomingMessage, response: ServerResponse, cut: boolean) {
		const { statusCode = 502, headers } = answer;
		const body = await buffer(answer);
		const isText = /json|text/.test(String(headers['content-type'])) && body.length < 65_536;
		const told = isText ? Buffer.from(this.through(body.toString())) : body;
		const location = headers.location && { location: this.through(headers.location) };
		const length = { 'content-length': told.length };
		delete headers['transfer-encoding'];
		response.writeHead(statusCode, { ...headers, ...location, ...length });
		if (!cut) return void response.end(told);
		response.write(told.subarray(0, told.length >> 1), () => response.socket?.resetAndDestroy());
	}
}
