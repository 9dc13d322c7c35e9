import type { INodeProperties } from 'n8n-workflow';

import { ageOption, eventsField, patternOption, repeatOption } from '../shared/webhook/fields';

export const triggerProperties: INodeProperties[] = [
	{
		displayName:
			'In Filestack’s Developer Portal open <b>Webhooks</b>, add one with the <b>Production URL</b> above, and copy its secret (shown once; not the App Secret) into <b>Webhook Secret</b> of the credential. Then activate (publish) this workflow.',
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
				description: 'A Filestack workflow has a result',
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
			patternOption('File Name', 'fileName', 'e.g. *.pdf', 'events about files with such a name'),
			repeatOption(2880, 'Filestack repeats a delivery that was not answered for up to 13 hours.'),
			patternOption('MIME Type', 'mimeType', 'e.g. image/*', 'events about files of such a type'),
			ageOption(
				172_800,
				'The default is as long as Ignore Repeats For (Minutes), so that a delivery is refused by the time it is forgotten. Filestack may repeat a delivery with its first signature for up to 13 hours, so allow at least 46800.',
			),
		],
	},
];
