import type { INodeProperties } from 'n8n-workflow';

import {
	allowedHostsOption,
	fileNameOption,
	maxSizeOption,
	partOptions,
	sha256Option,
	stallOption,
} from '../../shared/node/fields';
import type { ItemContext } from '../../shared/node/operation';
import { optionalText } from '../../shared/node/parameters';
import { invalidParameter } from '../../shared/node/schema';
import { isBlankText, withoutBlanks } from '../../shared/text';
import {
	base64Option,
	mimeTypeOption,
	onlyForRelayed,
	onlyForSent,
	sourceFields,
	verifyOption,
} from './fields';

/**
 * Defaults in MiB. Only large files are uploaded in parts, because Filestack documents no size limit for a single request
 * and does not guarantee the multipart interface that its SDKs use. The part size is that of its Go and PHP clients.
 */
export const PART_DEFAULTS = { threshold: 100, partSize: 8 };

/**
 * The storage of a new file.
 * @param s3 the value for S3: `S3` in the path of the store call, `s3` in a task (Filestack docs, Store)
 */
export const storageField = (name: string, s3: 'S3' | 's3'): INodeProperties => ({
	displayName: 'Storage',
	name,
	type: 'options',
	options: [
		{ name: 'Azure Blob Storage', value: 'azure' },
		{ name: 'Dropbox', value: 'dropbox' },
		{ name: 'Google Cloud Storage', value: 'gcs' },
		{ name: 'Rackspace', value: 'rackspace' },
		{ name: 'S3', value: s3 },
	],
	default: s3,
	description:
		'Where to store the file. S3 works right away. Set up the other options in the Developer Portal first.',
});

export const accessOption: INodeProperties = {
	displayName: 'Access',
	name: 'access',
	type: 'options',
	options: [
		{ name: 'Private', value: 'private' },
		{ name: 'Public', value: 'public' },
	],
	default: 'private',
	description: 'Who can read the file in the S3 bucket',
};

export const containerOption: INodeProperties = {
	displayName: 'Container',
	name: 'container',
	type: 'string',
	default: '',
	placeholder: 'e.g. my-bucket',
	description: 'Overrides the bucket or container set in the Developer Portal',
};

export const pathOption: INodeProperties = {
	displayName: 'Path',
	name: 'path',
	type: 'string',
	default: '',
	placeholder: 'e.g. customers/2025/',
	description:
		'The path in the container. End it with a slash to use it as a folder; otherwise, it is used as the file name. Defaults to the root.',
};

export const storeFields: INodeProperties[] = [...sourceFields, storageField('storage', 'S3')];

const tagsOption: INodeProperties = {
	displayName: 'Upload Tags',
	name: 'uploadTags',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true },
	placeholder: 'Add tag',
	default: { tag: [] },
	description: 'Up to 10 key-value tags. Files with tags are uploaded in parts.',
	options: [
		{
			displayName: 'Tag',
			name: 'tag',
			values: [
				{
					displayName: 'Name',
					name: 'name',
					type: 'string',
					default: '',
					placeholder: 'e.g. case',
					description: 'Up to 128 characters',
				},
				{
					displayName: 'Value',
					name: 'value',
					type: 'string',
					default: '',
					placeholder: 'e.g. CUST-12345',
					description: 'Up to 256 characters',
				},
			],
		},
	],
};

const headersOption: INodeProperties = {
	displayName: 'Source Headers',
	name: 'sourceHeaders',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true },
	placeholder: 'Add header',
	default: { header: [] },
	displayOptions: { show: { '/source': ['url'] } },
	description:
		'Headers that Filestack sends when downloading the URL. Only enter secrets that you want to share with Filestack.',
	options: [
		{
			displayName: 'Header',
			name: 'header',
			values: [
				{
					displayName: 'Name',
					name: 'name',
					type: 'string',
					default: '',
					placeholder: 'e.g. Accept-Language',
					description: 'The name of the header',
				},
				{
					displayName: 'Value',
					name: 'value',
					type: 'string',
					default: '',
					placeholder: 'e.g. de',
					description: 'The value of the header',
				},
			],
		},
	],
};

