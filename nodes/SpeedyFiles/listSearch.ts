import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { RemoteResponse, requestFile } from '../shared/files/remoteResponse';
import { readBaseUrl } from '../shared/http/credential';
import { dateLabel, entryLabel, searchPages, sizeLabel } from '../shared/node/locator';
import type { Page } from '../shared/http/paging';
import type { JsonRecord } from '../shared/http/service';
import type { OutputItem } from '../shared/node/output';
import { packageFiles } from './describe';
import { fetchPackages } from './packagePages';
import { linkField, parseMagicLink } from './file';
import { magicLinkHost, speedyFiles } from './service';
import { fetchTokens } from './token';

/** Packages per page of a “From list” search. */
const PAGE_SIZE = 100;

/** Returns a search for packages with one of these statuses; without any, for all packages. */
function packageSearch(...statuses: string[]) {
	return async function (
		this: ILoadOptionsFunctions,
		filter?: string,
		paginationToken?: string,
	): Promise<INodeListSearchResult> {
		return await findPackages(this, statuses, filter, paginationToken);
	};
}

export const searchPackages = packageSearch();
/** Finalizing a revoked package gives it a new link. */
export const searchFinalizable = packageSearch('draft', 'revoked');
export const searchActive = packageSearch('active');

/** Searches packages by title, recipient, status and ID. Filtered here, because SpeedyFiles has no search. */
async function findPackages(
	context: ILoadOptionsFunctions,
	statuses: string[],
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const webBaseUrl = await readWebBaseUrl(context);
	const toEntry = ({ json: { id, title, ...more }, added }: OutputItem) => {
		const status = String(added?.status);
		if (statuses.length > 0 && !statuses.includes(status)) return undefined;
		const name = `${String(title)} – ${String(more.recipient_email)}`;
		return {
			name: entryLabel(name, status, dateLabel(more.created_at)),
			value: String(id),
			url: `${webBaseUrl}/dash/packages/${encodeURIComponent(String(id))}`,
		};
	};
	return await searchPages(filter, paginationToken, (page) => fetchPage(context, page), toEntry);
}

/**
 * Searches the files of the magic link that the user has entered; without one, the files of all packages with an active
 * link.
 */
export async function searchFiles(
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const entered = parseMagicLink(this.getCurrentNodeParameter(linkField.name));
	const linked = entered ? await fetchLinkedIds(this, entered.link) : [];
	if (linked.length > 0) {
		const fetchLinked = async () => ({ items: await describeLinked(this, linked) });
		return await searchPages(filter, undefined, fetchLinked, (file) => ({
			name: entryLabel(String(file.original_name), sizeLabel(file.size_bytes)),
			value: String(file.id),
		}));
	}
	const fetchFiles = async (first: number): Promise<Page<JsonRecord, number>> => {
		for (let page = first; ; page++) {
			const { items: packages, next } = await fetchPage(this, page);
			const items = packages
				.filter(({ json, added }) => json.direction === 'outbound' && added?.status === 'active')
				.flatMap(({ json }) => packageFiles(json).map((one) => ({ ...one, title: json.title })));
			if (items.length > 0 || next === undefined) return { items, next };
		}
	};
	return await searchPages(filter, paginationToken, fetchFiles, (file) => ({
		name: entryLabel(
			`${String(file.original_name)} – ${String(file.title)}`,
			sizeLabel(file.size_bytes),
		),
		value: String(file.id),
	}));
}

/** Characters of a page that are read; a package with thousands of files has a smaller one. */
const MAX_LINK_PAGE = 4 * 1024 * 1024;

/**
 * Returns the IDs of the files on the page of a magic link. The page is HTML, and the API has no call for the files of a
 * link (SpeedyFiles source, app/routes/public.py), so only the links to the files are read.
 * @throws NodeApiError if the link no longer works
 */
async function fetchLinkedIds(context: ILoadOptionsFunctions, link: string): Promise<string[]> {
	const options = { host: magicLinkHost, stallTimeout: 15_000 };
	const response = await requestFile(context, link, options);
	if (!(response instanceof RemoteResponse)) throw response.error;
	let page = '';
	for await (const chunk of response.readFrom(0)) {
		page += chunk.toString('latin1');
		if (page.length > MAX_LINK_PAGE) break;
	}
	const { pathname } = new URL(link);
	const ids = page
		.split(`${pathname}/file/`)
		.slice(1)
		.flatMap((rest) => /^[\w-]{1,100}/.exec(rest)?.[0] ?? []);
	return [...new Set(ids)];
}

/** Pages of packages that are searched for the names of files; the newest packages come first. */
const MAX_PAGES = 20;

/** Returns the files of a magic link with the names from their package, or with their IDs if it is not found. */
async function describeLinked(
	context: ILoadOptionsFunctions,
	ids: string[],
): Promise<JsonRecord[]> {
	for (let page: number | undefined = 1; page !== undefined && page <= MAX_PAGES;) {
		const { items, next }: Page<OutputItem, number> = await fetchPage(context, page);
		const files = items.flatMap(({ json }) => packageFiles(json));
		const linked = files.filter(({ id }) => ids.includes(String(id)));
		if (linked.length > 0) return linked;
		page = next;
	}
	return ids.map((id) => ({ id, original_name: id }));
}

/** Searches active tokens by name and prefix. */
export async function searchTokens(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	const fetchAll = async () => ({
		items: (await fetchTokens(this)).filter(({ added }) => added?.status === 'active'),
	});
	return await searchPages(filter, undefined, fetchAll, ({ json }) => ({
		name: `${String(json.name)} (${String(json.prefix)}…)`,
		value: String(json.id),
	}));
}

/** @param page starts at 1 */
async function fetchPage(
	context: ILoadOptionsFunctions,
	page: number,
): Promise<Page<OutputItem, number>> {
	const position = { offset: (page - 1) * PAGE_SIZE, total: 0 };
	const { items, next } = await fetchPackages(context, position, PAGE_SIZE);
	return { items, next: next && page + 1 };
}

/** Reads the base URL of the web interface. */
async function readWebBaseUrl(context: ILoadOptionsFunctions): Promise<string> {
	const url = await readBaseUrl(context, speedyFiles);
	return url.slice(0, -(speedyFiles.apiPath ?? '').length);
}
