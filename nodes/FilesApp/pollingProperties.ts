import type { INodeProperties } from 'n8n-workflow';

import { existingOption, pollEventsField } from '../shared/polling/fields';
import { patternOption } from '../shared/webhook/fields';
import { ANY_ACTION } from './change/followState';
import { folderField } from './file/fields';

export const pollingProperties: INodeProperties[] = [
	pollEventsField(
		[
			{
				name: 'Any Change',
				value: ANY_ACTION,
				description: 'Also changes that Files App may add in the future',
			},
			{ name: 'File Created', value: 'created' },
			{ name: 'File Deleted', value: 'deleted' },
			{ name: 'File Modified', value: 'modified' },
		],
		['created'],
	),
	folderField('Only changes in this folder. Empty means all folders.'),
	{
		displayName: 'Include File Details',
		name: 'details',
		type: 'boolean',
		default: true,
		description:
			'Whether to get the name, size, type and dates of each file that is still there. Takes one request a file.',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			patternOption(
				'File Name',
				'fileName',
				'e.g. *.pdf',
				'files with such a name, which a deleted one has no more',
			),
			existingOption('files'),
		],
	},
];
