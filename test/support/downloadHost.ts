/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { TcpProxy } from './tcpProxy';
import { TestServer } from './testServer';

/** A version of the file. */
interface Version {
	bytes: Buffer;
	/** With its quotes. */
	etag: string;
}

/** A part of the file; `end` is exclusive. */
interface Slice {
	start: number;
	end: number;
}

/** A download request, with what an honest host would do with it. */
interface Incoming {
	request: IncomingMessage;
	response: ServerResponse;
	/** The number of the request, from 1. */
	number: number;
	/** The part that it asks for; undefined for the whole file. */
	range: Slice | undefined;
}

/** Responds to a download request of a {@link DownloadHost}. */
export type Behavior = (host: DownloadHost, incoming: Incoming) => void | Promise<void>;

/** Bytes per second of each connection: as much as the nodes can always keep up with. */
const RATE = 32 * 1024 * 1024;

const LAST_MODIFIED = new Date(Date.UTC(2026, 0, 2)).toUTCString();

/** A host that delivers one file over HTTP: honestly, or in one of the ways of `hostile`. */
export class DownloadHost extends TestServer {
	/** The versions of the file, in order; the last one is the current one. */
	readonly versions: Version[] = [];
	/** Bytes of response bodies so far, whether they have left the machine or not. */
	writtenBytes = 0;
	private behavior: Behavior = (_, incoming) => this.send(incoming);
	private readonly proxy = new TcpProxy(() => this.port, { rate: RATE });
	private sentBefore = 0;

	constructor() {
		super();
		this.handle((request, response) => {
			const range = rangeOf(request, this.current);
			return this.behavior(this, { request, response, number: this.requests.length, range });
		});
	}

	/** Bytes that the host has sent since it was reset, headers included. */
	get sentBytes(): number {
		return this.proxy.received - this.sentBefore;
	}

	override async start(): Promise<this> {
		await super.start();
		await this.proxy.start();
		this.url = `http://127.0.0.1:${this.proxy.port}`;
		return this;
	}

	override async stop(): Promise<void> {
		await this.proxy.stop();
		await super.stop();
	}

	/** Forgets everything, and delivers a new file of this size in this way. */
	deliver(size: number, behavior: Behavior): void {
		this.reset();
		this.versions.length = 0;
		this.writtenBytes = 0;
		this.sentBefore = this.proxy.received;
		this.behavior = behavior;
		this.change(size);
	}

	get current(): Version {
		return this.versions[this.versions.length - 1];
	}

	/** The SHA-256 of all versions. */
	get hashes(): string[] {
		return this.versions.map(({ bytes }) => createHash('sha256').update(bytes).digest('hex'));
	}

	/** Replaces the file by another one, by default with another ETag. */
	change(size: number, etag = `"${randomBytes(8).toString('hex')}"`): void {
		this.versions.push({ bytes: randomBytes(size), etag });
	}

	/** Sends the requested part of the current version, as an honest host does. */
	send(
		{ request, response, range }: Pick<Incoming, 'request' | 'response' | 'range'>,
		{
			headers = {},
			cutAfter,
		}: { headers?: Record<string, string | number>; cutAfter?: number } = {},
	): void {
		const { bytes, etag } = this.current;
		if (range && range.start >= range.end) {
			response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
			return;
		}
		const { start, end } = range ?? { start: 0, end: bytes.length };
		response.writeHead(range ? 206 : 200, {
			'content-type': 'application/octet-stream',
			'content-length': end - start,
			...(range && { 'content-range': `bytes ${start}-${end - 1}/${bytes.length}` }),
			...{ etag, 'last-modified': LAST_MODIFIED, 'accept-ranges': 'bytes', ...headers },
		});
		if (request.method === 'HEAD') {
			response.end();
			return;
		}
		const body = bytes.subarray(start, end);
		if (cutAfter === undefined || cutAfter >= body.length) this.write(response, body, true);
		else this.write(response, body.subarray(0, cutAfter), false);
	}

	/** Writes a body and ends the response, or resets the connection. */
	write(response: ServerResponse, body: Buffer, ends: boolean): void {
		this.writtenBytes += body.length;
		if (ends) response.end(body);
		// The client would otherwise lose the bytes that it has not read yet.
		else response.write(body, () => void sleep(20).then(() => response.socket?.resetAndDestroy()));
	}
}

/** Returns the part that a request asks for, if its If-Range names the current version (RFC 9110, 13.1.5 and 14.2). */
export function rangeOf({ headers }: IncomingMessage, { bytes, etag }: Version): Slice | undefined {
	const condition = headers['if-range'];
	if (condition !== undefined && condition !== etag && condition !== LAST_MODIFIED)
		return undefined;
	const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(String(headers.range ?? '')) ?? [];
	if (first === undefined || (first === '' && last === '')) return undefined;
	if (first === '') return { start: Math.max(0, bytes.length - Number(last)), end: bytes.length };
	const end = last === '' ? bytes.length : Math.min(Number(last) + 1, bytes.length);
	return { start: Number(first), end };
}
