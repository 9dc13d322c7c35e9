import type { FastifyInstance } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long an answer waits for the end of the body, in real milliseconds. */
const WAIT_FOR_BODY_MS = 2000;

/** How long the rest is read after the answer. */
const DRAIN_TIMEOUT_MS = 60_000;

/**
 * Lets an answer that does not need the body reach a client that is still sending it. The rest is read and thrown away:
 * closing the connection instead, as Node.js does for `Connection: close`, would reset it, and the client would learn of
 * a broken connection and not of its mistake (RFC 9112, 9.6). The answer waits a moment for the end of the body, since
 * many clients do not listen before; one that has more to send is told while it sends.
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

/** Reads a body to its end for nobody. Resolves then, or when it breaks off. */
async function drain(body: IncomingMessage): Promise<void> {
	// Whoever has begun to read it does so no longer.
	body.unpipe().removeAllListeners('readable').resume();
	await new Promise<void>((resolve) => finished(body, { writable: false }, () => resolve()));
}
