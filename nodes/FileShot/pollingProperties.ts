import type { INodeProperties } from 'n8n-workflow';

import { simplifyField } from '../shared/node/fields';
import { existingOption, leadTimeFields, pollEventsField } from '../shared/polling/fields';
import { patternOption } from '../shared/webhook/fields';
import { EVENTS } from './polling';

export const pollingProperties: INodeProperties[] = [
	pollEventsField(
		[
			{
				name: 'File Added',
				value: EVENTS.added,
				description: 'A file was uploaded, through any app or the API',
			},
			{
				name: 'File Expired',
				value: EVENTS.expired,
				description: 'A file’s link has expired',
			},
			{
				name: 'File Expiring Soon',
				value: EVENTS.expiringSoon,
				description: 'A file will expire within the lead time',
			},
		],
		[EVENTS.added],
	),
	...leadTimeFields(EVENTS.expiringSoon, 'a file'),
	simplifyField,
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			patternOption('File Name', 'fileName', 'e.g. *.pdf', 'files with a matching name'),
			existingOption('files'),
		],
	},
];
