import { randomUUID } from 'node:crypto';

import { NodeApiError } from 'n8n-workflow';

import { cleanUpOperation } from '../../shared/cleanUp/operation';
import type { CleanUpItem } from '../../shared/cleanUp/types';
import { withItem } from '../../shared/errors';
import { filterOf, listFilters } from '../../shared/listFilters';
import type { ItemContext } from '../../shared/operation';
import { optionalText } from '../../shared/parameters';
import { isJsonObject, type Json, textOf } from '../../shared/service';
import { describeFile, filesApp } from '../service';
import { removeFile } from './delete';
import { folderField } from './fields';
import { filePage } from './list';

export const cleanUp = cleanUpOperation<number>({
	service: filesApp.name,
	// Files App docs: a share link has an expiry, a file has none.
	kind: { noun: 'file', label: 'name', canExpire: false },
	scope: [folderField('Only files of this folder. Empty means all files.')],
	scopeOptions: listFilters(filesApp.name, ['nameContains']),
	remove: removeFile,
	async list(item) {
		const folderId = optionalText(item.parameter('folderId'));
		const isWanted = filterOf<Json>(item, ({ name }) => ({ name }));
		const inFolder = folderId === undefined ? () => true : await folderCheck(item, folderId);
		return {
			first: 1,
			async fetchPage(number) {
				const page = await filePage(item.functions, { folderId, sort: 'created_at' }, number);
				const entryOf = (file: Json): CleanUpItem => ({
					id: textOf(file.id),
					name: textOf(file.name),
					size: typeof file.size === 'number' ? file.size : undefined,
					createdAt: file.created_at,
					inScope: (isWanted?.(file) ?? true) && inFolder(file),
					json: describeFile(file),
				});
				return { ...page, items: page.items.map(entryOf) };
			},
		};
	},
});

/**
 * Whether a file is in a folder, as far as that is sure. The documented list says nothing of folders (Files App docs, List
 * files), and a server may ignore the filter. So it is asked for a folder that does not exist: one that has files there too
 * ignores the filter, and then only a file that names its folder itself counts.
 */
async function folderCheck({ functions, itemIndex }: ItemContext, folderId: string) {
	const nowhere = { folderId: `folder_${randomUUID()}`, perPage: 1 };
	const isFiltered = await filePage(functions, nowhere, 1).then(
		({ items }) => items.length === 0,
		(error: unknown) => {
			// That there is no such folder says a server that looks at it.
			if (error instanceof NodeApiError && /^4(00|04|10|22)$/.test(error.httpCode ?? ''))
				return true;
			throw withItem(functions.getNode(), error, itemIndex);
		},
	);
	return (file: Json): boolean | string => {
		const reported = folderOf(file);
		if (reported !== undefined) return reported === folderId || `It is in the folder ${reported}`;
		return isFiltered || 'Files App ignores the Folder ID, so it may be in another folder';
	};
}

/** The folder that a file names as its own, under whichever name a server does so. */
function folderOf({ folder_id, folderId, folder, parent_id }: Json): string | undefined {
	const ids = [folder_id, folderId, isJsonObject(folder) ? folder.id : folder, parent_id];
	return ids.map((id) => (typeof id === 'number' ? String(id) : textOf(id))).find(Boolean);
}
