import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Socket } from 'node:net';
import { Readable, Transform } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, Faults } from './faults.mts';
import type { ServiceError } from './service.mts';

export interface FaultHooksOptions {
	service: string;
	origin: string;
	faults: Faults;
	/** The service's error shape, for faults that respond with a status. */
	error: ServiceError;
	/** The headers that the service sends with a response of this status. */
	headers: (status: number) => Record<string, string>;
}

/** Applies the fault rules to the requests of one origin. */
export function addFaultHooks(app: FastifyInstance, options: FaultHooksOptions): void {
	app.addHook('onRequest', async (request, reply) => {
		const faults = options.faults.apply({
			on: 'request',
			service: options.service,
			origin: options.origin,
			method: request.method,
			path: request.url.split('?', 1)[0],
		});
		request.faults = faults;
		request.entry.faults = faults.map((fault) => fault.type);
		for (const fault of faults) {
			if (await applyBefore(fault, request, reply, options)) return reply;
		}
		return undefined;
	});

	app.addHook('onSend', async (request, reply, payload) => {
		const { socket } = request.raw;
		if (request.faults.some((fault) => fault.type === 'resetAfterBody')) {
			socket.resetAndDestroy();
			return payload;
		}
		const cut = request.faults.find((fault) => fault.type === 'truncate');
		return Promise.resolve(cut ? truncated(payload, reply, socket, cut.bytes) : payload);
	});
}

/** Returns true if the fault has handled the request. */
async function applyBefore(
	fault: Fault,
	request: FastifyRequest,
	reply: FastifyReply,
	{ error, headers }: FaultHooksOptions,
): Promise<boolean> {
	switch (fault.type) {
		case 'delay':
			await sleep(fault.milliseconds, undefined, { ref: false });
			return request.raw.socket.destroyed;
		case 'reset':
			reply.hijack();
			request.raw.socket.resetAndDestroy();
			return true;
		case 'status':
			reply.headers({ ...headers(fault.status), ...fault.headers });
			await reply.code(fault.status).send(error(fault.status, fault.message));
			return true;
		case 'html':
			await reply
				.code(fault.status ?? 200)
				.type('text/html; charset=utf-8')
				.send(
					'<!doctype html>\n<html><head><title>Please wait</title></head><body>Checking…</body></html>\n',
				);
			return true;
		default:
			return false;
	}
}

/** Truncates the payload but keeps the announced length, as when a connection breaks. */
function truncated(
	payload: unknown,
	reply: FastifyReply,
	socket: Socket,
	wanted?: number,
): unknown {
	const whole = typeof payload === 'string' ? Buffer.from(payload) : payload;
	if (Buffer.isBuffer(whole)) reply.header('content-length', whole.length);
	else if (!(whole instanceof Readable)) return payload;
	const announced = Number(reply.getHeader('content-length') ?? 0);
	let left = wanted ?? Math.floor(announced / 2);
	const scissors = new Transform({
		transform(chunk: Buffer, _encoding, done) {
			const part = chunk.subarray(0, left);
			left -= part.length;
			if (left > 0) return done(null, part);
			this.push(part);
			// Give the bytes time to leave before the connection closes; the client would otherwise not receive any of
			// them.
			setTimeout(() => socket.destroy(), 20).unref();
		},
	});
	return (Buffer.isBuffer(whole) ? Readable.from([whole]) : whole).pipe(scissors);
}
