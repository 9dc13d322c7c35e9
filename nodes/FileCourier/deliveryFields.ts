import type { INodeProperties } from 'n8n-workflow';

import { outputField, sha256Option } from '../shared/fields';

/** What becomes of the files of a delivery; the same wherever one is received. */
export const deliveryFields: INodeProperties[] = [
	{
		displayName: 'Output',
		name: 'output',
		type: 'options',
		options: [
			{
				name: 'One Item per Delivery',
				value: 'delivery',
				description:
					'All files of a delivery in one item, in the binary fields data, data_1, data_2 …',
			},
			{
				name: 'One Item per File',
				value: 'file',
				description: 'Each file in an item of its own, with the facts of its delivery',
			},
		],
		default: 'file',
		description: 'How the files of one delivery are put out',
	},
	{
		displayName: 'Download Files',
		name: 'download',
		type: 'boolean',
		default: true,
		description:
			'Whether to fetch the files before the workflow goes on. Their URLs work for 24 hours; without this, fetch them with FileCourier → File → Download.',
	},
	{ ...outputField, displayOptions: { show: { download: [true] } } },
];

export const deliveryOptions: INodeProperties[] = [
	{ ...sha256Option, displayOptions: { show: { '/download': [true] } } },
	{
		displayName: 'Download Time (Seconds)',
		name: 'downloadBudget',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 300, numberPrecision: 1 },
		default: 20,
		displayOptions: { show: { '/download': [true] } },
		description:
			'Seconds that the downloads may take before FileCourier gets its answer. Files that are not down by then, or that their host refuses, go on with their URL alone (downloaded: false, and downloadError says why). If a download fails for another reason, FileCourier is asked to deliver again, four times at most; files that are there already are not fetched again.',
	},
];
