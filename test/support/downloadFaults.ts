/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';

import { type Behavior, rangeOf } from './downloadHost';

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
