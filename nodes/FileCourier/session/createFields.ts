import { DAY } from '../../shared/dates';
import { durationFields } from '../../shared/node/duration';
import { expiresAtField } from '../../shared/node/fields';
import type { Field } from '../../shared/node/schema';

/** How long the upload link works. FileCourier documents no limit; 100 years keep the result a valid date. */
export const lifetime = durationFields({
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
