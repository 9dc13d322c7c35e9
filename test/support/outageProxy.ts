/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { Line } from './line';
import { type Downtime, TcpProxy } from './tcpProxy';

/** Bytes per second of each connection and direction: as much as the nodes can always keep up with. */
const RATE = 32 * 1024 * 1024;

/** A request to which the line responds itself; see {@link LineWithOutages.respondEarly}. */
interface EarlyResponse {
	wanted: (request: IncomingMessage) => boolean;
	left: number;
}

/** A line to the origins of a service that goes down as a whole, like the connection of the machine that n8n runs on. */
export class LineWithOutages extends Line {
	/** The number of outages so far. */
	outages = 0;
	private readonly proxies: TcpProxy[] = [];
	private watches: Array<{ reached: () => boolean; act: () => Promise<void> }> = [];
	private running: Promise<void> = Promise.resolve();
	private early: EarlyResponse | undefined;

	/** Bytes from the nodes, headers included. */
	get sent(): number {
		return this.proxies.reduce((sum, proxy) => sum + proxy.sent, 0);
	}

	/** Bytes to the nodes, headers included. */
	get received(): number {
		return this.proxies.reduce((sum, proxy) => sum + proxy.received, 0);
	}

	override async stop(): Promise<void> {
		await this.running;
		for (const proxy of this.proxies) await proxy.stop();
		await super.stop();
	}

	/** Calls the function as soon as this many more bytes have been passed on. */
	after(direction: 'sent' | 'received', bytes: number, act: () => Promise<void>): void {
		const limit = this[direction] + bytes;
		this.watches.push({ reached: () => this[direction] >= limit, act });
	}

	/** Takes the connection down for a time, in milliseconds. */
	async outage(how: Downtime, duration: number): Promise<void> {
		this.outages += 1;
		for (const proxy of this.proxies) proxy.goDown(how);
		await sleep(duration);
		for (const proxy of this.proxies) await proxy.goUp();
	}

	/** Takes the connection down repeatedly; both durations are in milliseconds. */
	async flap(times: number, how: Downtime, down: number, up: number): Promise<void> {
		for (let count = 0; count < times; count += 1) {
			await this.outage(how, down);
			await sleep(up);
		}
	}

	/** Resets all connections, as when the machine gets another address; new ones are possible at once. */
	async changeAddress(): Promise<void> {
		this.outages += 1;
		for (const proxy of this.proxies) proxy.reset();
		return await Promise.resolve();
	}

	/** Responds to the next matching requests with success before their bodies have arrived, and discards the bodies. */
	respondEarly(times: number, wanted: (request: IncomingMessage) => boolean): void {
		this.early = { wanted, left: times };
	}

	protected override async expose(port: number): Promise<number> {
		const proxy = new TcpProxy(
			() => port,
			() => this.checkWatches(),
			RATE,
		);
		await proxy.start();
		this.proxies.push(proxy);
		return proxy.port;
	}

	/** Streams the body, so that an outage in the middle of it also interrupts the request to the service. */
	protected override carry(host: string, request: IncomingMessage, response: ServerResponse): void {
		request.on('error', () => undefined);
		response.on('error', () => undefined);
		if (this.early && this.early.left > 0 && this.early.wanted(request)) {
			this.early.left -= 1;
			response.writeHead(200, { etag: '"early"', 'content-type': 'application/json' });
			response.end('{"success":true,"received":true}');
			request.resume();
			return;
		}
		const onward = this.connect(host, request);
		const fail = () => void request.socket.destroy();
		onward.on('error', fail);
		onward.on('response', (answer) => {
			this.begin(answer, response).then((body) => response.end(body), fail);
		});
		request.pipe(onward);
		request.on('close', () => request.complete || onward.destroy());
	}

	private checkWatches(): void {
		const due = this.watches.filter(({ reached }) => reached());
		if (due.length === 0) return;
		this.watches = this.watches.filter((watch) => !due.includes(watch));
		for (const { act } of due) this.running = this.running.then(act);
	}
}
