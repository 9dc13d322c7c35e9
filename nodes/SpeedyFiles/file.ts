import type { INodeProperties } from 'n8n-workflow';

import { locatorField } from '../shared/node/locator';

export const linkField: INodeProperties = {
	displayName: 'Magic Link',
	name: 'magicLink',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. {{ $json.magicLink }}',
	description:
		'The magic link of a sent package. Your credential is not sent, and each download counts as a download by the recipient.',
};

export const scopeField: INodeProperties = {
	displayName: 'Files to Download',
	name: 'scope',
	type: 'options',
	options: [
		{
			name: 'All Files (ZIP)',
			value: 'all',
			description: 'Not available for packages stored in S3',
		},
		{ name: 'Single File', value: 'one' },
	],
	default: 'one',
	description: 'What to download',
};

export const fileField: INodeProperties = {
	...locatorField({
		displayName: 'File',
		name: 'fileId',
		description:
			'The file to download. It must be in the package of the magic link. Not needed if the link points to a single file.',
		searchListMethod: 'searchFiles',
		urlPattern: 'https?:\\/\\/[^?#]+\\/p\\/[A-Za-z0-9_-]+\\/file\\/([A-Za-z0-9_-]+)',
		urlPlaceholder: 'e.g. https://files.example.com/p/…/file/a1B2c3D4e5F',
		idPlaceholder: 'e.g. a1B2c3D4e5F',
	}),
	required: false,
	displayOptions: { show: { scope: ['one'] } },
};
