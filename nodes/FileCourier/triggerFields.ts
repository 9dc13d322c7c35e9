import type { INodeProperties } from 'n8n-workflow';

import { allowedHostsOption, optionsField, outputField, sha256Option } from '../shared/node/fields';
import type { Field } from '../shared/node/schema';
import {
	deduplicationWindowOption,
	eventsField,
	globOption,
	maxAgeOption,
} from '../shared/webhook/events';
import { FILES_DELIVERED } from './delivery';

/** The fields for the files of a delivery, shared by the trigger and Request and Wait. */
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
					'One item with all files of the delivery, in the fields data, data_1, data_2, and so on',
			},
			{
				name: 'One Item per File',
				value: 'file',
				description: 'A separate item for each file, including the delivery details',
			},
		],
		default: 'file',
		description: 'How to output the files of a delivery',
	},
	{
		displayName: 'Download Files',
		name: 'download',
		type: 'boolean',
		default: true,
		description:
			'Whether to download the files before continuing. If turned off, the output contains their URLs, which are valid for 24 hours. Download them later with File → Download.',
	},
	{ ...outputField, displayOptions: { show: { download: [true] } } },
];

export const deliveryOptions: Field[] = [
	{ ...allowedHostsOption, displayOptions: { show: { '/download': [true] } } },
	{ ...sha256Option, displayOptions: { show: { '/download': [true] } } },
	{
		displayName: 'Download Time Limit (Seconds)',
		name: 'downloadBudget',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 300, numberPrecision: 1 },
		default: 20,
		displayOptions: { show: { '/download': [true] } },
		description:
			'How long the downloads may take before n8n responds to FileCourier. Files that are not finished by then, or that their host rejects, are output with their URL only (downloaded: false; downloadError gives the reason). If a download fails for another reason, FileCourier is asked to deliver again, up to four times. Files that are already stored are not downloaded again.',
	},
];

export const triggerProperties: INodeProperties[] = [
	{
		displayName:
			'Open <b>Webhook URLs</b> above and copy the <b>Production URL</b>. Paste it into the <b>Callback URL</b> field of the FileCourier node that creates sessions, then publish this workflow. To test, use the <b>Test URL</b> instead and click <b>Execute step</b> first.',
		name: 'registrationNotice',
		type: 'notice',
		default: '',
	},
	eventsField(
		[
			{
				name: 'Files Delivered',
				value: FILES_DELIVERED,
				description: 'The recipient uploaded the requested files',
			},
		],
		[FILES_DELIVERED],
	),
	...deliveryFields,
	optionsField([
		{
			displayName: 'File Name',
			name: 'fileName',
			type: 'string',
			default: '',
			placeholder: 'e.g. *.pdf',
			description:
				'Only output files with a matching name. Use * as a wildcard. Deliveries without a match do not start the workflow.',
		},
		globOption('Recipient Email', 'recipient', 'e.g. *@acme.com', 'deliveries from this recipient'),
		globOption('Reference ID', 'referenceId', 'e.g. CUST-*', 'deliveries with this reference ID'),
		...deliveryOptions,
		deduplicationWindowOption(
			2880,
			'FileCourier retries deliveries without a successful response for up to 27 hours. Lower this value to accept deliveries that you resend from the dashboard.',
		),
		maxAgeOption(
			172_800,
			'The default is as long as Ignore Duplicates For (Minutes): n8n recognizes a repeated delivery for that time and rejects it afterwards. FileCourier retries with the original timestamp for up to 27 hours, so use at least 97200.',
		),
	]),
];
