/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';

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

/** A host that delivers one file over HTTP: honestly, or in one of the ways of {@link hostile}. */
export class DownloadHost extends TestServer {
	/** The versions of the file, in order; the last one is the current one. */
	readonly versions: Version[] = [];
	/** Bytes of response bodies so far, whether they have left the machine or not. */
	writtenBytes = 0;
	private behavior: Behavior = honest;
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
function rangeOf({ headers }: IncomingMessage, { bytes, etag }: Version): Slice | undefined {
	const condition = headers['if-range'];
	if (condition !== undefined && condition !== etag && condition !== LAST_MODIFIED)
		return undefined;
	const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(String(headers.range ?? '')) ?? [];
	if (first === undefined || (first === '' && last === '')) return undefined;
	if (first === '') return { start: Math.max(0, bytes.length - Number(last)), end: bytes.length };
	const end = last === '' ? bytes.length : Math.min(Number(last) + 1, bytes.length);
	return { start: Number(first), end };
}

const honest: Behavior = (host, incoming) => host.send(incoming);

/** Breaks the first response after this many bytes, and then calls `then`. */
const breaksFirst =
	(cutAfter: number, then: Behavior): Behavior =>
	async (host, incoming) =>
		incoming.number === 1 ? host.send(incoming, { cutAfter }) : await then(host, incoming);

/** Behaviors of hosts. Those that break a response do so with the first one, after the given number of bytes. */
export const hostile = {
	honest,

	/** Breaks every response after this many bytes, but supports ranges. */
	breaksOften:
		(cutAfter: number): Behavior =>
		(host, incoming) =>
			host.send(incoming, { cutAfter }),

	/** Breaks the first response, and has another file of the same size and with another ETag by then. */
	changesFile: (cutAfter: number): Behavior =>
		breaksFirst(cutAfter, (host, { request, response, number }) => {
			if (number === 2) host.change(host.current.bytes.length);
			host.send({ request, response, range: rangeOf(request, host.current) });
		}),

	/** The same with the same ETag and another length. */
	keepsEtag: (cutAfter: number): Behavior =>
		breaksFirst(cutAfter, (host, { request, response, number }) => {
			if (number === 2) host.change(host.current.bytes.length + 1000, host.current.etag);
			host.send({ request, response, range: rangeOf(request, host.current) });
		}),

	/** The same with the same ETag and length: only the bytes show it. */
	keepsEtagAndLength: (cutAfter: number): Behavior =>
		breaksFirst(cutAfter, (host, { request, response, number }) => {
			if (number === 2) host.change(host.current.bytes.length, host.current.etag);
			host.send({ request, response, range: rangeOf(request, host.current) });
		}),

	/** Ignores If-Range: sends the range of the new file, with its ETag. */
	ignoresCondition: (cutAfter: number): Behavior =>
		breaksFirst(cutAfter, (host, { request, response, number }) => {
			if (number === 2) host.change(host.current.bytes.length);
			delete request.headers['if-range'];
			host.send({ request, response, range: rangeOf(request, host.current) });
		}),

	/** Announces ranges, but sends the whole file for the second and each further request. */
	dropsRanges: (cutAfter: number): Behavior =>
		breaksFirst(cutAfter, (host, { request, response }) =>
			host.send({ request, response, range: undefined }),
		),

	/** Never supports ranges, and has no validators. */
	hasNoRanges: (cutAfter: number): Behavior =>
		breaksFirst(cutAfter, (host, { response }) => {
			const { bytes } = host.current;
			response.writeHead(200, { 'content-length': bytes.length });
			host.write(response, bytes, true);
		}),

	/** Sends the requested bytes with a Content-Range that is off by `shift` bytes. */
	shiftsContentRange:
		(cutAfter: number, shift: number): Behavior =>
		(host, incoming) => {
			const { range, number } = incoming;
			const { length } = host.current.bytes;
			if (number === 1 && range === undefined) return host.send(incoming, { cutAfter });
			const { start, end } = range ?? { start: 0, end: length };
			const shifted = `bytes ${start + shift}-${end - 1 + shift}/${length}`;
			host.send(incoming, { headers: range ? { 'content-range': shifted } : {} });
		},

	/** Sends other bytes than requested, and says so in a valid Content-Range. */
	sendsOtherRange:
		(cutAfter: number): Behavior =>
		(host, incoming) => {
			const { request, response, range, number } = incoming;
			if (number === 1 && range === undefined) return host.send(incoming, { cutAfter });
			const other = range && { start: 0, end: Math.min(1000, host.current.bytes.length) };
			host.send({ request, response, range: other });
		},

	/** Claims that the file is larger than before, in the Content-Range of the second and each further response. */
	changesTotal:
		(cutAfter: number): Behavior =>
		(host, incoming) => {
			const { range, number } = incoming;
			const { length } = host.current.bytes;
			if (number === 1 || !range) return host.send(incoming, { cutAfter });
			const larger = `bytes ${range.start}-${range.end - 1}/${length + 1}`;
			host.send(incoming, { headers: { 'content-range': larger } });
		},

	/** Sends one byte, and then another one every so many milliseconds. */
	trickles:
		(interval: number): Behavior =>
		async (host, { response }) => {
			const { bytes } = host.current;
			response.writeHead(200, { 'content-length': bytes.length });
			for (const byte of bytes) {
				if (response.destroyed) return;
				response.write(Buffer.from([byte]));
				host.writtenBytes += 1;
				await sleep(interval);
			}
			response.end();
		},

	/** Announces ten bytes in a Content-Range, and sends up to this many in chunks. */
	sendsMoreThanAnnounced:
		(most: number): Behavior =>
		async (host, { response }) => {
			response.writeHead(206, { 'content-range': 'bytes 0-9/10' });
			const block = Buffer.alloc(64 * 1024, 'x');
			while (!response.destroyed && host.writtenBytes < most) {
				host.writtenBytes += block.length;
				if (!response.write(block)) {
					await new Promise((done) => response.once('drain', done).once('close', done));
				}
			}
			response.end();
		},

	/** Sends zeros that are compressed with these codings, in their order. */
	sendsBomb: (size: number, ...codings: Array<keyof typeof COMPRESS>): Behavior => {
		const body = codings.reduce((bytes, coding) => COMPRESS[coding](bytes), Buffer.alloc(size));
		return (host, { response }) => {
			response.writeHead(200, {
				'content-encoding': codings.join(', '),
				'content-length': body.length,
				'content-type': 'application/octet-stream',
			});
			host.write(response, body, true);
		};
	},

	/** Redirects to itself without end. */
	redirectsForever: ((_host, { response, number }) => {
		response.writeHead(302, { location: `/files/${number}` }).end();
	}) satisfies Behavior,

	/**
	 * Redirects to a presigned URL that is good for one request, and responds with 403 after that. The first response
	 * breaks.
	 */
	presigns: (cutAfter: number): Behavior => {
		const valid = new Set<string>();
		let responses = 0;
		return (host, incoming) => {
			const { request, response, number } = incoming;
			if (!request.url?.startsWith('/signed/')) {
				const location = `/signed/${number}${request.url ?? ''}`;
				valid.add(location);
				response.writeHead(302, { location }).end();
				return;
			}
			if (!valid.delete(request.url)) {
				response.writeHead(403, { 'content-type': 'application/xml' });
				response.end(
					'<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>',
				);
				return;
			}
			responses += 1;
			host.send(incoming, responses === 1 ? { cutAfter } : {});
		};
	},
};

const COMPRESS = {
	gzip: (bytes: Buffer) => gzipSync(bytes),
	deflate: (bytes: Buffer) => deflateSync(bytes),
	br: (bytes: Buffer) => brotliCompressSync(bytes),
};
