import type { IDataObject } from 'n8n-workflow';

import { invalidIdError } from '../../shared/http/errors';
import { secretsOf } from '../../shared/http/secrets';
import type { ItemContext, OperationResult } from '../../shared/node/operation';
import { itemSource, readParameters } from '../../shared/node/parameters';
import { type Field, invalidParameter, MISSING_VALUES } from '../../shared/node/schema';
import { parseHttpUrl } from '../../shared/text';
import { extractHandle, fileField, selectedFile } from '../handle';
import { isHandle } from './grammar';
import { outputFieldsWithoutLink, outputResult, type Result } from './output';

/** A URL that Filestack requests itself, or a storage alias. */
const sourceUrlField: Field = {
	displayName: 'URL',
	name: 'sourceUrl',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. https://example.com/photo.jpg',
	description:
		'A URL that Filestack can access without signing in, or src://ALIAS/PATH for a storage alias of the Developer Portal',
};

/** The fields for the file to process. */
export const sourceFields: Field[] = [
	{
		displayName: 'Source',
		name: 'source',
		type: 'options',
		options: [
			{ name: 'Filestack File', value: 'file', description: 'A file stored in Filestack' },
			{ name: 'URL', value: 'url', description: 'Filestack downloads the file itself' },
		],
		default: 'file',
		description: 'Where the file comes from',
	},
	{ ...fileField, displayOptions: { show: { source: ['file'] } } },
	{ ...sourceUrlField, displayOptions: { show: { source: ['url'] } } },
];

/**
 * Returns the handle, URL or alias of the file to process.
 * @throws NodeOperationError that names the invalid field
 */
export function readSource(item: ItemContext): string {
	if (item.parameter('source') === 'url') {
		return checkUrl(item, sourceUrlField.displayName, item.parameter('sourceUrl'));
	}
	return readHandle(item);
}

/**
 * Returns the handle of the file to process.
 * @throws NodeOperationError for anything else
 */
export function readHandle(item: ItemContext): string {
	const { handle } = selectedFile(item);
	if (HANDLE.test(handle)) return handle;
	const node = item.functions.getNode();
	throw invalidIdError(node, fileField.displayName, 'is not valid', item.itemIndex);
}

