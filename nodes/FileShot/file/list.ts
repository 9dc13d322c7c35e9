import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { serviceTime } from '../../shared/dates';
import { searchPages } from '../../shared/listSearch';
import type { Page } from '../../shared/http/paging';
import {
	type Essential,
	isJsonObject,
	type Json,
	type ServiceContext,
} from '../../shared/http/service';
import { callWithFallback } from '../call';
import { fieldOf, fileIdOf, readLinkBase, summaryOf } from '../describe';

/** The most files that one page can contain (FileShot docs, List My Files). */
export const MAX_PAGE_SIZE = 100;

/** A position in the list. */
export interface Position {
	/** The number of the page, starting at 1. */
	page: number;
	/** The number of files on the previous pages. */
	seen: number;
}

export interface FilePage extends Page<Json, Position> {
	/** The service's clock, in milliseconds since 1970. */
	now: number;
	/** The `Date` header. */
	date: unknown;
}

/** Fetches one page of the account's files. Accepts all common response formats, because the docs do not show one. */
export async function fetchFilePage(
	context: ServiceContext,
	{ page, seen }: Position,
	limit: number,
): Promise<FilePage> {
	const call = { method: 'GET', path: '/files', qs: { page, limit }, needs: FILES } as const;
	const { body, headers } = await callWithFallback(context, call, '/files/my-files');
	const { items, total, pages } = body;
	const readSoFar = seen + items.length;
	const more =
		total !== undefined
			? readSoFar < total
			: pages !== undefined
				? page < pages
				: items.length >= limit;
	const next = more && items.length > 0 ? { page: page + 1, seen: readSoFar } : undefined;
	return { items, next, now: serviceTime(headers), date: headers.date };
}

/** Fields that may contain the list. */
const LISTS = ['files', 'data', 'items', 'results'];

export const FILES: Essential<{ items: Json[]; total?: number; pages?: number }> = {
	what: 'a list of files',
	read(body) {
		const items = itemsOf(body);
		return items && { items, ...extentOf(body) };
	},
};

function itemsOf(body: unknown): Json[] | undefined {
	if (Array.isArray(body)) return body.filter(isJsonObject);
	if (!isJsonObject(body)) return undefined;
	const list = LISTS.map((name) => body[name]).find(Array.isArray);
	if (list) return list.filter(isJsonObject);
	return isJsonObject(body.data) ? itemsOf(body.data) : undefined;
}

/** The length of the list in files or pages, if the response contains it. */
function extentOf(body: unknown): { total?: number; pages?: number } {
	if (!isJsonObject(body)) return {};
	const containers = [body, body.pagination, body.data].filter(isJsonObject);
	const numberIn = (...names: string[]) =>
		containers
			.flatMap((container) => names.map((name) => container[name]))
			.find((value): value is number => typeof value === 'number');
	return { total: numberIn('total', 'totalCount'), pages: numberIn('totalPages') };
}

/** Searches the files for the File field. The names are compared here, because the service has no search. */
export async function searchFiles(
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const linkBase = await readLinkBase(this);
	const byNumber = async (page: number): Promise<Page<Json, number>> => {
		const position = { page, seen: (page - 1) * MAX_PAGE_SIZE };
		const { items, next } = await fetchFilePage(this, position, MAX_PAGE_SIZE);
		return { items, next: next?.page };
	};
	return await searchPages(filter, paginationToken, byNumber, (one) => {
		const id = fileIdOf(one) ?? '';
		const { downloadUrl } = summaryOf(one, { linkBase, now: 0 });
		return { name: String(fieldOf(one, 'fileName') ?? id), value: id, url: String(downloadUrl) };
	});
}
