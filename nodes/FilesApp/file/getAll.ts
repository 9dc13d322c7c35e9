import { returnAllFields } from '../../shared/node/fields';
import { filterOf, listFilters } from '../../shared/node/filters';
import type { Operation } from '../../shared/node/operation';
import { optionalText } from '../../shared/node/parameters';
import { collectPages } from '../../shared/http/paging';
import type { Json } from '../../shared/http/service';
import { describeFile, filesApp } from '../service';
import { folderField } from './fields';
import { fetchFilePage, MAX_PAGE_SIZE } from './list';

export const getAll: Operation = {
	value: 'getAll',
	name: 'Get Many',
	action: 'Get many files',
	description: 'Retrieve a list of files in the account or a folder',
	fields: [
		...returnAllFields,
		folderField('Only return files in this folder. Leave empty for all files.'),
	],
	options: [
		...listFilters(filesApp.name, ['createdAfter', 'createdBefore', 'nameContains']),
		{
			displayName: 'Sort By',
			name: 'sort',
			type: 'options',
			options: [
				{ name: 'Creation Date', value: 'created_at' },
				{ name: 'Name', value: 'name' },
				{ name: 'Size', value: 'size' },
			],
			default: 'created_at',
			description: 'The field to sort by. The sort direction cannot be set.',
		},
	],
	async execute(item) {
		const { functions, parameter, option } = item;
		const limit = parameter<boolean>('returnAll') ? Infinity : parameter<number>('limit');
		const keep = filterOf<Json>(item, ({ name, created_at }) => ({ name, createdAt: created_at }));
		const query = {
			folderId: optionalText(parameter('folderId')),
			sort: option<string>('sort'),
			perPage: keep ? MAX_PAGE_SIZE : Math.min(limit, MAX_PAGE_SIZE),
		};
		const files = await collectPages(
			1,
			async (page) => await fetchFilePage(functions, query, page),
			{
				idOf: ({ id }) => id,
				limit,
				keep,
			},
		);
		return files.map((file) => ({ json: describeFile(file) }));
	},
};
