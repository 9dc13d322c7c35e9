import type { INodeProperties } from 'n8n-workflow';

import { partOptions, sha256Option, stallOption } from '../../shared/fields';
import { base64Option, forBinary, mimeTypeOption, sourceFields, verifyOption } from './fields';

/**
 * In MiB. Filestack documents no limit of a single request and calls the upload in parts, which its own SDKs use, an
 * interface without guarantee: so only large files go that way. A part is what its Go and PHP clients send.
 */
export const PARTS = { threshold: 100, partSize: 8 };

export const storeFields: INodeProperties[] = [
	...sourceFields,
	{
		displayName: 'Storage',
		name: 'storage',
		type: 'options',
		options: [
			{ name: 'Azure Blob Storage', value: 'azure' },
			{ name: 'Dropbox', value: 'dropbox' },
			{ name: 'Google Cloud Storage', value: 'gcs' },
			{ name: 'Rackspace', value: 'rackspace' },
			{ name: 'S3', value: 'S3' },
		],
		default: 'S3',
		description:
			'Where Filestack puts the file. S3 works at once, the others once they are set up in the Developer Portal.',
	},
];

const tagsOption: INodeProperties = {
	displayName: 'Upload Tags',
	name: 'uploadTags',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true },
	placeholder: 'Add tag',
	default: { tag: [] },
	description: 'Your own notes on the file, at most 10. A file with tags goes in parts.',
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
					description: 'At most 128 characters',
				},
				{
					displayName: 'Value',
					name: 'value',
					type: 'string',
					default: '',
					placeholder: 'e.g. CUST-12345',
					description: 'At most 256 characters',
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
	description: 'Headers with which Filestack fetches the URL. It gets to know them.',
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
	{
		displayName: 'Access',
		name: 'access',
		type: 'options',
		options: [
			{ name: 'Private', value: 'private' },
			{ name: 'Public', value: 'public' },
		],
		default: 'private',
		displayOptions: { show: { '/storage': ['S3'] } },
		description: 'Who may read the file in its S3 bucket',
	},
	forBinary(base64Option),
	forBinary(sha256Option),
	{
		displayName: 'Container',
		name: 'container',
		type: 'string',
		default: '',
		placeholder: 'e.g. my-bucket',
		displayOptions: { hide: { '/storage': ['dropbox'] } },
		description: 'The bucket or container, instead of the one that is set in the Developer Portal',
	},
	{
		displayName: 'File Name',
		name: 'fileName',
		type: 'string',
		default: '',
		placeholder: 'e.g. photo.jpg',
		description: 'Replaces the name of the binary field, or the one in the URL',
	},
	mimeTypeOption,
	...partOptions('part', PARTS).map(forBinary),
	{
		displayName: 'Path',
		name: 'path',
		type: 'string',
		default: '',
		placeholder: 'e.g. customers/2025/',
		description:
			'Where in the container the file is put. With a slash at the end it is a folder, in which each file gets a name of its own; otherwise it is the whole name. Without it, files go to the root.',
	},
	headersOption,
	forBinary(stallOption),
	tagsOption,
	forBinary(verifyOption('Verify Upload', 'what was sent')),
	{
		displayName: 'Workflow IDs',
		name: 'workflowIds',
		type: 'string',
		default: '',
		placeholder: 'e.g. 53a5b5d5-8e2a-4f0f-9c1c-1f8b8f7a2b11',
		description:
			'Filestack workflows to run on the file, separated by commas. A file with workflows goes in parts.',
	},
];
