import type { IDataObject } from 'n8n-workflow';

import { DAY, serviceTime } from '../../shared/dates';
import { callApi } from '../../shared/http/client';
import { readCredential } from '../../shared/http/credential';
import { secretsOf } from '../../shared/http/secrets';
import { durationFields } from '../../shared/node/duration';
import { expiresAtField } from '../../shared/node/fields';
import type { ItemContext, Operation } from '../../shared/node/operation';
import type { OutputItem } from '../../shared/node/output';
import { optionalText, requireFuture, requireHttpUrl } from '../../shared/node/parameters';
import { type Field, invalidParameter } from '../../shared/node/schema';
import { callbackKeysOf } from '../delivery';
import { CREATED_SESSION, describeSession, fileCourier, sessionOutput } from '../service';

/** How long the upload link works. FileCourier documents no limit; 100 years keep the result a valid date. */
const lifetime = durationFields({
	name: 'expiresInDays',
	units: ['hours', 'days', 'weeks'],
	initial: [7, 'days'],
	max: 36_500 * DAY,
	description: 'How long the upload link works, from now',
});

/** The required fields of FileCourier's parameter table, in the order in which a user writes a request. */
export const createFields: Field[] = [
	{
		displayName: 'Recipient Email',
		name: 'recipientEmail',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. customer@example.com',
		description: 'The person who receives the upload link',
	},
	{
		displayName: 'Requestor Name',
		name: 'requestorName',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. Acme Onboarding',
		description: 'The person or company requesting the documents, as shown to the recipient',
	},
	{
		displayName: 'Requestor Email',
		name: 'requestorEmail',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. onboarding@acme.com',
		description: 'The address that receives the recipient’s replies',
	},
	{
		displayName: 'Subject',
		name: 'subject',
		type: 'string',
		default: 'Please send us your documents',
		required: true,
		placeholder: 'e.g. Documents for your application',
		description: 'The subject line of the email',
	},
	{
		displayName: 'Message',
		name: 'message',
		type: 'string',
		typeOptions: { rows: 3 },
		default: 'Please upload the requested documents. The link is only for you.',
		required: true,
		placeholder: 'e.g. Please upload the following documents.',
		description: 'The message shown on the upload page',
	},
	{
		displayName: 'Requested Documents',
		name: 'documents',
		type: 'string',
		takes: 'list',
		typeOptions: { rows: 3 },
		default: '',
		placeholder: 'e.g. Government ID',
		hint: 'One document per line',
		description: 'The documents to request. You can also use an expression that returns an array.',
	},
	{
		displayName: 'Callback URL',
		name: 'callbackUrl',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. https://n8n.example.com/webhook/…/webhook',
		hint: 'Use the Production URL of a FileCourier Trigger in a published workflow',
		description: 'The URL that FileCourier delivers the uploaded files to',
	},
	{
		displayName: 'Link Expiry',
		name: 'expiry',
		type: 'options',
		options: [
			{ name: 'After a Period', value: 'days' },
			{ name: 'At a Date and Time', value: 'date' },
		],
		default: 'days',
		description: 'When the upload link stops working',
	},
	{ ...lifetime.count, displayOptions: { show: { expiry: ['days'] } } },
	{ ...lifetime.unit, displayOptions: { show: { expiry: ['days'] } } },
	{ ...expiresAtField, displayOptions: { show: { expiry: ['date'] } } },
];

/** The optional fields, by use. */
export const createOptions: Field[] = [
	{
		displayName: 'Recipient Name',
		name: 'recipientName',
		type: 'string',
		default: '',
		placeholder: 'e.g. Nathan Smith',
		description: 'The name used to address the recipient',
	},
	{
		displayName: 'Reference ID',
		name: 'referenceId',
		type: 'string',
		default: '',
		placeholder: 'e.g. CUST-12345',
		description:
			'Your own reference for this request. It is returned with the status and the delivery so you can match files to a case.',
	},
	{
		displayName: 'Recipient Phone',
		name: 'recipientPhone',
		type: 'string',
		default: '',
		placeholder: 'e.g. +15551234567',
		description: 'Also sends the link by SMS. Include + and the country code, without spaces.',
	},
	{
		displayName: 'Brand Name',
		name: 'brandName',
		type: 'string',
		default: '',
		placeholder: 'e.g. Acme',
		description: 'The company name on the upload page',
	},
	{
		displayName: 'Brand Logo URL',
		name: 'brandLogoUrl',
		type: 'string',
		default: '',
		placeholder: 'e.g. https://acme.com/logo.png',
		description: 'The logo on the upload page',
	},
];

