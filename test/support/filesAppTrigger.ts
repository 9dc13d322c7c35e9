import type { IDataObject } from 'n8n-workflow';

import { FilesAppApi } from '../../credentials/FilesAppApi.credentials';
import { FilesAppTrigger } from '../../nodes/FilesApp/FilesAppTrigger.node';
import type { ActivePoller } from './polling';
import { PolledAccount } from './polledAccount';

export const HOUR = 3_600;

export class FilesAppAccount extends PolledAccount {
	protected readonly service = 'filesApp';
	protected readonly credentialType = new FilesAppApi();
	protected readonly events = ['*'];

	/** Before each test. The seconds of one test are not those of another. */
	override async reset(): Promise<void> {
		await super.reset();
		await this.settings({ plan: 'team', syncPageSize: 100, syncCursor: 'taken' });
		await this.clock({ advance: HOUR });
	}

	async upload(name: string, folderId?: string): Promise<string> {
		const form = new FormData();
		form.append('file', new Blob([name]), name);
		if (folderId) form.append('folder_id', folderId);
		const url = `${this.credentials.baseUrl}/upload`;
		const { data } = await this.sandbox.control.post<{ id: string }>(url, form, this.authorized);
		return data.id;
	}

	async uploadMany(count: number): Promise<string[]> {
		const ids: string[] = [];
		for (let n = 0; n < count; n++) ids.push(await this.upload(`file ${n}.txt`));
		return ids;
	}

	async remove(id: string): Promise<void> {
		await this.sandbox.control.delete(`${this.credentials.baseUrl}/files/${id}`, this.authorized);
	}

	async rename(id: string, name: string): Promise<void> {
		await this.sandbox.control.post('/services/filesApp/rename', { id, name });
	}

	/** Requests so far whose path begins so. */
	async requestsTo(path: string): Promise<number> {
		const all = await this.sandbox.requests();
		return all.filter((request) => request.path.startsWith(path)).length;
	}

	protected node() {
		return new FilesAppTrigger();
	}
}

export const idsOf = (items: IDataObject[]) => items.map(({ fileId }) => fileId);

/** The items of all runs so far. */
export const allOf = (trigger: ActivePoller) => trigger.runs.flat().map(({ json }) => json);