/** Returns the output field that names the source; a password in its URL is not output. */
export function describeSource(source: string): IDataObject {
	if (isHandle(source)) return { handle: source };
	return { source: source.replace(/^(https?:\/\/)[^/?#]*@/i, '$1') };
}

/** Stricter than the File API, because a comma or a bracket would have a meaning in the path. */
const HANDLE = /^[\w-]{1,200}$/;
const ALIAS = /^src:\/\/[\w.-]+\/./i;

/**
 * Returns an http or https URL as HTTP clients request it, without its fragment, or a storage alias. Neither contains a
 * quotation mark: in a list of sources, the text after it would be a further source.
 * @throws NodeOperationError for any other text
 */
function checkUrl(
	item: Pick<ItemContext, 'functions' | 'itemIndex'>,
	label: string,
	text: string,
): string {
	const given = text.trim();
	const parsed = parseHttpUrl(given);
	if (parsed) {
		secretsOf(item.functions).addPasswordIn(parsed);
		parsed.hash = '';
	}
	const url = parsed?.href ?? (ALIAS.test(given) ? given : undefined);
	if (url !== undefined && !url.includes('"')) return url;
	const advice = 'It must start with https://, http:// or src://.';
	throw invalidParameter(item, label, 'is not a valid URL', advice);
}

/** The files for an operation that combines several. */
const LIST = {
	displayName: 'Files',
	name: 'files',
	type: 'string',
	takes: 'list',
	required: true,
	default: '',
	typeOptions: { rows: 3 },
	placeholder: 'e.g. s7tdGfE5RRKFUxwsZoYv',
	description: 'One handle or URL per line, or an expression that returns a list',
	displayOptions: { show: { filesFrom: ['list'] } },
} as const satisfies Field;

/** The file of each input item. */
const PER_ITEM: Field = {
	displayName: 'File of Each Item',
	name: 'itemFile',
	type: 'string',
	required: true,
	default: '={{ $json.handle }}',
	placeholder: 'e.g. {{ $json.handle }}',
	description: 'The handle or URL of the file, for each input item',
	displayOptions: { show: { filesFrom: ['items'] } },
};

const severalSourcesFields: Field[] = [
	{
		displayName: 'Files From',
		name: 'filesFrom',
		type: 'options',
		options: [
			{
				name: 'All Input Items',
				value: 'items',
				description: 'One file per input item, combined into a single result',
			},
			{ name: 'List', value: 'list', description: 'A list of files, for each input item' },
		],
		default: 'items',
		description: 'Which files to combine',
	},
	LIST,
	PER_ITEM,
];

/** Maximum number of files of an archive, a collage or a document (Filestack's Claude plugin, zip_files). */
const MAX_SOURCES = 100;

interface SeveralSources {
	sources: string[];
	/** The input items that the files come from. */
	pairedItem?: Array<{ item: number }>;
}

/**
 * Returns the files to combine, in order; undefined for an item whose file is part of the result of the first item.
 * @throws NodeOperationError that names the invalid field
 */
function readSeveralSources(item: ItemContext): SeveralSources | undefined {
	const { functions, itemIndex } = item;
	if (item.parameter('filesFrom') === 'list') {
		return { sources: checkSources(item, LIST, item.parameter<string[]>(LIST.name)) };
	}
	if (itemIndex > 0) return undefined;
	const indexes = functions.getInputData().map((_, index) => index);
	const sources = indexes.map((index) => {
		const field = { ...PER_ITEM, displayOptions: undefined };
		const { itemFile } = readParameters(itemSource(functions, index), [field]);
		return checkSource({ functions, itemIndex: index }, PER_ITEM, String(itemFile));
	});
	return {
		sources: checkSources(item, PER_ITEM, sources),
		pairedItem: indexes.map((index) => ({ item: index })),
	};
}

function checkSources(item: ItemContext, field: Field, given: string[]): string[] {
	const texts = given.flatMap((line) =>
		line.includes('://') ? line.split(BEFORE_URL) : line.split(/[\s,]+/),
	);
	if (texts.some((text) => SECOND_URL.test(text))) {
		const advice = 'Enter one handle or URL per line.';
		throw invalidParameter(item, field.displayName, 'has several URLs in one line', advice);
	}
	const sources = texts.filter(Boolean).map((text) => checkSource(item, field, text));
	if (sources.length <= MAX_SOURCES) return sources;
	const advice = `Combine up to ${MAX_SOURCES} files at a time, for example with Loop Over Items.`;
	throw invalidParameter(item, field.displayName, `has ${sources.length} files`, advice);
}

/** White space, with commas, before a further URL in one line. A path may contain spaces as well. */
const BEFORE_URL = /,?\s[\s,]*(?=(?:https?|src):\/\/)/i;
/** A comma before a URL: the whole could be one URL, which Filestack would request instead of the two. */
const SECOND_URL = /,(?:https?|src):\/\//i;

/** Accepts handles, URLs of any kind, and URLs of stored files on Filestack's hosts, which become handles. */
function checkSource(
	item: Pick<ItemContext, 'functions' | 'itemIndex'>,
	{ displayName }: Field,
	text: string,
): string {
	const given = text.trim();
	const source = isStoredFile(given) ? extractHandle(given) : given;
	if (!isHandle(source)) return checkUrl(item, displayName, source);
	if (HANDLE.test(source) && !MISSING_VALUES.has(source)) return source;
	const problem = 'has a value that is not a handle or URL';
	throw invalidParameter(item, displayName, problem, 'Enter one handle or URL per line.');
}

/**
 * Whether a URL is that of a stored file: processed as a handle, it needs neither the API key nor a public link. A URL with
 * tasks stands for their result instead.
 */
function isStoredFile(url: string): boolean {
	if (!FILESTACK_HOST.test(url)) return false;
	const segments = parseHttpUrl(url)?.pathname.split('/').slice(1, -1) ?? [];
	return !segments.some((segment) => CHANGE.test(segment));
}

const FILESTACK_HOST = /^https?:\/\/(?:cdn\.filestackcontent\.com|www\.filestackapi\.com)\//i;

/** A task that changes the file, as a segment of a path; not its policy, its cache, or the path of the File API. */
const CHANGE = /^(?!(?:security|cache)=|(?:api|file)$)[a-z_]+(?:=|$)/;

/** The fields of an operation that combines several files, with its own fields in between. */
export const combineFields = (...own: Field[]): Field[] => [
	...severalSourcesFields,
	...own,
	...outputFieldsWithoutLink,
];

/**
 * Combines several files into one result, which is paired with the input items that the files come from. Returns nothing
 * for an item whose file is part of the result of the first item.
 * @param describe returns the request for these files
 * @throws NodeApiError, NodeOperationError
 */
export async function combineFiles(
	item: ItemContext,
	describe: (sources: string[]) => Result,
): Promise<OperationResult[]> {
	const several = readSeveralSources(item);
	if (!several) return [];
	const { sources, pairedItem } = several;
	const result = await outputResult(item, describe(sources));
	return [{ ...result, ...(pairedItem && { pairedItem }) }];
}
