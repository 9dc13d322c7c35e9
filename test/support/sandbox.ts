import axios, { type AxiosInstance } from 'axios';

import { eventually } from './eventually';
import type { SandboxInfo } from './processes';

/** The sandbox in a process of its own, spoken to over HTTP alone: a witness that shares nothing with the nodes. */
export class Sandbox {
	/** There once it is started. */
	info!: SandboxInfo;
	/** The control API, relative to /api. There once it is started. */
	control!: AxiosInstance;
	private folder!: string;

	async start(): Promise<this> {
		Object.assign(this, await sandboxHost.start());
		this.control = axios.create({ baseURL: `${this.info.portal}/api` });
		return this;
	}

	/** Asks for the sandbox's state until it is what the test waits for. */
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

	/** The statuses that they were answered with. */
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
