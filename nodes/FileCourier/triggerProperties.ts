import type { INodeProperties } from 'n8n-workflow';

import { outputField, sha256Option } from '../shared/fields';
import { FILES_DELIVERED } from './delivery';

export const triggerProperties: INodeProperties[] = [
	{
		displayName:
			'FileCourier delivers each session to the Callback URL that the session was created with. Copy the <b>Production URL</b> above into <b>Callback URL</b> of your FileCourier node (Session → Create), then activate (publish) this workflow.',
		name: 'registrationNotice',
		type: 'notice',
		default: '',
	},
	{
		displayName: 'Trigger On',
		name: 'events',
		type: 'multiOptions',
		options: [
			{
				name: 'Any Event',
				value: '*',
				description: 'Also events that FileCourier may add in the future',
			},
			{
				name: 'Files Delivered',
				value: FILES_DELIVERED,
				description: 'The recipient has uploaded the files of a session',
			},
		],
		default: [FILES_DELIVERED],
		required: true,
		description: 'The events that start the workflow. Others are answered and ignored.',
	},
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
			'Whether to fetch the files before the workflow starts. Their URLs work for 24 hours; without this, fetch them with FileCourier → File → Download.',
	},
	{ ...outputField, displayOptions: { show: { download: [true] } } },
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{ ...sha256Option, displayOptions: { show: { '/download': [true] } } },
			{
				displayName: 'Download Time',
				name: 'downloadBudget',
				type: 'number',
				typeOptions: { minValue: 1, maxValue: 300 },
				default: 20,
				displayOptions: { show: { '/download': [true] } },
				description:
					'Seconds that the downloads may take before FileCourier gets its answer. Files that are not down by then go on with their URL alone (downloaded: false). If a download fails within this time, FileCourier is asked to deliver again.',
			},
			{
				displayName: 'Ignore Repeats For',
				name: 'repeatWindow',
				type: 'number',
				typeOptions: { minValue: 0 },
				default: 2880,
				description:
					'Minutes for which the same delivery starts no second run. FileCourier repeats a delivery that was not answered for up to 27 hours. A lower value lets a delivery through that you send again by hand in its dashboard; 0 ignores none.',
			},
		],
	},
];
