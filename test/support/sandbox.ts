import axios, { type AxiosInstance } from 'axios';

import { eventually } from './eventually';
import type { SandboxInfo } from './processes';

/** A sandbox in another process, which shares no code with the nodes. */
export class Sandbox {
	/** Set by {@link start}. */
	info!: SandboxInfo;
	/** The control API, relative to /api. Set by {@link start}. */
	control!: AxiosInstance;
	private folder!: string;

	async start(): Promise<this> {
		Object.assign(this, await sandboxHost.start());
		this.control = axios.create({ baseURL: `${this.info.portal}/api` });
		return this;
	}

	/** Reads a state of the sandbox until it is the expected one. */
	async until<T>(path: string, found: (state: T) => boolean): Promise<T> {
		return await eventually(async () => {
			const { data } = await this.control.get<T>(path);
			return found(data) && data;
		});
	}

	async stop(): Promise<void> {
		await sandboxHost.stop(this.folder);
	}

	/** Requests that the service's own addresses have received, oldest first. */
	async requests(): Promise<SandboxRequest[]> {
		const { data } = await this.control.get<SandboxRequest[]>('/requests');
		return data;
	}

	/** Returns the statuses of the responses to these requests. */
	async statuses(): Promise<number[]> {
		return (await this.requests()).map(({ status }) => status);
	}

	async reset(): Promise<void> {
		await this.control.delete('/requests');
		await this.control.delete('/faults');
	}

	async fault(rule: object): Promise<void> {
		await this.control.post('/faults', rule);
	}
}

export interface SandboxRequest {
	service: string;
	origin: string;
	method: string;
	path: string;
	status: number;
	authorized: boolean;
	body?: Record<string, unknown>;
}
