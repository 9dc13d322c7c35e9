import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import type { SentDelivery } from '../e2e/triggers.mts';

/** A request with exact bytes: header names keep their case and may be repeated. */
export interface RawRequest {
	method: string;
	url: string;
	headers: Array<[name: string, value: string]>;
	body: Buffer;
	/**
	 * - `length`: with a Content-Length
	 * - `chunked`: in chunks of some bytes
	 * - `cut`: closes the connection in the middle of the body
	 * - `cutChunk`: closes the connection in the middle of a chunk
	 */
	framing: 'length' | 'chunked' | 'cut' | 'cutChunk';
}

export function rawRequest(url: string, { body, headers }: SentDelivery): RawRequest {
	return {
		method: 'POST',
		url,
		headers: Object.entries(headers),
		body: Buffer.from(body),
		framing: 'length',
	};
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** Closes the keep-alive connections. */
export const closeConnections = (): void => agent.destroy();

/** Sends a request and returns the response status; 0 if the connection closed without a response. */
export async function sendRaw(raw: RawRequest): Promise<number> {
	return raw.framing === 'cut' || raw.framing === 'cutChunk'
		? await breakOff(raw)
		: await post(raw);
}

async function post({ method, url, headers, body, framing }: RawRequest): Promise<number> {
	const framed: Array<[string, string]> =
		framing === 'chunked'
			? [['Transfer-Encoding', 'chunked']]
			: [['Content-Length', `${body.length}`]];
	const all = [['Host', new URL(url).host], ...headers, ...framed].flat();
	return await new Promise((done) => {
		const sent = request(url, { method, agent, headers: all }, (response) => {
			response.resume();
			response.once('close', () => done(response.statusCode ?? 0));
		});
		sent.once('error', () => done(0));
		sent.setTimeout(120_000, () => sent.destroy());
		if (framing === 'chunked') {
			for (let at = 0; at < body.length; at += 7) sent.write(body.subarray(at, at + 7));
			sent.end();
		} else sent.end(body);
	});
}

/** Announces more bytes than it sends and disconnects. */
async function breakOff({ method, url, headers, body, framing }: RawRequest): Promise<number> {
	const { host, hostname, port, pathname } = new URL(url);
	const lines = headers.map(([name, value]) => `${name}: ${value}`);
	const half = body.subarray(0, Math.floor(body.length / 2));
	const [framed, rest]: [string, Buffer] =
		framing === 'cut'
			? [`Content-Length: ${body.length}`, half]
			: [
					'Transfer-Encoding: chunked',
					Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), half]),
				];
	const head = [`${method} ${pathname} HTTP/1.1`, `Host: ${host}`, ...lines, framed, '', ''];
	return await new Promise((done) => {
		const socket = connect(Number(port), hostname, () =>
			socket.write(Buffer.concat([Buffer.from(head.join('\r\n')), rest]), () => socket.destroy()),
		);
		socket.once('error', () => done(0));
		socket.once('close', () => done(0));
	});
}
