import type {
	INodeListSearchItems,
	INodeListSearchResult,
	INodeProperties,
	INodePropertyMode,
} from 'n8n-workflow';

import type { Page } from '../http/paging';
import { isoDate } from '../dates';
import { containsName } from '../text';

export interface LocatorOptions {
	/** The field's label, for example “File”. */
	displayName: string;
	name: string;
	description: string;
	/** The node's listSearch method; without one there is no “From List” mode, for services that cannot list. */
	searchListMethod?: string;
	/** A regular expression that matches a pasted URL, with one group for the ID. */
	urlPattern: string;
	urlPlaceholder: string;
	idPlaceholder: string;
	/** The service's own term for the ID, e.g. "Handle". */
	idLabel?: string;
}

/** A field for a resource, selected from a list or entered as a URL or an ID. Read it with `item.locator(name)`. */
export function locatorField(options: LocatorOptions): INodeProperties {
	const { displayName, name, description, searchListMethod, urlPattern, idLabel = 'ID' } = options;
	const kind = displayName.toLowerCase();
	const modes: INodePropertyMode[] = [
		mode('list', 'From List', { typeOptions: { searchListMethod, searchable: true } }),
		mode('url', 'By URL', {
			placeholder: options.urlPlaceholder,
			extractValue: { type: 'regex', regex: urlPattern },
			validation: [
				{
					type: 'regex',
					properties: { regex: `${urlPattern}.*`, errorMessage: `This is not a valid ${kind} URL` },
				},
			],
		}),
		mode('id', `By ${idLabel}`, { placeholder: options.idPlaceholder }),
	];
	const offered = searchListMethod ? modes : modes.slice(1).reverse();
	return {
		displayName,
		name,
		type: 'resourceLocator',
		default: { mode: offered[0].name, value: '' },
		required: true,
		description,
		modes: offered,
	};
}

function mode(
	name: 'list' | 'url' | 'id',
	displayName: string,
	more: Partial<INodePropertyMode>,
): INodePropertyMode {
	return Object.assign(more, {
		name,
		displayName,
		type: name === 'list' ? 'list' : 'string',
	} as const);
}

/** Joins a name with what distinguishes items of the same name; unknown details are omitted. */
export function entryLabel(name: string, ...details: Array<string | undefined>): string {
	const known = details.filter((detail) => detail !== undefined && detail !== '');
	return known.length > 0 ? `${name} – ${known.join(', ')}` : name;
}

/** Formats a size for a list, for example “1.4 MB”; undefined for anything but a number of bytes. */
export function sizeLabel(bytes: unknown): string | undefined {
	if (typeof bytes !== 'number' || !Number.isFinite(bytes) || bytes < 0) return undefined;
	const unit = bytes < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(bytes) / 3));
	const value = bytes / 1000 ** unit;
	const digits = unit > 0 && value < 10 ? 1 : 0;
	return `${value.toFixed(digits)} ${['B', 'KB', 'MB', 'GB', 'TB'][unit]}`;
}

/** Formats a date for a list, to the minute in UTC; undefined for anything but a date. */
export const dateLabel = (date: unknown): string | undefined =>
	isoDate(date)?.slice(0, 16).replace('T', ' ');

/** Pages that one search reads before it returns, even without a result. */
const MAX_PAGES = 20;

/**
 * Returns one page of a resource locator's “From List” results. Reads the service's pages until one contains a match,
 * because the services cannot search; n8n requests the next page when the user scrolls.
 * @param token the pagination token of the previous result; undefined for the first
 * @param entryOf returns undefined for an item that must not be listed
 */
export async function searchPages<Item>(
	filter: string | undefined,
	token: string | undefined,
	fetchPage: (page: number) => Promise<Page<Item, number>>,
	entryOf: (item: Item) => INodeListSearchItems | undefined,
): Promise<INodeListSearchResult> {
	const query = filter?.trim() ?? '';
	let next: number | undefined = Number(token ?? 1);
	let results: INodeListSearchItems[] = [];
	for (let read = 0; read < MAX_PAGES && next !== undefined && results.length === 0; read++) {
		const page: Page<Item, number> = await fetchPage(next);
		const matches = page.items
			.flatMap((item) => entryOf(item) ?? [])
			.filter(({ name, value }) => containsName(`${name}\n${value}`, query));
		results = results.concat(matches);
		next = page.items.length > 0 ? page.next : undefined;
	}
	return { results, paginationToken: next === undefined ? undefined : String(next) };
}
