import type { IDataObject, IHookFunctions, INodeProperties, IWebhookFunctions } from 'n8n-workflow';

import { epochOf, isoDate } from '../shared/dates';
import { type JsonRecord, textOf } from '../shared/http/service';
import { optionsField } from '../shared/node/fields';
import { triggerSource } from '../shared/node/parameters';
import type { ParameterSource } from '../shared/node/schema';
import {
	deduplicationWindowOption,
	eventsField,
	globOption,
	maxAgeOption,
	type ServiceEvent,
	type WebhookFormat,
} from '../shared/webhook/events';
import { speedyFiles } from './service';

/**
 * `X-SpeedyFiles-Signature` signs the raw body (SpeedyFiles docs, Webhooks). The server writes non-ASCII characters as
 * \u escapes, so JSON that was parsed and serialized again has a different signature.
 */
export const speedyFilesEvents: WebhookFormat = {
	scheme: {
		service: speedyFiles,
		header: 'x-speedyfiles-signature',
		texts: (raw) => [raw],
	},
	read: readEvent,
	testEvent: 'webhook.test',
};

function readEvent(body: JsonRecord, headers: Record<string, unknown>): ServiceEvent | undefined {
	const event = textOf(body.event);
	if (event === undefined) return undefined;
	const json: IDataObject = {
		...(body as IDataObject),
		packageId: textOf(body.package_id),
		fileId: textOf(body.file_id),
		recipientEmail: textOf(body.recipient_email),
		occurredAt: isoDate(body.timestamp),
		hookId: textOf(headers['x-speedyfiles-hook-id']),
	};
	const expiresAt = isoDate(body.expires_at);
	if (expiresAt) json.expiresAt = expiresAt;
	return { event, signedAt: epochOf(body.timestamp), json };
}

export const triggerProperties: INodeProperties[] = [
	{
		displayName:
			'In SpeedyFiles, sign in as an admin, go to <b>Settings → Webhooks</b> and add a webhook with the <b>Production URL</b> from <b>Webhook URLs</b> above. Copy the secret (whsec_…, shown once) into the <b>Webhook Secret</b> field of the credential, then publish this workflow. For created and expired packages, use the <b>SpeedyFiles Expiry Trigger</b>, because SpeedyFiles does not send these events.',
		name: 'registrationNotice',
		type: 'notice',
		default: '',
	},
	eventsField(
		[
			{
				name: 'File Deleted',
				value: 'package.file_deleted',
				description: 'Only sent by newer SpeedyFiles versions',
			},
			{
				name: 'File Uploaded',
				value: 'package.file_uploaded',
				description: 'By you or a recipient (see uploaded_by)',
			},
			{ name: 'Package Deleted', value: 'package.deleted' },
			{
				name: 'Package Downloaded',
				value: 'package.downloaded',
				description: 'A recipient downloaded a file or the ZIP',
			},
			{
				name: 'Package Finalized',
				value: 'package.finalized',
				description: 'The magic link was sent',
			},
			{ name: 'Package Revoked', value: 'package.revoked' },
			{
				name: 'Test',
				value: 'webhook.test',
				description: 'Sent by the Test button in SpeedyFiles',
			},
		],
		['package.downloaded'],
	),
	optionsField([
		globOption('Recipient Email', 'recipient', 'e.g. *@acme.com', 'events with this recipient'),
		globOption('File Name', 'fileName', 'e.g. *.pdf', 'events for files with a matching name'),
		globOption('Package ID', 'packageId', 'e.g. pQ3v0kJ8Yk2mB1tZr7wXcA', 'events for this package'),
		deduplicationWindowOption(60, 'SpeedyFiles only sends each event once.'),
		maxAgeOption(300, 'The clocks of SpeedyFiles and n8n must not differ by more than this.'),
	]),
];

/** Events that earlier versions of the node offered, although SpeedyFiles never sends them. */
const NEVER_SENT: readonly unknown[] = ['package.created', 'package.expired'];

/** The settings of the trigger, without events of a saved workflow that can no longer be selected. */
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
