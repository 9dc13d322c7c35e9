import type { INodeProperties } from 'n8n-workflow';

import { simplifyField } from '../shared/fields';
import { existingOption, leadTimeFields, pollEventsField } from '../shared/polling/fields';
import { patternOption } from '../shared/webhook/fields';
import { EVENTS } from './watchedFiles';

export const pollingProperties: INodeProperties[] = [
	pollEventsField(
		[
			{
				name: 'File Added',
				value: EVENTS.added,
				description: 'A file was uploaded, by whichever way',
			},
			{
				name: 'File Expired',
				value: EVENTS.expired,
				description: 'Its link does not work any more',
			},
			{
				name: 'File Expiring Soon',
				value: EVENTS.expiringSoon,
				description: 'Its expiry is closer than the lead time',
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
			patternOption('File Name', 'fileName', 'e.g. *.pdf', 'files with such a name'),
			existingOption('files'),
		],
	},
];
