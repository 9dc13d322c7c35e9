import type {
	IDataObject,
	ILoadOptionsFunctions,
	INodeListSearchResult,
	INodeProperties,
} from 'n8n-workflow';

import { serviceTime } from '../../shared/dates';
import {
	collectPages,
	fetchNumberedPage,
	FIRST_PAGE,
	type NumberedPosition,
	type Page,
} from '../../shared/http/paging';
import {
	countOf,
	type ExpectedBody,
	isJsonObject,
	type JsonRecord,
	type ServiceContext,
} from '../../shared/http/service';
import { returnAllFields } from '../../shared/node/fields';
import { appliedByN8n, filterOf, listFilters } from '../../shared/node/filters';
import {
	dateLabel,
	entryLabel,
	locatorField,
	searchPages,
	sizeLabel,
} from '../../shared/node/locator';
import type { Operation } from '../../shared/node/operation';
import type { Field } from '../../shared/node/schema';
import type { OutputItem } from '../../shared/node/output';
import {
	describeFile,
	fieldOf,
	fileDetails,
	fileIdOf,
	outputFieldsOf,
	readLinkBase,
} from '../describe';
import { SECRET_FRAGMENT } from '../encryption/keys';
import { callWithFallback, FILE_URL, fileShot } from '../service';

/** The most files that one page can contain (FileShot docs, List My Files). */
export const MAX_PAGE_SIZE = 100;

export interface FilePage extends Page<JsonRecord, NumberedPosition> {
	/** The service's clock, in milliseconds since 1970. */
	now: number;
	/** The `Date` header. */
	date: unknown;
}

/** Fetches one page of the account's files. Accepts all common response formats, because the docs do not show one. */
export async function fetchFilePage(
	context: ServiceContext,
	position: NumberedPosition,
	limit: number,
): Promise<FilePage> {
	return await fetchNumberedPage(position, limit, async (page) => {
		const call = { method: 'GET', path: '/files', qs: { page, limit }, expects: FILES } as const;
		const { body, headers } = await callWithFallback(context, call, '/files/my-files');
		return { ...body, now: serviceTime(headers), date: headers.date };
	});
}

/** Fields that may contain the list. */
const LISTS = ['files', 'data', 'items', 'results'];

export const FILES: ExpectedBody<{ items: JsonRecord[]; total?: number; pages?: number }> = {
	what: 'a list of files',
	read(body) {
		const items = itemsOf(body);
		return items && { items, ...extentOf(body) };
	},
};

function itemsOf(body: unknown): JsonRecord[] | undefined {
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
			.flatMap((container) => names.map((name) => countOf(container[name])))
			.find((count) => count !== undefined);
	return { total: numberIn('total', 'totalCount'), pages: numberIn('totalPages') };
}

/** Searches the files for the File field. The names are compared here, because the service has no search. */
export async function searchFiles(
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const linkBase = await readLinkBase(this);
	const byNumber = async (page: number): Promise<Page<JsonRecord, number>> => {
		const position = { page, seen: (page - 1) * MAX_PAGE_SIZE };
		const { items, next } = await fetchFilePage(this, position, MAX_PAGE_SIZE);
		return { items, next: next?.page };
	};
	return await searchPages(filter, paginationToken, byNumber, (one) => {
		const id = fileIdOf(one) ?? '';
		const { link, size, createdAt } = outputFieldsOf(describeFile(one, { linkBase, now: 0 }));
		const name = String(fieldOf(one, 'fileName') ?? id);
		const label = entryLabel(name, sizeLabel(size), dateLabel(createdAt));
		return { name: label, value: id, url: String(link) };
	});
}

/** A file of the account. Get and Download also accept any public file. */
export const fileField: Field = {
	...locatorField({
		displayName: 'File',
		name: 'fileId',
		description: 'The file to use. Select it from the list, or enter its link or ID.',
		searchListMethod: 'searchFiles',
		urlPattern: FILE_URL,
		urlPlaceholder: 'e.g. https://fileshot.io/f/abc123',
		idPlaceholder: 'e.g. abc123',
	}),
	secretFragment: SECRET_FRAGMENT,
};

const statusFilter: INodeProperties = {
	displayName: 'Status',
	name: 'status',
	type: 'options',
	options: [
		{ name: 'Active', value: 'active' },
		{ name: 'Any', value: 'any' },
		{ name: 'Expired', value: 'expired' },
	],
	default: 'any',
	description: `Only return active or expired files. ${appliedByN8n('FileShot')}.`,
};

export const getAll: Operation = {
	value: 'getAll',
	name: 'Get Many',
	action: 'Get many files',
	description: 'Retrieve a list of files in the account',
	fields: returnAllFields,
	output: fileDetails,
	options: [
		...listFilters(fileShot.name, ['nameContains']),
		statusFilter,
		...listFilters(fileShot.name, ['expiresBefore', 'createdAfter', 'createdBefore']),
	],
	async execute(item) {
		const { functions, parameter, option } = item;
		const limit = parameter<boolean>('returnAll') ? Infinity : parameter<number>('limit');
		const status = option<string>('status') ?? 'any';
		const matchesFilter = filterOf<Listed>(item, ({ fields }) => fields);
		const isFiltered = matchesFilter !== undefined || status !== 'any';
		const perPage = isFiltered ? MAX_PAGE_SIZE : Math.min(limit, MAX_PAGE_SIZE);
		const linkBase = await readLinkBase(functions);

		const files = await collectPages<Listed, NumberedPosition>(
			FIRST_PAGE,
			async (position) => {
				const { items, next, now } = await fetchFilePage(functions, position, perPage);
				const context = { linkBase, now };
				const listed = items.map((one) => {
					const file = describeFile(one, context);
					return { file, fields: outputFieldsOf(file) };
				});
				return { items: listed, next };
			},
			{
				idOf: ({ file, fields }) => fields.fileId ?? JSON.stringify(file.json),
				limit,
				keep: (one) =>
					(matchesFilter?.(one) ?? true) && (status === 'any' || one.fields.status === status),
			},
		);
		return files.map(({ file }) => file);
	},
};

/** A listed file, and its output fields. */
interface Listed {
	file: OutputItem;
	fields: IDataObject;
}
