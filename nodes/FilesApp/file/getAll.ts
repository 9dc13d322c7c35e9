import type {
	IDataObject,
	ILoadOptionsFunctions,
	INodeListSearchResult,
	INodeProperties,
} from 'n8n-workflow';

import { serviceTime } from '../../shared/dates';
import { callApi } from '../../shared/http/client';
import {
	collectPages,
	fetchNumberedPage,
	FIRST_PAGE,
	type NumberedPosition,
	type Page,
} from '../../shared/http/paging';
import {
	countOf,
	isJsonObject,
	type JsonRecord,
	type ServiceContext,
	textOf,
} from '../../shared/http/service';
import { returnAllFields } from '../../shared/node/fields';
import { filterOf, listFilters } from '../../shared/node/filters';
import {
	dateLabel,
	entryLabel,
	locatorField,
	searchPages,
	sizeLabel,
} from '../../shared/node/locator';
import type { Operation } from '../../shared/node/operation';
import { optionalText } from '../../shared/node/parameters';
import { FILE_URL, fileOutput, FILES, filesApp } from '../service';

/** The most files that one page can contain (Files App docs, List files). */
export const MAX_PAGE_SIZE = 100;

export interface ListQuery {
	folderId?: string;
	/** `name`, `size` or `created_at`. The docs do not mention the direction. */
	sort?: string;
	perPage?: number;
}

export interface FilePage extends Page<JsonRecord, NumberedPosition> {
	/** The service's clock, in milliseconds since 1970. */
	now: number;
	/** The `Date` header. */
	date: unknown;
}

/** Fetches one page of the files. */
export async function fetchFilePage(
	context: ServiceContext,
	{ folderId, sort, perPage = MAX_PAGE_SIZE }: ListQuery,
	position: NumberedPosition,
): Promise<FilePage> {
	return await fetchNumberedPage(position, perPage, async (page) => {
		const qs: IDataObject = { page, per_page: perPage };
		if (folderId) qs.folder_id = folderId;
		if (sort) qs.sort = sort;
		const call = { method: 'GET', path: '/files', qs, expects: FILES } as const;
		const { body: list, headers } = await callApi(context, filesApp, call);
		return {
			items: list.files.filter(isJsonObject),
			total: countOf(list.total),
			pageSize: countOf(list.per_page) || undefined,
			now: serviceTime(headers),
			date: headers.date,
		};
	});
}

/** Searches the files for the File field. The names are compared here, because the service has no search. */
export async function searchFiles(
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	return await searchPages(
		filter,
		paginationToken,
		async (page) => {
			const position = { page, seen: (page - 1) * MAX_PAGE_SIZE };
			const { items, next } = await fetchFilePage(this, { sort: 'name' }, position);
			return { items, next: next?.page };
		},
		({ id, name, size, created_at }) => ({
			name: entryLabel(textOf(name) ?? String(id), sizeLabel(size), dateLabel(created_at)),
			value: String(id),
		}),
	);
}

/** A file of the account. */
export const fileField = locatorField({
	displayName: 'File',
	name: 'fileId',
	description: 'The file to use. Select it from the list, or enter its URL or ID.',
	searchListMethod: 'searchFiles',
	urlPattern: FILE_URL,
	urlPlaceholder: 'e.g. https://files-app.com/api/v2/files/file_abc123',
	idPlaceholder: 'e.g. file_abc123',
});

/** A folder ID. There is no list to select from, because the service has no route that lists folders. */
export const folderField = (description: string): INodeProperties => ({
	displayName: 'Folder ID',
	name: 'folderId',
	type: 'string',
	default: '',
	placeholder: 'e.g. folder_abc123',
	description,
});

export const getAll: Operation = {
	value: 'getAll',
	name: 'Get Many',
	action: 'Get many files',
	description: 'Retrieve a list of files in the account or a folder',
	fields: [
		...returnAllFields,
		folderField('Only return files in this folder. Leave empty for all files.'),
	],
	output: fileOutput,
	options: [
		...listFilters(filesApp.name, ['nameContains', 'createdAfter', 'createdBefore']),
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
		const keep = filterOf<JsonRecord>(item, ({ name, created_at }) => ({
			name,
			createdAt: created_at,
		}));
		const query = {
			folderId: optionalText(parameter('folderId')),
			sort: option<string>('sort'),
			perPage: keep ? MAX_PAGE_SIZE : Math.min(limit, MAX_PAGE_SIZE),
		};
		const files = await collectPages(
			FIRST_PAGE,
			async (position) => await fetchFilePage(functions, query, position),
			{
				idOf: ({ id }) => id,
				limit,
				keep,
			},
		);
		return files.map((file) => ({ json: file as IDataObject }));
	},
};
