import type { IDataObject, ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { serviceTime } from '../../shared/dates';
import { callApi } from '../../shared/http/client';
import { searchPages } from '../../shared/listSearch';
import type { Page } from '../../shared/http/paging';
import {
	type Essential,
	isJsonObject,
	type Json,
	type ServiceContext,
	textOf,
} from '../../shared/http/service';
import { filesApp } from '../service';

/** The most files that one page can contain (Files App docs, List files). */
export const MAX_PAGE_SIZE = 100;

export interface ListQuery {
	folderId?: string;
	/** `name`, `size` or `created_at`. The docs do not mention the direction. */
	sort?: string;
	perPage?: number;
}

export interface FilePage extends Page<Json, number> {
	/** The service's clock, in milliseconds since 1970. */
	now: number;
	/** The `Date` header. */
	date: unknown;
}

/**
 * Fetches one page of the files.
 * @param page starts at 1
 */
export async function fetchFilePage(
	context: ServiceContext,
	{ folderId, sort, perPage = MAX_PAGE_SIZE }: ListQuery,
	page: number,
): Promise<FilePage> {
	const qs: IDataObject = { page, per_page: perPage };
	if (folderId) qs.folder_id = folderId;
	if (sort) qs.sort = sort;
	const call = { method: 'GET', path: '/files', qs, needs: FILES } as const;
	const { body: list, headers } = await callApi(context, filesApp, call);
	const items = list.files.filter(isJsonObject);
	const pageSize = Number(list.per_page ?? perPage) || perPage;
	const more =
		typeof list.total === 'number' ? page * pageSize < list.total : items.length >= pageSize;
	const next = more && items.length > 0 ? page + 1 : undefined;
	return { items, next, now: serviceTime(headers), date: headers.date };
}

export const FILES: Essential<Json & { files: unknown[] }> = {
	what: 'a list of files',
	read: (body) =>
		isJsonObject(body) && Array.isArray(body.files) ? { ...body, files: body.files } : undefined,
};

/** Searches the files for the File field. The names are compared here, because the service has no search. */
export async function searchFiles(
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	return await searchPages(
		filter,
		paginationToken,
		async (page) => await fetchFilePage(this, { sort: 'name' }, page),
		({ id, name }) => ({ name: textOf(name) ?? String(id), value: String(id) }),
	);
}
