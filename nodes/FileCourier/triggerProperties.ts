import type { INodeProperties } from 'n8n-workflow';

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
			{
				displayName: 'Ignore Repeats For',
				name: 'repeatWindow',
				type: 'number',
				typeOptions: { minValue: 0 },
				default: 2880,
				description:
					'Minutes for which the same delivery starts no second run. FileCourier repeats a delivery that was not answered for up to 27 hours. A lower value lets a delivery through that you send again by hand in its dashboard; 0 ignores none.',
			},
			{
				displayName: 'Recipient Email',
				name: 'recipient',
				type: 'string',
				default: '',
				placeholder: 'e.g. *@acme.com',
				description: 'Takes only deliveries from this recipient; * stands for anything',
			},
			{
				displayName: 'Reference ID',
				name: 'referenceId',
				type: 'string',
				default: '',
				placeholder: 'e.g. CUST-*',
				description: 'Takes only deliveries with this reference ID; * stands for anything',
			},
		],
	},
];
