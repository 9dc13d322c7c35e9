import type { IDataObject } from 'n8n-workflow';

import { FileShotApi } from '../../credentials/FileShotApi.credentials';
import { FileShotTrigger } from '../../nodes/FileShot/FileShotTrigger.node';
import { ActivePoller } from './polling';
import { Relay } from './relay';
import { Sandbox } from './sandbox';

export const HOUR = 3_600;
export const DAY = 24 * HOUR;
export const ALL = ['file.added', 'file.expiring_soon', 'file.expired'];

/** What a list of FileShot looks like by default. */
const USUAL = {
	expiredFiles: 'shown',
	dates: 'iso',
	fieldNames: 'camelCase',
	listShape: 'files',
};

/** An account of FileShot in the sandbox, what happens in it, and triggers that ask it. */
export class WatchedAccount {
	private constructor(
		readonly sandbox: Sandbox,
		/** Stands before the account. */
		readonly relay: Relay,
	) {}

	static async start(): Promise<WatchedAccount> {
		const sandbox = await Sandbox.start();
		const relay = new Relay();
		await relay.start(sandbox.info.services.fileShot.credentials.baseUrl);
		return new WatchedAccount(sandbox, relay);
	}

	async stop(): Promise<void> {
		await this.relay.stop();
		await this.sandbox.stop();
	}

	/** Before each test: an empty account. */
	async reset(): Promise<void> {
		await this.sandbox.reset();
		this.relay.reset();
		await this.settings(USUAL);
		await this.clock({ speed: 1 });
		for (const { id } of await this.stored()) await this.remove(id);
	}

	get credentials() {
		return this.sandbox.info.services.fileShot.credentials;
	}

	async settings(values: object): Promise<void> {
		await this.sandbox.control.patch('/services/fileShot/settings', values);
	}

	async clock(change: object): Promise<void> {
		await this.sandbox.control.post('/clock', change);
	}

	async stored(): Promise<Array<{ id: string }>> {
		return (await this.sandbox.control.get<Array<{ id: string }>>('/services/fileShot/files')).data;
	}

	async add(fileName: string, expiryDays = 30): Promise<string> {
		const file = { fileName, content: 'eA==', expiryDays };
		const { data } = await this.sandbox.control.post<{ fileId: string }>(
			'/services/fileShot/files',
			file,
		);
		return data.fileId;
	}

	async addMany(count: number): Promise<string[]> {
		const ids: string[] = [];
		for (let n = 0; n < count; n++) ids.push(await this.add(`file ${n}.txt`));
		return ids;
	}

	async remove(id: string): Promise<void> {
		const { baseUrl, apiKey } = this.credentials;
		const headers = { Authorization: `Bearer ${apiKey}` };
		await this.sandbox.control.delete(`${baseUrl}/api/files/${id}`, { headers });
	}

	/** A trigger on added files that is not active yet. */
	trigger(parameters: IDataObject = {}, credentials: object = {}): ActivePoller {
		return new ActivePoller({
			node: new FileShotTrigger(),
			credentialType: new FileShotApi(),
			credentials: { ...this.credentials, ...credentials },
			parameters: { events: ['file.added'], options: {}, ...parameters },
		});
	}

	async active(parameters: IDataObject = {}, credentials: object = {}): Promise<ActivePoller> {
		const trigger = this.trigger(parameters, credentials);
		await trigger.activate();
		return trigger;
	}
}

export const namesOf = (items: IDataObject[]) =>
	items.map(({ event, fileName }) => [event, fileName]);

export const idsOf = (items: IDataObject[]) => items.map(({ fileId }) => fileId);
