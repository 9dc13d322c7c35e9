import type { ProxyOptions } from './forwardRequest';
import type { Sandbox } from './sandbox';
import { type TestRequest, TestServer } from './testServer';

/**
 * A proxy in front of the origins of a service, on which a test sees what really goes over the wire. Addresses of the
 * origins in responses are replaced by those of the proxy, so that every request uses it.
 */
export class ServiceProxy {
	/** The requests to all origins, in the order in which they arrived. */
	readonly requests: TestRequest[] = [];
	private readonly servers: TestServer[] = [];
	/** Origins of the service, and of the proxy in front of each: `host:port`. */
	private readonly hosts = new Map<string, string>();

	constructor(private readonly options: ProxyOptions = {}) {}

	async start(origins: Iterable<string>): Promise<void> {
		const { before } = this.options;
		const options: ProxyOptions = {
			...this.options,
			before: async (request, count) => {
				this.requests.push(request);
				await before?.(request, count);
			},
			rewrite: (text) => this.through(text),
		};
		for (const origin of origins) {
			const server = await new TestServer().proxyTo(origin, options).start();
			this.servers.push(server);
			this.hosts.set(new URL(origin).host, `127.0.0.1:${await this.expose(server)}`);
		}
	}

	/** Returns the port on which nodes reach a server of the proxy. */
	protected async expose({ port }: TestServer): Promise<number> {
		return await Promise.resolve(port);
	}

	async stop(): Promise<void> {
		for (const server of this.servers) await server.stop();
	}

	/** Returns a text with the addresses of the proxy in place of those of the origins. */
	through(text: string): string {
		return [...this.hosts].reduce((all, [origin, proxy]) => all.replaceAll(origin, proxy), text);
	}
}

/** Starts a proxy in front of a service of the sandbox for a file of tests. */
export function useServiceProxy(sandbox: Sandbox, service: string): ServiceProxy {
	const proxy = new ServiceProxy();
	beforeAll(async () => await proxy.start(Object.values(sandbox.info.services[service].origins)));
	afterAll(async () => await proxy.stop());
	return proxy;
}
