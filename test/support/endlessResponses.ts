/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setInterval } from 'node:timers';
import { gzipSync } from 'node:zlib';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const JSON_TYPE = { 'content-type': 'application/json' };

/** Responds with a beginning, and then with a space every few milliseconds, without an end. */
export const trickle =
	(status: number, beginning: string): Handler =>
	(request, response) => {
		request.resume();
		response.writeHead(status, JSON_TYPE).write(beginning);
		const timer = setInterval(() => response.write(' '), 20).unref();
		response.once('close', () => clearInterval(timer));
	};

/** Sends a header without an end. */
export const trickleHeaders: Handler = ({ socket }) => {
	socket.write('HTTP/1.1 200 OK\r\nx-padding: ');
	const timer = setInterval(() => socket.write('a'), 20).unref();
	socket.once('close', () => clearInterval(timer));
};

const MIB = 1024 * 1024;
let compressed: Buffer | undefined;

/** Responds with a gigabyte of JSON, compressed to a megabyte. */
export const decompressionBomb =
	(status: number): Handler =>
	(_, response) => {
		compressed ??= gzipSync(Buffer.alloc(16 * MIB, ' '));
		response.writeHead(status, { ...JSON_TYPE, 'content-encoding': 'gzip' });
		for (let n = 0; n < 64; n++) response.write(compressed);
		response.end();
	};

/** Responds with a JSON text of this size, uncompressed. */
export const largeJson =
	(bytes: number): Handler =>
	(_, response) => {
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
