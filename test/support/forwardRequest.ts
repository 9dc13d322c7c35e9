/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { type IncomingMessage, request as connect, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

import type { TestRequest, TestResponse } from './testServer';

/** What goes wrong with a request on its way through a proxy. */
export type ProxyFault =
	/** Nothing is passed on, and the connection stays open. */
	| 'hangs'
	/** The connection is reset before anything is passed on. */
	| 'isReset'
	/** The connection is reset in the middle of the request body. */
	| 'isResetWithin'
	/** The request is passed on, and the connection is reset in place of the response. */
	| 'losesResponse'
	/** The connection is reset in the middle of the response body. */
	| 'truncatesResponse'
	/** The proxy responds itself, before the body has arrived, and discards the body. */
	| { response: TestResponse };

export interface ProxyOptions {
	/** @param count the number of requests so far, including this one */
	before?: (request: TestRequest, count: number) => unknown;
	fault?: (request: TestRequest, count: number) => ProxyFault | undefined;
	/** Called with each piece of a request body. */
	onData?: (piece: Buffer) => void;
	/** Changes texts and redirects of responses. */
	rewrite?: (text: string) => string;
}

/** Responses that are longer than this many bytes are files. */
const MAX_TEXT = 65_536;

/**
 * Passes a request on to another server piece by piece, so that the server sees an interruption too. The response is passed
 * on once it is complete.
 */
export async function forwardRequest(
	baseUrl: string,
	recorded: TestRequest,
	count: number,
	[request, response]: [IncomingMessage, ServerResponse],
	{ before, fault: faultOf, onData, rewrite = (text) => text }: ProxyOptions,
): Promise<void> {
	await before?.(recorded, count);
	const fault = faultOf?.(recorded, count);
	const reset = () => void request.socket.resetAndDestroy();
	if (fault === 'hangs') return;
	if (fault === 'isReset') return reset();
	if (typeof fault === 'object') {
		const { status = 200, headers, body = '' } = fault.response;
		response.writeHead(status, headers).end(body);
		request.resume();
		return;
	}

	const { host, hostname, port, pathname } = new URL(baseUrl);
	const { method, url, headers } = recorded;
	const path = pathname.replace(/\/$/, '') + url;
	const onward = connect({ hostname, port, method, path, headers: { ...headers, host } });
	const responded = new Promise<IncomingMessage>((done, failed) =>
		onward.on('response', done).on('error', failed),
	);
	const pieces: Buffer[] = [];
	const limit = fault === 'isResetWithin' ? Number(headers['content-length'] ?? 0) / 2 : Infinity;
	let passed = 0;
	request.on('data', (piece: Buffer) => {
		pieces.push(piece);
		passed += piece.length;
		if (passed >= limit) onward.destroy();
		onData?.(piece);
	});
	request.once('end', () => {
		recorded.bytes = Buffer.concat(pieces);
		if (limit < Infinity) onward.destroy();
	});
	request.once('close', () => request.complete || onward.destroy());
	request.pipe(onward);

	try {
		const answer = await responded;
		if (fault === 'losesResponse') {
			answer.resume();
			return reset();
		}
		const body = await passHead(answer, response, rewrite);
		if (fault !== 'truncatesResponse') return void response.end(body);
		response.write(body.subarray(0, body.length >> 1), reset);
	} catch {
		reset();
	}
}

/** Sends the status and headers of a response, and returns the body that follows. */
async function passHead(
	answer: IncomingMessage,
	response: ServerResponse,
	rewrite: (text: string) => string,
): Promise<Buffer> {
	const { statusCode = 502, headers } = answer;
	const original = await buffer(answer);
	const isText = /json|text/.test(String(headers['content-type'])) && original.length < MAX_TEXT;
	const body = isText ? Buffer.from(rewrite(original.toString())) : original;
	const location = headers.location && { location: rewrite(headers.location) };
	delete headers['transfer-encoding'];
	response.writeHead(statusCode, { ...headers, ...location, 'content-length': body.length });
	return body;
}
