import {
	type IDataObject,
	type IHookFunctions,
	type INodeProperties,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
	NodeConnectionTypes,
} from 'n8n-workflow';

import { epochOf } from '../shared/dates';
import { callApi } from '../shared/http/client';
import { type JsonRecord, textOf } from '../shared/http/service';
import { startTimer, withSignal } from '../shared/http/stallGuard';
import { optionsField } from '../shared/node/fields';
import { matchesGlob } from '../shared/node/filters';
import { eventsSubtitle } from '../shared/node/operation';
import type { OutputItem } from '../shared/node/output';
import { readParameters, triggerSource } from '../shared/node/parameters';
import { type ParameterSource, toProperty } from '../shared/node/schema';
import { ACCEPTED, checkedActivation, triggerHelp } from '../shared/webhook/activation';
import {
	deduplicationWindowOption,
	eventsField,
	globOption,
	handleEvent,
	maxAgeOption,
	type ServiceEvent,
	TRIGGER_VERSIONS,
	type WebhookFormat,
} from '../shared/webhook/events';
import { packagePath } from './package/fields';
import { PACKAGE, speedyFiles, speedyFilesApiTest } from './service';

// n8n registers nothing, because only an admin can add webhooks, in the web interface.
const webhooks: IWebhookDescription[] = [
	{
		name: 'default',
		httpMethod: 'POST',
		responseMode: 'onReceived',
		responseData: ACCEPTED,
		path: 'webhook',
	},
];

interface Settings {
	events: string[];
	options: {
		fileName?: string;
		maxAge?: number;
		packageId?: string;
		recipient?: string;
		repeatWindow?: number;
	};
}

export class SpeedyFilesTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'SpeedyFiles Trigger',
		name: 'speedyFilesTrigger',
		icon: { light: 'file:speedyFiles.svg', dark: 'file:speedyFiles.dark.svg' },
		group: ['trigger'],
		version: TRIGGER_VERSIONS,
		subtitle: eventsSubtitle(triggerProperties),
		description: 'Starts the workflow when SpeedyFiles events occur',
		builderHint: {
			searchHint:
				'Receives SpeedyFiles webhooks for downloads, uploads, revoked and deleted packages. For created and expired packages, use the SpeedyFiles Expiry Trigger.',
		},
		defaults: { name: 'SpeedyFiles Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'speedyFilesApi', required: true, testedBy: 'speedyFilesApiTest' }],
		...triggerHelp({
			service: 'SpeedyFiles',
			where: 'in SpeedyFiles under Settings → Webhooks, as an admin',
			test: 'Then press Test on the webhook.',
			docs: 'https://github.com/file-delivery/n8n-nodes-file-delivery/blob/main/docs/SpeedyFiles.md#speedyfiles-trigger',
		}),
		webhooks,
		properties: triggerProperties.map(toProperty),
	};

	methods = { credentialTest: { speedyFilesApiTest } };

	webhookMethods = {
		default: checkedActivation(speedyFiles, triggerProperties, speedyFilesTriggerSource),
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await handleEvent(this, speedyFilesEvents, () => {
			const settings = readParameters(speedyFilesTriggerSource(this), triggerProperties);
			const { events, options } = settings as unknown as Settings;
			const { fileName, packageId, recipient, maxAge = 300, repeatWindow = 60 } = options;
			return {
				events,
				maxAge,
				repeatWindow,
				keep: (json) =>
					matchesGlob(fileName, json.name) &&
					matchesGlob(packageId, json.packageId) &&
					matchesGlob(recipient, json.recipientEmail),
			};
		});
	}
}

/**
 * `X-SpeedyFiles-Signature` signs the raw body (SpeedyFiles docs, Webhooks). The server writes non-ASCII characters as
 * \u escapes, so JSON that was parsed and serialized again has a different signature.
 */
const speedyFilesEvents: WebhookFormat = {
	scheme: {
		service: speedyFiles,
		header: 'x-speedyfiles-signature',
		texts: (raw) => [raw],
	},
	output: { names: { totalSize: ['total_bytes'] } },
	read: readEvent,
	complete: addPackageDetails,
	testEvent: 'webhook.test',
};

function readEvent(body: JsonRecord, headers: Record<string, unknown>): ServiceEvent | undefined {
	const event = textOf(body.event);
	if (event === undefined) return undefined;
	const item = {
		json: body as IDataObject,
		added: { hookId: textOf(headers['x-speedyfiles-hook-id']) },
	};
	return { event, signedAt: epochOf(body.timestamp), item };
}

/** Milliseconds; SpeedyFiles waits for the response to a delivery for 8 seconds. */
const DETAILS_TIMEOUT = 2_000;

/**
 * Adds the title and the recipient of the package: SpeedyFiles includes the title and the email address in some events, and
 * the name of the recipient in none. An event is output without them if the package cannot be read, because SpeedyFiles
 * sends each event only once.
 */
async function addPackageDetails(
	context: IWebhookFunctions,
	{ event, item }: ServiceEvent,
): Promise<OutputItem> {
	const { package_id: id, title, recipient_email: email, recipient_name: name } = item.json;
	const isComplete = [title, email, name].every((value) => textOf(value) !== undefined);
	if (textOf(id) === undefined || isComplete || event === DELETED) return item;
	const timeout = new AbortController();
	const stopTimer = startTimer(DETAILS_TIMEOUT, () => timeout.abort());
	const limited = withSignal(context, timeout.signal);
	try {
		const path = packagePath(limited, String(id));
		const call = { method: 'GET', path, expects: PACKAGE, retryable: false } as const;
		const { body } = await callApi(limited, speedyFiles, call);
		const details = {
			title: textOf(title) ?? body.title,
			recipient_email: textOf(email) ?? body.recipient_email,
			recipient_name: textOf(name) ?? body.recipient_name,
		} as IDataObject;
		return { ...item, added: { ...item.added, ...details } };
	} catch (error) {
		const { message } = error as Error;
		context.logger.warn(
			`${context.getNode().name}: the package ${String(id)} of an event could not be read: ${message}`,
		);
		return item;
	} finally {
		stopTimer();
	}
}

const DELETED = 'package.deleted';

const triggerProperties: INodeProperties[] = [
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
				description: 'By you or a recipient (see uploadedBy)',
			},
			{ name: 'Package Deleted', value: DELETED },
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
function speedyFilesTriggerSource(context: IWebhookFunctions | IHookFunctions): ParameterSource {
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
