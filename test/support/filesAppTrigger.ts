import type { IDataObject } from 'n8n-workflow';

import { FilesAppApi } from '../../credentials/FilesAppApi.credentials';
import { FilesAppTrigger } from '../../nodes/FilesApp/FilesAppTrigger.node';
import { ActivePoller } from './polling';
import { Relay } from './relay';
import { Sandbox } from './sandbox';

export const HOUR = 3_600;

/** An account of Files App in the sandbox, what happens in it, and triggers that ask it. */
export class WatchedAccount {
	private constructor(
		readonly sandbox: Sandbox,
		/** Stands before the account. */
		readonly relay: Relay,
	) {}

	static async start(): Promise<WatchedAccount> {
		const sandbox = await Sandbox.start();
		const relay = new Relay();
		await relay.start(sandbox.info.services.filesApp.credentials.baseUrl);
		return new WatchedAccount(sandbox, relay);
	}

	async stop(): Promise<void> {
		await this.relay.stop();
		await this.sandbox.stop();
	}

	/** Before each test. The seconds of one test are not those of another. */
	async reset(): Promise<void> {
		await this.sandbox.reset();
		this.relay.reset();
		await this.settings({ plan: 'team', syncPageSize: 100, syncCursor: 'taken' });
		await this.clock({ speed: 1, advance: HOUR });
	}

	get credentials() {
		return this.sandbox.info.services.filesApp.credentials;
	}

	async settings(values: object): Promise<void> {
		await this.sandbox.control.patch('/services/filesApp/settings', values);
	}

	async clock(change: object): Promise<void> {
		await this.sandbox.control.post('/clock', change);
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

	/** A trigger on any change that is not active yet. */
	trigger(parameters: IDataObject = {}, credentials: object = {}): ActivePoller {
		return new ActivePoller({
			node: new FilesAppTrigger(),
			credentialType: new FilesAppApi(),
			credentials: { ...this.credentials, ...credentials },
			parameters: { events: ['*'], options: {}, ...parameters },
		});
	}

	async active(parameters: IDataObject = {}, credentials: object = {}): Promise<ActivePoller> {
		const trigger = this.trigger(parameters, credentials);
		await trigger.activate();
		return trigger;
	}

	private get authorized() {
		return { headers: { Authorization: `Bearer ${this.credentials.apiKey}` } };
	}
}

export const idsOf = (items: IDataObject[]) => items.map(({ fileId }) => fileId);

/** The items of all runs so far. */
export const allOf = (trigger: ActivePoller) => trigger.runs.flat().map(({ json }) => json);
