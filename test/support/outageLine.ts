/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

import { Line } from './line';

/** A line to a service that goes down and comes up again, and counts what goes over it. */
export class OutageLine extends Line {
	/** Bytes of request bodies that have arrived here. */
	sent = 0;
	/** Requests that were passed on, as method and path. */
	readonly passed: string[] = [];
	/** Requests that were refused since the line went down. */
	refused = 0;
	isDown = false;
	/** Goes down when this many bytes have arrived. */
	private limit = Infinity;
	private revive: (line: OutageLine) => boolean = () => false;
	private readonly sockets = new Set<Socket>();

	reset(): void {
		this.sent = 0;
		this.passed.length = 0;
		this.up();
		this.limit = Infinity;
	}

	/**
	 * Lets the line go down when this many bytes of bodies have arrived.
	 * @param revive whether the line comes up again; asked for every request that is refused
	 */
	downAfter(bytes: number, revive: (line: OutageLine) => boolean = () => false): void {
		this.limit = bytes;
		this.revive = revive;
	}

	down(): void {
		this.isDown = true;
		this.refused = 0;
		this.limit = Infinity;
		for (const socket of this.sockets) socket.resetAndDestroy();
		this.sockets.clear();
	}

	up(): void {
		this.isDown = false;
	}

	protected override carry(host: string, request: IncomingMessage, response: ServerResponse): void {
		const { socket, method = '', url = '' } = request;
		const reset = () => void socket.resetAndDestroy();
		request.on('error', () => undefined);
		response.on('error', () => undefined);
		if (this.isDown) {
			this.refused++;
			if (this.revive(this)) this.up();
			return reset();
		}
		this.sockets.add(socket);
		this.passed.push(`${method} ${url.split('?', 1)[0]}`);
		const onward = this.connect(host, request);
		onward.on('error', reset);
		onward.on('response', (answer) => {
			answer.on('error', () => undefined);
			const pass = async () => void response.end(await this.begin(answer, response));
			pass().catch(reset);
		});
		request.on('data', (chunk: Buffer) => {
			this.sent += chunk.length;
			if (this.sent >= this.limit) this.down();
		});
		request.pipe(onward);
		request.on('close', () => request.complete || onward.destroy());
	}
}
