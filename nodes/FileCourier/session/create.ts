import type { IDataObject } from 'n8n-workflow';

import { DAY, serviceTime } from '../../shared/dates';
import { callApi } from '../../shared/http/client';
import { secretsOf } from '../../shared/http/secrets';
import { expiresAtField } from '../../shared/node/fields';
import type { ItemContext, Operation } from '../../shared/node/operation';
import type { OutputItem } from '../../shared/node/output';
import { optionalText, requireFuture, requireHttpUrl } from '../../shared/node/parameters';
import { invalidParameter } from '../../shared/node/schema';
import { callbackKeysOf } from '../delivery';
import { CREATED_SESSION, describeSession, fileCourier, sessionOutput } from '../service';
import { createFields, createOptions } from './createFields';

export const create: Operation = {
	value: 'create',
	name: 'Create',
	action: 'Create session',
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
export async function buildSessionRequest(
	item: ItemContext,
	resumeUrl?: string,
): Promise<IDataObject> {
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
	const { callbackApiKey } = await item.functions.getCredentials<{ callbackApiKey?: unknown }>(
		fileCourier.credential,
	);

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
			: Date.now() + item.parameter<number>('expiresInDays') * DAY;
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
