import type { INodeProperties } from 'n8n-workflow';

import { ageOption, eventsField, patternOption, repeatOption } from '../shared/webhook/fields';
import { FILES_DELIVERED } from './delivery';
import { deliveryFields, deliveryOptions } from './triggerFields';

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
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			...deliveryOptions,
			{
				displayName: 'File Name',
				name: 'fileName',
				type: 'string',
				default: '',
				placeholder: 'e.g. *.pdf',
				description:
					'Only output files with a matching name. Use * as a wildcard. Deliveries without a match do not start the workflow.',
			},
			repeatOption(
				2880,
				'FileCourier retries unanswered deliveries for up to 27 hours. Lower this value to accept deliveries that you resend from the dashboard.',
			),
			patternOption(
				'Recipient Email',
				'recipient',
				'e.g. *@acme.com',
				'deliveries from this recipient',
			),
			patternOption(
				'Reference ID',
				'referenceId',
				'e.g. CUST-*',
				'deliveries with this reference ID',
			),
			ageOption(
				172_800,
				'The default matches Ignore Duplicates For (Minutes), so that a delivery is rejected once it is no longer recognized as a duplicate. FileCourier retries with the original timestamp for up to 27 hours, so use at least 97200.',
			),
		],
	},
];
