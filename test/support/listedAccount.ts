import type { IDataObject } from 'n8n-workflow';

import { type TestResponse, TestServer } from './testServer';

/** A FileShot account with a given list of files, on a server that only responds. */
export class ListedAccount {
	readonly host = new TestServer();

	/**
	 * @param files the list, as the service reports it
	 * @param date the `Date` header; undefined for the host's own
	 * @param deletions responses to deletions by file ID
	 */
	async start(
		files: readonly IDataObject[],
		{ date, deletions = {} }: { date?: string; deletions?: Record<string, TestResponse> } = {},
	): Promise<void> {
		const headers = date === undefined ? undefined : { date };
		const pages: Record<string, TestResponse> = {};
		for (let page = 1; page === 1 || (page - 1) * 100 < files.length; page++) {
			const body = JSON.stringify({ files: files.slice((page - 1) * 100, page * 100) });
			pages[`/api/files?page=${page}&limit=100`] = { headers, body };
		}
		for (const [id, answer] of Object.entries(deletions)) {
			pages[`/api/files/${id}`] = answer;
			pages[`/api/files/delete/${id}`] = answer;
		}
		await this.host.respondByUrl(pages, { body: '{"files":[]}' }).start();
	}

	/** The IDs of the requested deletions, in order. */
	get deleted(): string[] {
		return this.host.requests
			.filter(({ method }) => method === 'DELETE')
			.map(({ url }) => decodeURIComponent(url.split('/').at(-1)!));
	}

	async stop(): Promise<void> {
		await this.host.stop();
	}
}