export const storeOptions: INodeProperties[] = [
	{ ...accessOption, displayOptions: { show: { '/storage': ['S3'] } } },
	onlyForSent(base64Option),
	onlyForSent(sha256Option),
	{ ...containerOption, displayOptions: { hide: { '/storage': ['dropbox'] } } },
	fileNameOption,
	mimeTypeOption,
	...partOptions('part', PART_DEFAULTS).map(onlyForSent),
	pathOption,
	headersOption,
	onlyForSent(stallOption),
	onlyForRelayed(allowedHostsOption),
	onlyForRelayed(maxSizeOption),
	tagsOption,
	onlyForSent(verifyOption('Verify Upload', 'the uploaded file')),
	{
		displayName: 'Workflow IDs',
		name: 'workflowIds',
		type: 'string',
		default: '',
		placeholder: 'e.g. 53a5b5d5-8e2a-4f0f-9c1c-1f8b8f7a2b11',
		description:
			'Filestack workflows to run on the file, separated by commas. These files are uploaded in parts.',
	},
];

/** The location and the properties of a stored file, for every upload method. */
export interface StoreTarget {
	/** As in the path of the store call, e.g. `S3`. */
	provider: string;
	filename?: string;
	mimetype?: string;
	path?: string;
	container?: string;
	access?: string;
	workflows?: string[];
	tags?: Record<string, string>;
}

/** @throws NodeOperationError that names the invalid field */
export function readStoreTarget(item: ItemContext): StoreTarget {
	const { parameter, option } = item;
	const text = (name: string) => optionalText(option(name));
	const workflows = (text('workflowIds') ?? '').split(',').map((id) => id.trim());
	return {
		provider: parameter<string>('storage'),
		filename: text('fileName'),
		mimetype: text('mimeType'),
		path: text('path'),
		container: text('container'),
		access: text('access'),
		workflows: workflows.some(Boolean) ? workflows.filter(Boolean) : undefined,
		tags: readTags(item),
	};
}

/** Reads the source headers, whose names ignore case. */
export function readHeaders(item: ItemContext): Array<[name: string, value: string]> {
	const headers = readPairs(item, headersOption, 'header');
	requireDistinct(
		item,
		headersOption,
		headers.map(([name]) => name.toLowerCase()),
	);
	return headers;
}

/**
 * Reads the name-value pairs of a fixed collection; empty pairs are dropped.
 * @throws NodeOperationError for a value whose name is missing, because it would be lost
 */
function readPairs(
	item: ItemContext,
	{ name: collection, displayName }: INodeProperties,
	kind: string,
): Array<[name: string, value: string]> {
	const pairs = item.option<Record<string, Array<{ name: string; value: string }>>>(collection);
	const given = (pairs?.[kind] ?? []).map(({ name, value }): [string, string] => [
		withoutBlanks(name),
		value,
	]);
	if (given.some(([name, value]) => name === '' && !isBlankText(value))) {
		const advice = 'Enter its name, or check that the expression for the name returns one.';
		throw invalidParameter(item, displayName, 'has a value without a name', advice);
	}
	return given.filter(([name]) => name !== '');
}

/** @throws NodeOperationError for a name that exists twice, because only its last value would be sent */
function requireDistinct(
	item: ItemContext,
	{ displayName }: INodeProperties,
	names: readonly string[],
): void {
	const twice = names.find((name, index) => names.indexOf(name) !== index);
	if (twice === undefined) return;
	const problem = `contains “${twice.slice(0, 60)}” twice`;
	throw invalidParameter(item, displayName, problem, 'Remove one of them, or join their values.');
}

/** Reads the tags, with the limits of filestack-js. */
function readTags(item: ItemContext): Record<string, string> | undefined {
	const tags = readPairs(item, tagsOption, 'tag');
	requireDistinct(
		item,
		tagsOption,
		tags.map(([name]) => name),
	);
	const hasLongTag = tags.some(([name, value]) => name.length > 128 || value.length > 256);
	if (tags.length > 10 || hasLongTag) {
		const problem = hasLongTag ? 'has a tag that is too long' : 'has more than 10 tags';
		const limits =
			'A file can have up to 10 tags, with names of up to 128 characters and values of up to 256.';
		throw invalidParameter(item, 'Upload Tags', problem, limits);
	}
	return tags.length > 0 ? Object.fromEntries(tags) : undefined;
}

/** Returns the `store` field of the upload and processing APIs, where provider names are in lower case. */
export function storeParameters({ provider, ...target }: StoreTarget) {
	const { path, container, access, workflows } = target;
	return {
		location: provider.toLowerCase(),
		...omitUndefined({ path, container, access, workflows }),
	};
}

/** Returns a copy without the fields that are undefined. */
export function omitUndefined<T extends object>(fields: T): Partial<T> {
	const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
	return Object.fromEntries(entries) as Partial<T>;
}
