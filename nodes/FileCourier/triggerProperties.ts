import type { INodeProperties } from 'n8n-workflow';

import { ageOption, eventsField, patternOption, repeatOption } from '../shared/webhook/fields';
import { FILES_DELIVERED } from './delivery';
import { deliveryFields, deliveryOptions } from './deliveryFields';

export const triggerProperties: INodeProperties[] = [
	{
		displayName:
			'FileCourier delivers each session to the Callback URL that the session was created with. Copy the <b>Production URL</b> above into <b>Callback URL</b> of your FileCourier node (Session → Create), then activate (publish) this workflow.',
		name: 'registrationNotice',
		type: 'notice',
		default: '',
	},
	eventsField(
		[
			{
				name: 'Files Delivered',
				value: FILES_DELIVERED,
				description: 'The recipient has uploaded the files of a session',
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
					'Takes only files whose name fits; * stands for anything. A delivery without such a file starts nothing.',
			},
			repeatOption(
				2880,
				'FileCourier repeats a delivery that was not answered for up to 27 hours. A lower value lets a delivery through that you send again by hand in its dashboard.',
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
				'The default is as long as Ignore Repeats For (Minutes), so that a delivery is refused by the time it is forgotten. FileCourier repeats a delivery with its first time for up to 27 hours, so allow at least 97200.',
			),
		],
	},
];
