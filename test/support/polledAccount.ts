import type { ICredentialType, IDataObject, INodeType } from 'n8n-workflow';

import { ActivePoller } from './polling';
import { Sandbox } from './sandbox';
import { TestServer } from './testServer';

/** An account of a service in the sandbox, and triggers that poll it. */
export abstract class PolledAccount {
	/** A proxy in front of the service. */
	readonly proxy = new TestServer();
	/** Called before the proxy passes a request on, with the number of requests since the last reset of the proxy. */
	beforeRequest: (count: number) => unknown = () => undefined;
	protected abstract readonly service: string;
	protected abstract readonly credentialType: ICredentialType;
	/** The events of a trigger unless a test sets others. */
	protected abstract readonly events: string[];

	constructor(readonly sandbox: Sandbox) {}

	static async start<Account extends PolledAccount>(
		this: new (sandbox: Sandbox) => Account,
	): Promise<Account> {
		const account = new this(await new Sandbox().start());
		const before = (_: unknown, count: number) => account.beforeRequest(count);
		await account.proxy.proxyTo(account.credentials.baseUrl, { before }).start();
		return account;
	}

	async stop(): Promise<void> {
		await this.proxy.stop();
		await this.sandbox.stop();
	}

	/** Before each test. */
	async reset(): Promise<void> {
		await this.sandbox.reset();
		this.resetProxy();
		await this.clock({ speed: 1 });
	}

	resetProxy(): void {
		this.proxy.reset();
		this.beforeRequest = () => undefined;
	}

	get credentials() {
		return this.sandbox.info.services[this.service].credentials;
	}

	async settings(values: object): Promise<void> {
		await this.sandbox.control.patch(`/services/${this.service}/settings`, values);
	}

	async clock(change: object): Promise<void> {
		await this.sandbox.control.post('/clock', change);
	}

	/** A trigger that is not active yet. */
	trigger(parameters: IDataObject = {}, credentials: object = {}): ActivePoller {
		return new ActivePoller({
			node: this.node(),
			credentialType: this.credentialType,
			credentials: { ...this.credentials, ...credentials },
			parameters: { events: this.events, options: {}, ...parameters },
		});
	}

	async active(parameters: IDataObject = {}, credentials: object = {}): Promise<ActivePoller> {
		const trigger = this.trigger(parameters, credentials);
		await trigger.activate();
		return trigger;
	}

	protected abstract node(): INodeType;

	protected get authorized() {
		return { headers: { Authorization: `Bearer ${this.credentials.apiKey}` } };
	}
}
