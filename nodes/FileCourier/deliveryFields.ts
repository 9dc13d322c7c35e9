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
			'Seconds that the downloads may take before n8n responds to FileCourier. Files that are not downloaded by then, or that their host rejects, are output with their URL only (downloaded: false; downloadError gives the reason). If a download fails for another reason, FileCourier is asked to deliver again, up to four times; files that are already stored are not downloaded again.',
	},
];
