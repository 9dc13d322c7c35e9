import { cleanUpOperation } from '../../shared/cleanUp/operation';
import { epochOf } from '../../shared/dates';
import { filterOf, listFilters } from '../../shared/listFilters';
import { collectPages } from '../../shared/paging';
import { optionalText } from '../../shared/parameters';
import { type Json, textOf } from '../../shared/service';
import { describeFile, filesApp } from '../service';
import { removeFile } from './delete';
import { folderField } from './fields';
import { filePage } from './list';

export const cleanUp = cleanUpOperation({
	service: filesApp.name,
	// Files App docs: a share link has an expiry, a file has none.
	kind: { noun: 'file', label: 'name', canExpire: false },
	scope: [folderField('Only files of this folder. Empty means all files.')],
	scopeOptions: listFilters(filesApp.name, ['nameContains']),
	remove: removeFile,
	async list(item) {
		const folderId = optionalText(item.parameter('folderId'));
		let now = 0;
		const files = await collectPages(
			1,
			async (number) => {
				const page = await filePage(item.functions, { folderId, sort: 'created_at' }, number);
				now = page.now;
				return page;
			},
			{ idOf: ({ id }) => id, keep: filterOf<Json>(item, ({ name }) => ({ name })) },
		);
		const found = files.map((file) => ({
			id: textOf(file.id),
			name: String(file.name ?? ''),
			size: typeof file.size === 'number' ? file.size : undefined,
			createdAt: epochOf(file.created_at),
			json: describeFile(file),
		}));
		return { found, now };
	},
});
