import axios from 'axios';
import type { IDataObject } from 'n8n-workflow';

import { SpeedyFilesApi } from '../../credentials/SpeedyFilesApi.credentials';
import { SpeedyFilesPollingTrigger } from '../../nodes/SpeedyFiles/SpeedyFilesPollingTrigger/SpeedyFilesPollingTrigger.node';
import { SpeedyFilesUser } from './speedyFiles';
import { PolledAccount } from './polledAccount';

export class SpeedyFilesAccount extends PolledAccount {
	readonly user = new SpeedyFilesUser(this.sandbox);
	protected readonly service = 'speedyFiles';
	protected readonly credentialType = new SpeedyFilesApi();
	protected readonly events = ['package.created', 'package.expiring_soon', 'package.expired'];

	/** Before each test: a user without packages. */
	override async reset(): Promise<void> {
		for (const { id } of await this.listed()) await this.remove(String(id));
		await super.reset();
	}

	/** The newest packages, asked for without the node. */
	async listed(): Promise<IDataObject[]> {
		return (await this.api.get<{ items: IDataObject[] }>('?limit=200')).data.items;
	}

	async create(fields: object = {}): Promise<string> {
		const usual = { title: 'Q4', recipient_email: 'cfo@acme.com', recipient_name: 'CFO' };
		// Active at once, which an outbound package is not.
		const sent = { ...usual, direction: 'inbound', ...fields };
		return (await this.api.post<{ id: string }>('', sent)).data.id;
	}

	async createMany(count: number): Promise<string[]> {
		const ids: string[] = [];
		for (let n = 0; n < count; n++) ids.push(await this.create());
		return ids;
	}

	async remove(id: string): Promise<void> {
		await this.api.delete(`/${id}`);
	}

	async revoke(id: string): Promise<void> {
		await this.api.post(`/${id}/revoke`);
	}

	/** Requests for the list so far. */
	async listCalls(): Promise<number> {
		return (await this.user.calls()).filter((call) => call.startsWith('GET')).length;
	}

	protected node() {
		return new SpeedyFilesPollingTrigger();
	}

	private get api() {
		return axios.create({
			baseURL: `${this.credentials.baseUrl}/api/v1/packages`,
			headers: { Authorization: `Bearer ${this.credentials.apiToken}` },
		});
	}
}
