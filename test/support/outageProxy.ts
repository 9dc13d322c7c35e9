/* eslint-disable @n8n/community-nodes/no-restricted-imports */
import { setTimeout as sleep } from 'node:timers/promises';

import type { ProxyOptions } from './forwardRequest';
import { ServiceProxy } from './serviceProxy';
import { type Downtime, TcpProxy } from './tcpProxy';
import type { TestServer } from './testServer';

/**
 * Bytes per second of each connection and direction: as much as the nodes can always keep up with. Without a limit,
 * megabytes are in the buffers of the operating system, and lost whenever a connection is reset.
 */
export const RATE = 32 * 1024 * 1024;

/** A proxy for a service that goes down as a whole, like the connection of the machine that n8n runs on. */
export class OutageProxy extends ServiceProxy {
	/** The number of outages so far. */
	outages = 0;
	private readonly proxies: TcpProxy[] = [];
	private limits: Array<{ isReached: () => boolean; act: () => Promise<void> }> = [];
	private running: Promise<void> = Promise.resolve();
	private mayGoUp: (proxy: OutageProxy) => boolean = () => false;
	private refusedBefore = 0;

	/** @param rate bytes per second of each connection and direction */
	constructor(
		options: ProxyOptions = {},
		private readonly rate = Infinity,
	) {
		super(options);
	}

	/** Bytes from the nodes, headers included. */
	get sent(): number {
		return this.sum('sent');
	}

	/** Bytes to the nodes, headers included. */
	get received(): number {
		return this.sum('received');
	}

	/** Connections that were refused since the proxy went down. */
	get refused(): number {
		return this.sum('refused') - this.refusedBefore;
	}

	/** Goes up, and forgets everything so far. */
	async reset(): Promise<void> {
		this.limits = [];
		await this.goUp();
		this.requests.length = this.outages = this.refusedBefore = 0;
		for (const proxy of this.proxies) proxy.sent = proxy.received = proxy.refused = 0;
	}

	override async stop(): Promise<void> {
		await this.running;
		for (const proxy of this.proxies) await proxy.stop();
		await super.stop();
	}

	/** Calls the function as soon as this many more bytes have been passed on; one function after the other. */
	after(direction: 'sent' | 'received', bytes: number, act: () => Promise<void>): void {
		const limit = this[direction] + bytes;
		this.limits.push({ isReached: () => this[direction] >= limit, act });
	}

	/** Takes the connection down for a time, in milliseconds. */
	async outage(how: Downtime, duration: number): Promise<void> {
		this.goDown(how);
		await sleep(duration);
		await this.goUp();
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

	/**
	 * Takes the connection down when this many more bytes have been sent.
	 * @param mayGoUp whether the connection is possible again; asked after each one that was refused
	 */
	downAfter(bytes: number, mayGoUp: (proxy: OutageProxy) => boolean = () => false): void {
		this.after('sent', bytes, () => {
			this.mayGoUp = mayGoUp;
			this.goDown('resetting');
			return Promise.resolve();
		});
	}

	goDown(how: Downtime): void {
		this.outages += 1;
		this.refusedBefore += this.refused;
		for (const proxy of this.proxies) proxy.goDown(how);
	}

	async goUp(): Promise<void> {
		this.mayGoUp = () => false;
		for (const proxy of this.proxies) await proxy.goUp();
	}

	protected override async expose(server: TestServer): Promise<number> {
		const proxy = new TcpProxy(() => server.port, {
			onBytes: () => this.checkLimits(),
			onRefused: () => void (this.mayGoUp(this) && this.goUp()),
			rate: this.rate,
		});
		await proxy.start();
		this.proxies.push(proxy);
		return proxy.port;
	}

	private sum(count: 'sent' | 'received' | 'refused'): number {
		return this.proxies.reduce((sum, proxy) => sum + proxy[count], 0);
	}

	private checkLimits(): void {
		const reached = this.limits.filter(({ isReached }) => isReached());
		if (reached.length === 0) return;
		this.limits = this.limits.filter((limit) => !reached.includes(limit));
		for (const { act } of reached) this.running = this.running.then(act);
	}
}
