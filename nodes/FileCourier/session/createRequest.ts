import type { IDataObject } from 'n8n-workflow';

import { chosenDate, optionalText, requiredText, wholeNumber, wrong } from '../../shared/inputs';
import type { ItemContext } from '../../shared/operation';
import { fileCourier } from '../service';
import { createFields } from './createFields';

/** Milliseconds of a day. */
const DAY = 86_400_000;

/** A phone number as the documentation shows it (E.164). */
const PHONE = /^\+[1-9]\d{6,14}$/;

/**
 * The body of a create call. FileCourier's table describes flat fields, its examples send nested ones and other names:
 * both forms are sent with the same values, so that either kind of server understands it.
 * @param callback where the files are delivered, if not to the field “Callback URL”
 * @throws NodeOperationError that names the field which is empty or wrong
 */
export async function sessionRequest(item: ItemContext, callback?: string): Promise<IDataObject> {
	const email = filled(item, 'recipientEmail');
	const name = optionalText(item.option('recipientName'));
	const phone = optionalText(item.option('recipientPhone'));
	if (phone && !PHONE.test(phone)) {
		throw wrong(
			item,
			'Recipient Phone',
			'is no international phone number',
			'Write it like +15551234567.',
		);
	}
	const callbackUrl = callback ?? webAddress(item, 'Callback URL', filled(item, 'callbackUrl'));
	const logo = optionalText(item.option('brandLogoUrl'));
	const { callbackApiKey } = await item.functions.getCredentials<{ callbackApiKey?: string }>(
		fileCourier.credential,
	);

	return withoutEmpty({
		requestor_name: filled(item, 'requestorName'),
		requestor_email: filled(item, 'requestorEmail'),
		recipient_email: email,
		recipient_name: name,
		recipient_phone: phone,
		recipient: withoutEmpty({ email, name, phone }),
		subject: filled(item, 'subject'),
		message: filled(item, 'message'),
		documents: documentNames(item.parameter('documents')),
		reference_id: optionalText(item.option('referenceId')),
		callback_url: callbackUrl,
		webhook_url: callbackUrl,
		callback_api_key: callbackApiKey,
		...expiry(item),
		brand_name: optionalText(item.option('brandName')),
		brand_logo_url: logo && webAddress(item, 'Brand Logo URL', logo),
	});
}

/** Both ways of saying when the link expires: a date (table) and whole days (examples). */
function expiry(item: ItemContext): IDataObject {
	const at =
		item.parameter('expiry') === 'date'
			? chosenDate(item, 'Date and Time', item.parameter('expiresAt'))
			: afterDays(item);
	if (at <= Date.now()) {
		throw wrong(item, 'Date and Time', 'is in the past', 'Choose a moment in the future.');
	}
	return {
		expires_at: new Date(at).toISOString(),
		expires_in_days: Math.ceil((at - Date.now()) / DAY),
	};
}

function afterDays(item: ItemContext): number {
	const days = wholeNumber(item, 'Days', item.parameter('expiresInDays'), { min: 1, max: 36_500 });
	return Date.now() + days * DAY;
}

/** One name per line, or an array from an expression. */
function documentNames(value: unknown): string[] | undefined {
	const names = Array.isArray(value) ? value.map(String) : String(value ?? '').split(/\r?\n/);
	const filled = names.map((name) => name.trim()).filter(Boolean);
	return filled.length > 0 ? filled : undefined;
}

/** @throws NodeOperationError with the label of the field, if it is empty */
function filled(item: ItemContext, name: string): string {
	const field = createFields.find((one) => one.name === name);
	return requiredText(item, field ?? { name, displayName: name });
}

function webAddress(item: ItemContext, label: string, text: string): string {
	if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
	throw wrong(item, label, 'is no web address', 'It has to begin with https:// or http://.');
}

function withoutEmpty(fields: Record<string, unknown>): IDataObject {
	const filled = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '');
	return Object.fromEntries(filled) as IDataObject;
}
