import type { INodeProperties } from 'n8n-workflow';

import { locatorField } from '../../shared/locator';

export const linkField: INodeProperties = {
	displayName: 'Magic Link',
	name: 'magicLink',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. {{ $json.magicLink }}',
	description:
		'The link of a package that was sent. It is called without your credential, and each download counts as one of the recipient.',
};

export const scopeField: INodeProperties = {
	displayName: 'Download',
	name: 'scope',
	type: 'options',
	options: [
		{ name: 'All Files as a ZIP', value: 'all', description: 'Not for packages kept in S3' },
		{ name: 'One File', value: 'one' },
	],
	default: 'one',
	description: 'What to fetch of the package',
};

export const fileField: INodeProperties = {
	...locatorField({
		displayName: 'File',
		name: 'fileId',
		description:
			'A file of the package behind the magic link: its ID is in files of the package. Not needed where the magic link is that of a file.',
		searchListMethod: 'searchFiles',
		urlPattern: 'https?:\\/\\/[^?#]+\\/p\\/[A-Za-z0-9_-]+\\/file\\/([A-Za-z0-9_-]+)',
		urlPlaceholder: 'e.g. https://files.example.com/p/…/file/a1B2c3D4e5F',
		idPlaceholder: 'e.g. a1B2c3D4e5F',
	}),
	required: false,
	displayOptions: { show: { scope: ['one'] } },
};
