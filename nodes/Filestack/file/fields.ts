import type { INodeProperties } from 'n8n-workflow';

import { inputField } from '../../shared/fields';

/** Where the bytes of a file come from. */
export const sourceFields: INodeProperties[] = [
	{
		displayName: 'File From',
		name: 'source',
		type: 'options',
		options: [
			{
				name: 'Binary Field',
				value: 'binary',
				description: 'A file of the workflow',
			},
			{
				name: 'URL',
				value: 'url',
				description: 'Filestack fetches the file itself',
			},
		],
		default: 'binary',
		description: 'Where the file comes from',
	},
	{ ...inputField, displayOptions: { show: { source: ['binary'] } } },
	{
		displayName: 'URL',
		name: 'url',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. https://example.com/photo.jpg',
		displayOptions: { show: { source: ['url'] } },
		description: 'A web address that Filestack can reach without signing in',
	},
];

/** Options that make sense only for bytes out of the workflow. */
export const forBinary = (option: INodeProperties): INodeProperties => ({
	...option,
	displayOptions: { show: { '/source': ['binary'] } },
});

export const base64Option: INodeProperties = {
	displayName: 'Base64 Decode',
	name: 'base64Decode',
	type: 'boolean',
	default: false,
	description:
		'Whether the file is base64 text that Filestack decodes before it stores it. Such a file goes in one request, and its SHA-256 is not that of the stored file, so none is put out.',
};

export const cacheOption: INodeProperties = {
	displayName: 'Cache',
	name: 'cache',
	type: 'boolean',
	default: true,
	description:
		'Whether a copy may be delivered that the host still has. Switch it off after a file was overwritten.',
};

export const mimeTypeOption: INodeProperties = {
	displayName: 'MIME Type',
	name: 'mimeType',
	type: 'string',
	default: '',
	placeholder: 'e.g. image/png',
	description: 'Replaces the type of the binary field, or the one that the URL answers with',
};

/** Has what was transferred compared; the label and the words differ between up and down. */
export const verifyOption = (displayName: string, what: string): INodeProperties => ({
	displayName,
	name: 'verify',
	type: 'boolean',
	default: false,
	description: `Whether to have Filestack compute the SHA-256 of the stored file and compare it with ${what}. Takes a while for large files.`,
});

const hashOptions = ['MD5', 'SHA-1', 'SHA-224', 'SHA-256', 'SHA-384', 'SHA-512'].map((name) => ({
	name,
	value: name.replace('-', '').toLowerCase(),
}));

export const hashesField: INodeProperties = {
	displayName: 'Hashes',
	name: 'hashes',
	type: 'multiOptions',
	options: hashOptions,
	default: ['sha256'],
	required: true,
	description: 'The digests to compute. Filestack reads the whole file for them, which takes time.',
};

/** All that the File API tells of a file (Filestack docs, Metadata); width and height are asked by filestack-js. */
export const metadataField: INodeProperties = {
	displayName: 'Fields',
	name: 'fields',
	type: 'multiOptions',
	options: [
		...hashOptions,
		{ name: 'Cloud', value: 'cloud', description: 'The cloud source that it was stored from' },
		{ name: 'Container', value: 'container' },
		{ name: 'EXIF', value: 'exif', description: 'Needs the App Secret in the credential' },
		{ name: 'File Name', value: 'filename' },
		{ name: 'Height', value: 'height', description: 'Of a picture, in pixels' },
		{ name: 'Location', value: 'location', description: 'The storage provider' },
		{ name: 'MIME Type', value: 'mimetype' },
		{ name: 'Path', value: 'path' },
		{ name: 'Size', value: 'size', description: 'In bytes' },
		{ name: 'Source URL', value: 'source_url', description: 'The URL that it was stored from' },
		{ name: 'Upload Status', value: 'upload_status' },
		{ name: 'Uploaded', value: 'uploaded', description: 'When it was uploaded' },
		{ name: 'Width', value: 'width', description: 'Of a picture, in pixels' },
		{ name: 'Writeable', value: 'writeable', description: 'Whether it can be overwritten' },
	].sort((a, b) => a.name.localeCompare(b.name)),
	default: [],
	description:
		'What to retrieve. Without any, Filestack sends its usual nine: container, file name, key, location, MIME type, path, size, uploaded and writeable.',
};