export const create: Operation = {
	value: 'create',
	name: 'Create',
	action: 'Create session to request documents',
	description:
		'Request documents from someone. They receive an upload link by email and, optionally, SMS.',
	fields: createFields,
	options: createOptions,
	output: sessionOutput,
	async execute(item) {
		return await createSession(item);
	},
};

/** Milliseconds. FileCourier sends the email and any SMS before it responds. */
const NOTIFICATION_TIMEOUT = 300_000;

/** Creates a session; FileCourier notifies the recipient immediately. */
export async function createSession(item: ItemContext, resumeUrl?: string): Promise<OutputItem> {
	// The signature in n8n's resume URL is a secret: with it, anyone could resume the execution.
	if (resumeUrl) secretsOf(item.functions).add(new URL(resumeUrl).searchParams.get('signature'));
	const { body, headers } = await callApi(item.functions, fileCourier, {
		method: 'POST',
		path: '/sessions',
		body: await buildSessionRequest(item, resumeUrl),
		expects: CREATED_SESSION,
		timeout: NOTIFICATION_TIMEOUT,
		// Not retried, because a second call would notify the recipient again.
		retryable: false,
		unknownResultHint:
			'FileCourier may have created the session and notified the recipient anyway. Ask them, or check the FileCourier dashboard, before you run the node again.',
	});
	return describeSession(body, serviceTime(headers));
}

/** E.164, the format of the phone numbers in FileCourier's documentation. */
const PHONE_NUMBER = /^\+[1-9]\d{6,14}$/;

/**
 * Builds the body of a create call. It contains each value in two forms, because FileCourier's parameter table lists flat
 * fields while its examples send nested fields with other names.
 * @param resumeUrl the URL that the files are delivered to, instead of the field “Callback URL”
 * @throws NodeOperationError that names an empty or invalid field
 */
async function buildSessionRequest(item: ItemContext, resumeUrl?: string): Promise<IDataObject> {
	const email = trimmedText(item, 'recipientEmail');
	const name = optionalText(item.option('recipientName'));
	const phone = optionalText(item.option('recipientPhone'));
	if (phone && !PHONE_NUMBER.test(phone)) {
		throw invalidParameter(
			item,
			'Recipient Phone',
			'must be a phone number in international format',
			'For example: +15551234567.',
		);
	}
	const callbackUrl =
		resumeUrl ?? requireHttpUrl(item, 'Callback URL', item.parameter('callbackUrl'));
	const logo = optionalText(item.option('brandLogoUrl'));
	const { callbackApiKey } = await readCredential(item.functions, fileCourier);

	return omitEmpty({
		requestor_name: trimmedText(item, 'requestorName'),
		requestor_email: trimmedText(item, 'requestorEmail'),
		recipient_email: email,
		recipient_name: name,
		recipient_phone: phone,
		recipient: omitEmpty({ email, name, phone }),
		subject: trimmedText(item, 'subject'),
		message: trimmedText(item, 'message'),
		documents: documentNames(item),
		reference_id: optionalText(item.option('referenceId')),
		callback_url: callbackUrl,
		webhook_url: callbackUrl,
		callback_api_key: callbackKeysOf(callbackApiKey).at(0),
		...expiry(item),
		brand_name: optionalText(item.option('brandName')),
		brand_logo_url: logo && requireHttpUrl(item, 'Brand Logo URL', logo),
	});
}

/** Returns the expiry in both documented forms: as a date (parameter table) and in whole days (examples). */
function expiry(item: ItemContext): IDataObject {
	const expiresAt =
		item.parameter('expiry') === 'date'
			? requireFuture(item, expiresAtField.displayName, item.parameter(expiresAtField.name))
			: Date.now() + lifetime.read(item);
	return {
		expires_at: new Date(expiresAt).toISOString(),
		expires_in_days: Math.ceil((expiresAt - Date.now()) / DAY),
	};
}

function documentNames(item: ItemContext): string[] | undefined {
	const names = item.parameter<string[]>('documents');
	return names.length > 0 ? names : undefined;
}

const trimmedText = (item: ItemContext, name: string) => item.parameter<string>(name).trim();

function omitEmpty(fields: Record<string, unknown>): IDataObject {
	const entries = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '');
	return Object.fromEntries(entries) as IDataObject;
}
