import type { IHookFunctions, INodeProperties, IWebhookFunctions } from 'n8n-workflow';

import { triggerSource } from '../shared/parameters';
import type { ParameterSource } from '../shared/schema';
import { ageOption, eventsField, patternOption, repeatOption } from '../shared/webhook/fields';

export const triggerProperties: INodeProperties[] = [
	{
		displayName:
			'On your SpeedyFiles instance open <b>Settings → Webhooks</b> as an admin, add one with the <b>Production URL</b> above, and copy its secret (whsec_…, shown once) into <b>Webhook Secret</b> of the credential. Then activate (publish) this workflow. SpeedyFiles sends nothing when a package is created or expires: use the <b>SpeedyFiles Polling Trigger</b> for that.',
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
			{ name: 'Package Deleted', value: 'package.deleted' },
			{
				name: 'Package Downloaded',
				value: 'package.downloaded',
				description: 'A recipient has downloaded a file, or all as a ZIP',
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

/** Events that earlier versions of the node offered although SpeedyFiles never sends them. */
const NEVER_SENT: readonly unknown[] = ['package.created', 'package.expired'];

/** The settings of the trigger, without events of a saved workflow that can be selected no longer. */
export function speedyFilesTriggerSource(
	context: IWebhookFunctions | IHookFunctions,
): ParameterSource {
	const source = triggerSource(context);
	return {
		...source,
		read(name, fallback) {
			const value = source.read(name, fallback);
			const isList = name === 'events' && Array.isArray(value);
			return isList ? value.filter((event) => !NEVER_SENT.includes(event)) : value;
		},
	};
}
