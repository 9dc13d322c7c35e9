import type { INodeProperties } from 'n8n-workflow';

import { byName, inputField, onlyForSources, urlField } from '../../shared/node/fields';

/** The fields for the source of a file: the workflow, or a URL that Filestack or n8n requests. */
export const sourceFields: INodeProperties[] = [
	{
		displayName: 'File Source',
		name: 'source',
		type: 'options',
		options: [
			{
				name: 'Workflow File',
				value: 'binary',
				description: 'A file from an input data field',
			},
			{
				name: 'URL',
				value: 'url',
				description: 'Filestack downloads the file itself',
			},
			{
				name: 'URL (Relayed)',
				value: 'urlThroughN8n',
				description:
					'Pass the file on through n8n without storing it, for URLs that Filestack cannot access',
			},
		],
		default: 'binary',
		description: 'Where the file comes from',
	},
	{ ...inputField, displayOptions: { show: { source: ['binary'] } } },
	{
		...urlField,
		placeholder: 'e.g. https://example.com/photo.jpg',
		displayOptions: { show: { source: ['url', 'urlThroughN8n'] } },
		description: 'A URL that Filestack or n8n can access without signing in',
	},
];

/** Shows an option only for files that n8n sends. */
export const onlyForSent = onlyForSources('binary', 'urlThroughN8n');

/** Shows an option only for a file that n8n requests from a URL. */
export const onlyForRelayed = onlyForSources('urlThroughN8n');

export const base64Option: INodeProperties = {
	displayName: 'Base64 Decode',
	name: 'base64Decode',
	type: 'boolean',
	default: false,
	description:
		'Whether Filestack decodes the file from Base64 before storing it. The file is sent in a single request, and no SHA-256 is returned.',
};

export const cacheOption: INodeProperties = {
	displayName: 'Cache',
	name: 'cache',
	type: 'boolean',
	default: true,
	description: 'Whether a cached copy may be used. Turn this off after overwriting a file.',
};

export const mimeTypeOption: INodeProperties = {
	displayName: 'MIME Type',
	name: 'mimeType',
	type: 'string',
	default: '',
	placeholder: 'e.g. image/png',
	description: 'Overrides the file’s MIME type',
};

/**
 * Returns the “Verify” option.
 * @param comparedFile the file that the stored one is compared with: “the uploaded file” or “the downloaded file”
 */
export const verifyOption = (displayName: string, comparedFile: string): INodeProperties => ({
	displayName,
	name: 'verify',
	type: 'boolean',
	default: false,
	description: `Whether to compare the SHA-256 computed by Filestack with ${comparedFile}. This can take a while for large files.`,
});

const hashOptions = ['MD5', 'SHA-1', 'SHA-224', 'SHA-256', 'SHA-384', 'SHA-512'].map((name) => ({
	name,
	value: name.replace('-', '').toLowerCase(),
}));

/** Whether a field of the metadata is a hash. */
export const isHash = (field: string): boolean => hashOptions.some(({ value }) => value === field);

export const hashesField: INodeProperties = {
	displayName: 'Hashes',
	name: 'hashes',
	type: 'multiOptions',
	options: hashOptions,
	default: ['sha256'],
	required: true,
	description: 'The hashes to compute. This can take a while for large files.',
};

/** All fields of the File API (Filestack docs, Metadata); width and height are only used by filestack-js. */
export const metadataField: INodeProperties = {
	displayName: 'Fields',
	name: 'fields',
	type: 'multiOptions',
	options: [
		...hashOptions,
		{ name: 'Cloud', value: 'cloud', description: 'The cloud source of the file' },
		{ name: 'Container', value: 'container' },
		{ name: 'EXIF', value: 'exif', description: 'Requires the App Secret in the credential' },
		{ name: 'File Name', value: 'filename' },
		{ name: 'Height', value: 'height', description: 'Of an image, in pixels' },
		{ name: 'Location', value: 'location', description: 'The storage provider' },
		{ name: 'MIME Type', value: 'mimetype' },
		{ name: 'Path', value: 'path' },
		{ name: 'Size', value: 'size', description: 'In bytes' },
		{
			name: 'Source URL',
			value: 'source_url',
			description: 'The URL that the file was stored from',
		},
		{ name: 'Upload Status', value: 'upload_status' },
		{ name: 'Uploaded', value: 'uploaded', description: 'When the file was uploaded' },
		{ name: 'Width', value: 'width', description: 'Of an image, in pixels' },
		{ name: 'Writeable', value: 'writeable', description: 'Whether the file can be overwritten' },
	].sort(byName),
	default: [],
	description:
		'The fields to return. By default: container, file name, key, location, MIME type, path, size, uploaded and writeable.',
};
