import {
	type IDataObject,
	type INodeProperties,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
	NodeConnectionTypes,
} from 'n8n-workflow';

import { epochOf } from '../shared/dates';
import { isJsonObject, type JsonRecord, textOf } from '../shared/http/service';
import { optionsField } from '../shared/node/fields';
import { matchesGlob } from '../shared/node/filters';
import { eventsSubtitle } from '../shared/node/operation';
import { readParameters, triggerSource } from '../shared/node/parameters';
import { toProperty } from '../shared/node/schema';
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
import { extractHandle } from './handle';
import { filestack, filestackApiTest } from './service';

// n8n registers nothing at Filestack, because webhooks can only be created in its Developer Portal.
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
	options: { fileName?: string; maxAge?: number; mimeType?: string; repeatWindow?: number };
}

export class FilestackTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Filestack Trigger',
		name: 'filestackTrigger',
		icon: { light: 'file:filestack.svg', dark: 'file:filestack.dark.svg' },
		group: ['trigger'],
		version: TRIGGER_VERSIONS,
		subtitle: eventsSubtitle(triggerProperties),
		description: 'Starts the workflow when Filestack events occur',
		builderHint: {
			searchHint:
				'Receives Filestack webhooks, for example when a file was uploaded or a workflow or video conversion has finished.',
		},
		defaults: { name: 'Filestack Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'filestackApi', required: true, testedBy: 'filestackApiTest' }],
		...triggerHelp({
			service: 'Filestack',
			where: 'in the Developer Portal of Filestack under Webhooks',
			test: 'Then store a file in Filestack.',
			docs: 'https://github.com/file-delivery/n8n-nodes-file-delivery/blob/main/docs/Filestack.md#filestack-trigger',
		}),
		webhooks,
		properties: triggerProperties.map(toProperty),
	};

	methods = { credentialTest: { filestackApiTest } };

	webhookMethods = { default: checkedActivation(filestack, triggerProperties) };

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await handleEvent(this, filestackEvents, () => {
			const settings = readParameters(triggerSource(this), triggerProperties);
			const { events, options } = settings as unknown as Settings;
			const { fileName, mimeType, maxAge = 172_800, repeatWindow = 2880 } = options;
			return {
				events,
				maxAge,
				repeatWindow,
				keep: (json) => matchesGlob(fileName, json.name) && matchesGlob(mimeType, json.mimeType),
			};
		});
	}
}

/**
 * Verifies the signature over `FS-Timestamp`, a dot and the raw body; the signature of a re-serialized body would differ
 * (Filestack docs, Webhooks; filestack-js, security).
 */
const filestackEvents: WebhookFormat = {
	scheme: {
		service: filestack,
		header: 'fs-signature',
		*texts(raw, headers) {
			const timestamp = textOf(headers['fs-timestamp']);
			if (timestamp) yield Buffer.concat([Buffer.from(`${timestamp}.`), raw]);
		},
	},
	output: {
		names: { event: ['action'], deliveryId: ['id'], jobId: ['uuid'] },
	},
	read: (body, headers) => readEvent(body, epochOf(headers['fs-timestamp'])),
};

/** Characters. Longer URLs are not searched for a handle. */
const MAX_URL_LENGTH = 8_192;

function readEvent(body: JsonRecord, signedAt: number | undefined): ServiceEvent | undefined {
	const event = textOf(body.action) ?? conversionEventOf(body);
	if (event === undefined) return undefined;
	const selectedBy = event === COMPLETED_CONVERSION ? VIDEO_CONVERTED : event;
	const text = isJsonObject(body.text) ? body.text : isJsonObject(body.data) ? body.data : {};
	// Conversions describe the file in `link`, an older form of fp.upload in `data` (filestack-js, security).
	const file: JsonRecord = { ...text, ...objectAt(text, 'data'), ...objectAt(text, 'link') };
	const converted = objectAt(objectAt(body, 'metadata'), 'result');
	const size = file.size ?? converted.file_size;
	const url = textOf(file.url);
	const added: IDataObject = {
		event,
		handle:
			textOf(file.handle) ?? (url && url.length <= MAX_URL_LENGTH ? extractHandle(url) : undefined),
		url,
		name: textOf(file.filename),
		size: typeof size === 'number' ? size : undefined,
		mimeType: textOf(file.mimetype) ?? textOf(file.type) ?? textOf(converted.mime_type),
	};
	return { event, selectedBy, signedAt, item: { json: body as IDataObject, added } };
}

const VIDEO_CONVERTED = 'fp.video_converse';
const COMPLETED_CONVERSION = 'video_conversion.completed';

/**
 * Returns the event of an audio or video conversion, which has no `action`: {status, uuid, data, metadata} (Filestack docs,
 * Video processing).
 */
function conversionEventOf(body: JsonRecord): string | undefined {
	const status = textOf(body.status);
	return status && textOf(body.uuid) ? `video_conversion.${status}` : undefined;
}

function objectAt(parent: JsonRecord, name: string): JsonRecord {
	const value = parent[name];
	return isJsonObject(value) ? value : {};
}

const triggerProperties: INodeProperties[] = [
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
			{
				name: 'Video Converted',
				value: VIDEO_CONVERTED,
				description:
					'A video or audio conversion was completed. Any Event includes pending and failed ones.',
			},
			{
				name: 'Workflow Finished',
				value: 'fs.workflow',
				description: 'A Filestack workflow returned a result',
			},
		],
		['fp.upload'],
	),
	optionsField([
		globOption('File Name', 'fileName', 'e.g. *.pdf', 'events for files with a matching name'),
		globOption('MIME Type', 'mimeType', 'e.g. image/*', 'events for files of a matching type'),
		deduplicationWindowOption(
			2880,
			'Filestack retries deliveries without a successful response for up to 13 hours.',
		),
		maxAgeOption(
			172_800,
			'The default is as long as Ignore Duplicates For (Minutes): n8n recognizes a repeated delivery for that time and rejects it afterwards. Filestack may retry with the original signature for up to 13 hours, so use at least 46800.',
		),
	]),
];
