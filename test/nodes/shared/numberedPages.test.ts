import type { ICredentialType, IDataObject, INodeType } from 'n8n-workflow';

import { FilesAppApi } from '../../../credentials/FilesAppApi.credentials';
import { FileShotApi } from '../../../credentials/FileShotApi.credentials';
import { FilesApp } from '../../../nodes/FilesApp/FilesApp.node';
import { FileShot } from '../../../nodes/FileShot/FileShot.node';
import { outputOf, runNode } from '../../support/engine';
import { useTestServer } from '../../support/testServer';

/** Get Many of the services whose lists have numbered pages, with servers that count or cut their pages differently. */
const host = useTestServer();
const SERVICES: Array<[string, INodeType, ICredentialType, string]> = [
	['FileShot', new FileShot(), new FileShotApi(), 'fileId'],
	['Files App', new FilesApp(), new FilesAppApi(), 'id'],
];
const ENTRIES = 250;
const names = (from: number, to: number) =>
	Array.from({ length: to - from }, (_, index) => `f${from + index}`);

describe.each(SERVICES)('Get Many of %s', (_, node, credentialType, idField) => {
	/** @param pageOf the IDs on a page, and what the server says about the list */
	async function idsFrom(pageOf: (page: number) => { ids: string[] } & IDataObject) {
		host.respond(({ query }) => {
			const { ids, ...more } = pageOf(Number(query.page));
			return { body: { files: ids.map((id) => ({ [idField]: id, name: id })), ...more } };
		});
		const run = await runNode({
			...{ node, credentialType },
			credentials: { baseUrl: host.url, apiKey: 'key' },
			parameters: { resource: 'file', operation: 'getAll', returnAll: true },
		});
		return outputOf(run).map(({ json }) => json.fileId);
	}

	/** A list that returns fewer entries per page than requested. */
	const cut =
		(size: number, more: IDataObject) =>
		(page: number): { ids: string[] } & IDataObject => ({
			ids: names((page - 1) * size, Math.min(ENTRIES, page * size)),
			...more,
		});

	it.each([
		['does not report it', {}],
		['reports the requested number', { per_page: 100 }],
		['reports a number that is too large', { per_page: 1000 }],
	])('reads all pages of a server that returns fewer entries and %s', async (__, more) => {
		expect(await idsFrom(cut(40, { total: ENTRIES, ...more }))).toEqual(names(0, ENTRIES));
	});

	it.each([0, 1, 99])('reads full pages although the total is %i', async (total) => {
		expect(await idsFrom(cut(100, { total }))).toEqual(names(0, ENTRIES));
	});

	it.each([1, 5, 100, 140])('skips none if %i entries are deleted meanwhile', async (gone) => {
		const found = await idsFrom((page) => {
			const left = host.requests.length === 1 ? names(0, 250) : names(gone, 250);
			return { ids: left.slice((page - 1) * 100, page * 100), total: left.length };
		});
		expect(new Set(found)).toEqual(new Set([...names(0, 100), ...names(gone, 250)]));
	});

	it('reads no page again if entries are added meanwhile', async () => {
		const found = await idsFrom((page) => {
			const all = [...(host.requests.length === 1 ? [] : names(250, 253)), ...names(0, 250)];
			return { ids: all.slice((page - 1) * 100, page * 100), total: all.length };
		});
		expect(found).toEqual(names(0, 250));
		expect(host.requests.map(({ query }) => query.page)).toEqual(['1', '2', '3']);
	});
});
