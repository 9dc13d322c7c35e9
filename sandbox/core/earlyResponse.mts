import type { FastifyInstance } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** Time that a response waits for the end of the request body, in real milliseconds. */
const WAIT_FOR_BODY_MS = 2000;

/** Time for reading the rest of the body after the response. */
const DRAIN_TIMEOUT_MS = 60_000;

/**
 * Ensures that a client which is still sending its body receives an early response. The rest of the body is drained:
 * closing the connection, as Node.js does for `Connection: close`, would reset it, and the client would see a network
 * error instead of the response (RFC 9112, 9.6). The response waits a moment for the end of the body, because many
 * clients do not read before they have sent everything; if the body is longer, the response is sent meanwhile.
 */
export function allowEarlyResponse(app: FastifyInstance): void {
	app.addHook('onSend', async ({ raw }, reply, payload) => {
		if (raw.complete || raw.destroyed) return payload;
		const ended = drain(raw);
		await Promise.race([ended, sleep(WAIT_FOR_BODY_MS, undefined, { ref: false })]);
		if (raw.complete || raw.destroyed) return payload;
		const closes = !reply.raw.shouldKeepAlive || reply.getHeader('connection') === 'close';
		reply.removeHeader('connection');
		reply.raw.shouldKeepAlive = true;
		const patience = setTimeout(() => raw.socket.destroy(), DRAIN_TIMEOUT_MS).unref();
		void ended.then(() => {
			clearTimeout(patience);
			if (closes) raw.socket.end();
		});
		return payload;
	});
}

/** Drains and discards the request body. Resolves when the body ends or fails. */
async function drain(body: IncomingMessage): Promise<void> {
	// Detach all readers of the body.
	body.unpipe().removeAllListeners('readable').resume();
	await new Promise<void>((resolve) => finished(body, { writable: false }, () => resolve()));
}
