import type { INodeProperties } from 'n8n-workflow';

import {
	allowedHostsOption,
	maxSizeOption,
	fileNameOption,
	partOptions,
	sha256Option,
	stallOption,
} from '../../shared/node/fields';
import {
	base64Option,
	mimeTypeOption,
	onlyForSent,
	sourceFields,
	onlyForRelayed,
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
