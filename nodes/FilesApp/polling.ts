import type { INodeProperties } from 'n8n-workflow';

import { optionsField } from '../shared/node/fields';
import { includeExistingOption, pollEventsField } from '../shared/polling/fields';
import { globOption } from '../shared/webhook/events';
import { ANY_ACTION } from './change/pollChanges';
import { folderField } from './file/getAll';

export const pollingProperties: INodeProperties[] = [
	pollEventsField(
		[
			{
				name: 'Any Change',
				value: ANY_ACTION,
				description: 'All changes, including any types added in the future',
			},
			{ name: 'File Created', value: 'created' },
			{ name: 'File Deleted', value: 'deleted' },
			{ name: 'File Modified', value: 'modified' },
		],
		['created'],
	),
	folderField('Only trigger on changes in this folder. Leave empty for all folders.'),
	{
		displayName: 'Include File Details',
		name: 'details',
		type: 'boolean',
		default: true,
		description:
			'Whether to include the name, size, type and dates of each existing file. Uses one request per file.',
	},
	optionsField([
		globOption(
			'File Name',
			'fileName',
			'e.g. *.pdf',
			'files with a matching name (deleted files have no name and never match)',
		),
		includeExistingOption('files'),
	]),
];
