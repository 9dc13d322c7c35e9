import type { INodeProperties } from 'n8n-workflow';

import { DAY } from '../../shared/dates';
import { pathSegment } from '../../shared/http/addresses';
import { durationFields } from '../../shared/node/duration';
import { locatorField } from '../../shared/node/locator';
import type { ItemContext } from '../../shared/node/operation';
import type { ServiceContext } from '../../shared/http/service';

/** A package. Its URL is /dash/packages/<id> in the web interface and /api/v1/packages/<id> in the API. */
const locator = {
	displayName: 'Package',
	name: 'packageId',
	urlPattern: 'https?:\\/\\/[^?#]+\\/packages\\/([A-Za-z0-9_-]+)(?![^\\/?#])',
	urlPlaceholder: 'e.g. https://files.example.com/dash/packages/pQ3v0kJ8Yk2mB1tZr7wXcA',
	idPlaceholder: 'e.g. pQ3v0kJ8Yk2mB1tZr7wXcA',
};

export const packageField = locatorField({
	...locator,
	searchListMethod: 'searchPackages',
	description: 'The package to use. The list shows all packages the API token can access.',
});

export const finalizableField = locatorField({
	...locator,
	searchListMethod: 'searchFinalizable',
	description:
		'The package to send. The list shows drafts, and revoked packages, which get a new link.',
});

export const activeField = locatorField({
	...locator,
	searchListMethod: 'searchActive',
	description: 'The package whose links to disable. The list shows the active packages.',
});

export const packageIdOf = ({ locator }: ItemContext): string => locator(packageField.name);

/** The path of a package in the API. */
export const packagePath = (context: ServiceContext, id: string): string =>
	`/packages/${pathSegment(context, packageField.displayName, id)}`;

export const titleField: INodeProperties = {
	displayName: 'Title',
	name: 'title',
	type: 'string',
	default: 'Your files',
	required: true,
	placeholder: 'e.g. Q4 financials',
	description: 'The title shown to the recipient (up to 255 characters)',
};

export const emailField: INodeProperties = {
	displayName: 'Recipient Email',
	name: 'recipientEmail',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. cfo@acme.com',
	description: 'The person who receives the magic link',
};

export const nameField: INodeProperties = {
	displayName: 'Recipient Name',
	name: 'recipientName',
	type: 'string',
	default: '',
	placeholder: 'e.g. Nathan Smith',
	description: 'The name used to address the recipient. Leave empty to use the email address.',
};

export const directionField: INodeProperties = {
	displayName: 'Direction',
	name: 'direction',
	type: 'options',
	options: [
		{
			name: 'Outbound',
			value: 'outbound',
			description: 'Send files to the recipient. Stays a draft until finalized.',
		},
		{
			name: 'Inbound',
			value: 'inbound',
			description: 'Ask the recipient to upload files. Active immediately.',
		},
	],
	default: 'outbound',
	description:
		'Whether you send or receive files. For inbound packages, the SpeedyFiles API neither emails nor returns the upload link. Create inbound packages on the SpeedyFiles website instead.',
};

/** How long the magic link works: whole days, up to 90 (SpeedyFiles docs, REST API: POST /packages). */
export const lifetime = durationFields({
	name: 'ttlDays',
	units: ['days', 'weeks'],
	initial: [7, 'days'],
	max: 90 * DAY,
	description: 'How long the magic link works (up to 90 days)',
});

export const noteOption: INodeProperties = {
	displayName: 'Note',
	name: 'note',
	type: 'string',
	typeOptions: { rows: 3 },
	default: '',
	placeholder: 'e.g. Please look at page 3.',
	description: 'A message to the recipient (up to 4,000 characters)',
};

export const directionOption = (description: string): INodeProperties => ({
	displayName: 'Direction',
	name: 'direction',
	type: 'options',
	options: [
		{ name: 'Inbound', value: 'inbound' },
		{ name: 'Outbound', value: 'outbound' },
	],
	default: 'outbound',
	description,
});
