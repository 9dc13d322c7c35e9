import type { INodeProperties } from 'n8n-workflow';

import { ageOption, eventsField, patternOption, repeatOption } from '../shared/webhook/fields';

export const triggerProperties: INodeProperties[] = [
	{
		displayName:
			'On your SpeedyFiles instance open <b>Settings → Webhooks</b> as an admin, add one with the <b>Production URL</b> above, and copy its secret (whsec_…, shown once) into <b>Webhook Secret</b> of the credential. Then activate (publish) this workflow.',
		name: 'registrationNotice',
		type: 'notice',
		default: '',
	},
	eventsField(
		[
			{ name: 'File Deleted', value: 'package.file_deleted', description: 'Newer versions only' },
			{
				name: 'File Uploaded',
				value: 'package.file_uploaded',
				description: 'By you or by a recipient, see uploaded_by',
			},
			{
				name: 'Package Created',
				value: 'package.created',
				description: 'Documented, but not sent by current versions: use the polling trigger',
			},
			{ name: 'Package Deleted', value: 'package.deleted' },
			{
				name: 'Package Downloaded',
				value: 'package.downloaded',
				description: 'A recipient has downloaded a file, or all as a ZIP',
			},
			{
				name: 'Package Expired',
				value: 'package.expired',
				description: 'Documented, but not sent by current versions: use the polling trigger',
			},
			{ name: 'Package Finalized', value: 'package.finalized', description: 'Its link was sent' },
			{ name: 'Package Revoked', value: 'package.revoked' },
			{ name: 'Test', value: 'webhook.test', description: 'The Test button of the webhook' },
		],
		['package.downloaded'],
	),
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			patternOption('File Name', 'fileName', 'e.g. *.pdf', 'events about files with such a name'),
			repeatOption(60, 'SpeedyFiles sends each event once.'),
			patternOption(
				'Package ID',
				'packageId',
				'e.g. pQ3v0kJ8Yk2mB1tZr7wXcA',
				'events of this package',
			),
			patternOption(
				'Recipient Email',
				'recipient',
				'e.g. *@acme.com',
				'events that name this recipient',
			),
			ageOption(300, 'The clocks of the instance and of this n8n have to agree that far.'),
		],
	},
];
