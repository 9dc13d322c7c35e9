import { randomUUID } from 'node:crypto';

import { type IDataObject, NodeApiError } from 'n8n-workflow';

import { type CleanUpItem, type CleanUpList, readCleanUpList } from '../../shared/cleanUp/list';
import { cleanUpOperation } from '../../shared/cleanUp/cleanUp';
import {
	listFilters,
	matchAllConditions,
	nameConditions,
	type ScopeMatch,
} from '../../shared/node/filters';
import { readExpiryDates } from '../../shared/cleanUp/expiry';
import { FIRST_PAGE } from '../../shared/http/paging';
import type { ItemContext } from '../../shared/node/operation';
import { optionalText } from '../../shared/node/parameters';
import {
	countOf,
	idTextOf,
	isJsonObject,
	type JsonRecord,
	textOf,
} from '../../shared/http/service';
import { fileOutput, filesApp } from '../service';
import { removeFile } from './file';
import { fetchFilePage, folderField } from './getAll';

export const cleanUp = cleanUpOperation({
	service: filesApp.name,
	// A share link expires, a file does not (Files App docs).
	kind: { noun: 'file', label: 'name', canExpire: false },
	output: fileOutput,
	scope: [folderField('Only clean up files in this folder. Leave empty for all files.')],
	scopeOptions: listFilters(filesApp.name, ['nameContains']),
	remove: removeFile,
	async list(item) {
		const folderId = optionalText(item.parameter('folderId'));
		const named = nameConditions(item, 'name', 'nameContains');
		const query = { folderId, sort: 'created_at' };
		const listing = await readCleanUpList(FIRST_PAGE, async (position) => {
			const page = await fetchFilePage(item.functions, query, position);
			const items = page.items.map((file): CleanUpItem => ({
				id: idTextOf(file.id),
				name: textOf(file.name),
				size: countOf(file.size),
				...readExpiryDates([file.created_at], []),
				isWithin: () => matchAllConditions(named(file.name)),
				scoped: [foldersOf(file)],
				json: file as IDataObject,
			}));
			return { ...page, items };
		});
		return folderId === undefined ? listing : await withinFolder(item, listing, folderId);
	},
});

/**
 * Keeps every file that is not certainly in the folder, because a server that ignores `folder_id` would list all files,
 * and Clean Up would delete them. The documented list does not contain the folder of a file. If no file reports one, a
 * request for a folder that does not exist checks whether the server filters.
 */
async function withinFolder(
	item: ItemContext,
	listing: CleanUpList,
	folderId: string,
): Promise<CleanUpList> {
	const { found } = listing;
	const isReported = found.some(({ json }) => foldersOf(json).length > 0);
	const isFiltered = found.length > 0 && !isReported && (await filtersByFolder(item));
	const inFolder = ({ json }: CleanUpItem): ScopeMatch => {
		const folders = foldersOf(json);
		if (folders.length === 0) {
			return isFiltered || 'Files App does not report its folder and may have ignored Folder ID';
		}
		return (
			folders.every((folder) => folder === folderId) ||
			`It is not in the folder “${folderId}”, although only that folder was requested`
		);
	};
	return {
		...listing,
		found: found.map((one) => ({
			...one,
			isWithin(now) {
				const within = one.isWithin?.(now) ?? true;
				return within === false ? false : (typeof within === 'string' && within) || inFolder(one);
			},
		})),
	};
}

/** Whether the server filters by folder: a random folder ID must return no files, 404 or 410. */
async function filtersByFolder({ functions }: ItemContext): Promise<boolean> {
	const query = { folderId: `folder_${randomUUID().replaceAll('-', '')}`, perPage: 1 };
	return await fetchFilePage(functions, query, FIRST_PAGE).then(
		({ items }) => items.length === 0,
		(error: unknown) => error instanceof NodeApiError && /^4(04|10)$/.test(error.httpCode ?? ''),
	);
}

/** The folders that a file reports: null for no folder; an empty array if it has no folder field. */
function foldersOf(file: JsonRecord): Array<string | null> {
	const reported = [file.folder_id, file.folderId, file.folder].filter(
		(value) => value !== undefined,
	);
	return reported.map((value) => idTextOf(isJsonObject(value) ? value.id : value) ?? null);
}
