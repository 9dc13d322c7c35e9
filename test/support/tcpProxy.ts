/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** How a connection is down. */
export type Downtime =
	/** Nothing listens on the port: ECONNREFUSED. */
	| 'refusing'
	/** Connections are accepted and reset: ECONNRESET. */
	| 'resetting'
	/** Connections are accepted and stay open, but no byte passes. */
	| 'hanging';

/** A TCP proxy on 127.0.0.1 whose connection can go down. Counts the bytes that it passes on. */
export class TcpProxy {
	/** Bytes from clients. */
	sent = 0;
	/** Bytes to clients. */
	received = 0;
	/** Connections that were accepted and reset. */
	refused = 0;
	port = 0;
	private server!: Server;
	private downtime: Downtime | undefined;
	private readonly pairs = new Set<{ client: Socket; upstream: Socket }>();

	/** @param targetPort returns the port of the server on 127.0.0.1 */
	constructor(
		private readonly targetPort: () => number,
		private readonly options: {
			/** Called after bytes have been passed on. */
			onBytes?: () => void;
			/** Called after a connection has been accepted and reset. */
			onRefused?: () => void;
			/** Bytes per second of each connection and direction. */
			rate?: number;
		} = {},
	) {}

	async start(): Promise<void> {
		await this.listen();
	}

	async stop(): Promise<void> {
		this.reset();
		if (this.server.listening) await new Promise((done) => this.server.close(done));
	}

	/** Resets all open connections. */
	reset(): void {
		for (const { client, upstream } of this.pairs) {
			client.resetAndDestroy();
			upstream.destroy();
		}
		this.pairs.clear();
	}

	/** Takes the connection down; open connections are reset, or hang. */
	goDown(how: Downtime): void {
		this.downtime = how;
		if (how === 'hanging') {
			for (const { client, upstream } of this.pairs)
				[client, upstream].forEach((one) => one.pause());
			return;
		}
		if (how === 'refusing') this.server.close();
		this.reset();
	}

	/** Connections that hang continue, and new ones are passed on again. */
	async goUp(): Promise<void> {
		this.downtime = undefined;
		if (!this.server.listening) await this.listen();
		for (const { client, upstream } of this.pairs)
			[client, upstream].forEach((one) => one.resume());
	}

	private async listen(): Promise<void> {
		this.server = createServer({ noDelay: true }, (client) => this.accept(client));
		await new Promise<void>((done, failed) =>
			this.server.once('error', failed).listen(this.port, '127.0.0.1', done),
		);
		this.server.unref();
		this.port = (this.server.address() as AddressInfo).port;
	}

	private accept(client: Socket): void {
		client.on('error', () => undefined);
		if (this.downtime !== undefined && this.downtime !== 'hanging') {
			client.resetAndDestroy();
			this.refused += 1;
			this.options.onRefused?.();
			return;
		}
		const upstream = connect({ host: '127.0.0.1', port: this.targetPort(), noDelay: true });
		upstream.on('error', () => client.resetAndDestroy());
		const pair = { client, upstream };
		this.pairs.add(pair);
		this.pass(client, upstream, (count) => (this.sent += count));
		this.pass(upstream, client, (count) => (this.received += count));
		client.on('close', () => {
			this.pairs.delete(pair);
			upstream.destroy();
		});
		// What the server has sent before it closed the connection still has to reach the client.
		upstream.on('close', () => upstream.readableEnded || client.destroy());
		if (this.downtime === 'hanging') [client, upstream].forEach((one) => one.pause());
	}

	private pass(from: Socket, to: Socket, count: (bytes: number) => void): void {
		const { onBytes, rate = Infinity } = this.options;
		const resume = () => this.downtime ?? from.resume();
		from.on('data', (chunk: Buffer) => {
			if (to.destroyed) return;
			count(chunk.length);
			from.pause();
			const pause = Math.floor((chunk.length / rate) * 1000);
			to.write(chunk, () => (rate === Infinity ? resume() : setTimeout(resume, pause)));
			onBytes?.();
		});
		from.on('end', () => to.end());
	}
}
