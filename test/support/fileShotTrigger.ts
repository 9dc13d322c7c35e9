import type { IDataObject } from 'n8n-workflow';

import { FileShotApi } from '../../credentials/FileShotApi.credentials';
import { FileShotTrigger } from '../../nodes/FileShot/FileShotTrigger.node';
import { PolledAccount } from './polledAccount';

export const HOUR = 3_600;
export const DAY = 24 * HOUR;
export const ALL = ['file.added', 'file.expiring_soon', 'file.expired'];

/** What a list of FileShot looks like by default. */
const USUAL = {
	expiredFiles: 'shown',
	dates: 'iso',
	fieldNames: 'camelCase',
	listShape: 'files',
	zeroKnowledgeFlag: 'correct',
};

export class FileShotAccount extends PolledAccount {
	protected readonly service = 'fileShot';
	protected readonly credentialType = new FileShotApi();
	protected readonly events = ['file.added'];

	/** Before each test: an empty account. */
	override async reset(): Promise<void> {
		await super.reset();
		await this.settings(USUAL);
		for (const { id } of await this.stored()) await this.remove(id);
	}

	async stored(): Promise<Array<{ id: string }>> {
		return (await this.sandbox.control.get<Array<{ id: string }>>('/services/fileShot/files')).data;
	}

	async add(fileName: string, expiryDays = 30, isZeroKnowledge = false): Promise<string> {
		const file = { fileName, content: 'eA==', expiryDays, isZeroKnowledge };
		const { data } = await this.sandbox.control.post<{ fileId: string }>(
			'/services/fileShot/files',
			file,
		);
		return data.fileId;
	}

	async addForOneDownload(fileName: string): Promise<string> {
		const file = { fileName, content: 'eA==', expiryDays: 30, maxDownloads: 1 };
		const { data } = await this.sandbox.control.post<{ fileId: string }>(
			'/services/fileShot/files',
			file,
		);
		return data.fileId;
	}

	async download(id: string): Promise<void> {
		await this.sandbox.control.get(`${this.credentials.baseUrl}/api/files/download/${id}`);
	}

	async addMany(count: number): Promise<string[]> {
		const ids: string[] = [];
		for (let n = 0; n < count; n++) ids.push(await this.add(`file ${n}.txt`));
		return ids;
	}

	async remove(id: string): Promise<void> {
		const url = `${this.credentials.baseUrl}/api/files/${id}`;
		await this.sandbox.control.delete(url, this.authorized);
	}

	protected node() {
		return new FileShotTrigger();
	}
}

export const namesOf = (items: IDataObject[]) => items.map(({ event, name }) => [event, name]);

export const idsOf = (items: IDataObject[]) => items.map(({ fileId }) => fileId);
