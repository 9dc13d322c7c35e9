import type { INodeProperties } from 'n8n-workflow';

import { ageOption, eventsField, patternOption, repeatOption } from '../shared/webhook/fields';

export const triggerProperties: INodeProperties[] = [
	{
		displayName:
			'In the Filestack Developer Portal, go to <b>Webhooks</b> and add a webhook with the <b>Production URL</b> from <b>Webhook URLs</b> above. Copy the secret (shown once; not the App Secret) into the <b>Webhook Secret</b> field of the credential, then publish this workflow.',
		name: 'registrationNotice',
		type: 'notice',
		default: '',
	},
	eventsField(
		[
			{ name: 'File Converted', value: 'fp.converse', description: 'A transformation was stored' },
			{ name: 'File Deleted', value: 'fp.delete' },
			{ name: 'File Exported', value: 'fp.export' },
			{ name: 'File Overwritten', value: 'fp.overwrite' },
			{ name: 'File Scanned', value: 'fp.scan' },
			{ name: 'File Uploaded', value: 'fp.upload' },
			{ name: 'Video Converted', value: 'fp.video_converse' },
			{
				name: 'Workflow Finished',
				value: 'fs.workflow',
				description: 'A Filestack workflow returned a result',
			},
		],
		['fp.upload'],
	),
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			patternOption('File Name', 'fileName', 'e.g. *.pdf', 'events for files with a matching name'),
			repeatOption(2880, 'Filestack retries unanswered deliveries for up to 13 hours.'),
			patternOption('MIME Type', 'mimeType', 'e.g. image/*', 'events for files of a matching type'),
			ageOption(
				172_800,
				'The default matches Ignore Duplicates For (Minutes), so that a delivery is rejected once it is no longer recognized as a duplicate. Filestack may retry with the original signature for up to 13 hours, so use at least 46800.',
			),
		],
	},
];
