import type { IDataObject } from 'n8n-workflow';
import { NodeOperationError, tryToParseDateTime } from 'n8n-workflow';

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
	const email = requiredText(item, 'recipientEmail');
	const name = optionText(item, 'recipientName');
	const phone = optionText(item, 'recipientPhone');
	if (phone && !PHONE.test(phone)) {
		throw wrong(
			item,
			'Recipient Phone',
			'is no international phone number',
			'Write it like +15551234567.',
		);
	}
	const callbackUrl =
		callback ?? webAddress(item, 'Callback URL', requiredText(item, 'callbackUrl'));
	const logo = optionText(item, 'brandLogoUrl');
	const { callbackApiKey } = await item.functions.getCredentials<{ callbackApiKey?: string }>(
		fileCourier.credential,
	);

	return withoutEmpty({
		requestor_name: requiredText(item, 'requestorName'),
		requestor_email: requiredText(item, 'requestorEmail'),
		recipient_email: email,
		recipient_name: name,
		recipient_phone: phone,
		recipient: withoutEmpty({ email, name, phone }),
		subject: requiredText(item, 'subject'),
		message: requiredText(item, 'message'),
		documents: documentNames(item.parameter('documents')),
		reference_id: optionText(item, 'referenceId'),
		callback_url: callbackUrl,
		webhook_url: callbackUrl,
		callback_api_key: callbackApiKey,
		...expiry(item),
		brand_name: optionText(item, 'brandName'),
		brand_logo_url: logo && webAddress(item, 'Brand Logo URL', logo),
	});
}

/** Both ways of saying when the link expires: a date (table) and whole days (examples). */
function expiry(item: ItemContext): IDataObject {
	const at = item.parameter('expiry') === 'date' ? chosenDate(item) : afterDays(item);
	if (at <= Date.now()) {
		throw wrong(item, 'Date and Time', 'is in the past', 'Choose a moment in the future.');
	}
	return {
		expires_at: new Date(at).toISOString(),
		expires_in_days: Math.ceil((at - Date.now()) / DAY),
	};
}

function afterDays(item: ItemContext): number {
	const days = Number(item.parameter('expiresInDays'));
	const at = Date.now() + days * DAY;
	if (Number.isInteger(days) && days > 0 && at < 8.64e15) return at;
	throw wrong(item, 'Days', 'is no whole number above 0', 'Enter for example 7.');
}

function chosenDate(item: ItemContext): number {
	const value = item.parameter<unknown>('expiresAt');
	try {
		return tryToParseDateTime(value, item.functions.getTimezone()).toMillis();
	} catch {
		throw wrong(
			item,
			'Date and Time',
			value ? 'is no date' : 'is empty',
			'Choose a date, or enter one like 2030-01-31T12:00:00Z.',
		);
	}
}

/** One name per line, or an array from an expression. */
function documentNames(value: unknown): string[] | undefined {
	const names = Array.isArray(value) ? value.map(String) : String(value ?? '').split(/\r?\n/);
	const filled = names.map((name) => name.trim()).filter(Boolean);
	return filled.length > 0 ? filled : undefined;
}

function requiredText(item: ItemContext, name: string): string {
	const text = String(item.parameter(name) ?? '').trim();
	if (text) return text;
	const label = createFields.find((field) => field.name === name)?.displayName ?? name;
	throw wrong(item, label, 'is empty', 'Fill it in, or check the expression that it comes from.');
}

function optionText(item: ItemContext, name: string): string | undefined {
	return String(item.option(name) ?? '').trim() || undefined;
}

function webAddress(item: ItemContext, label: string, text: string): string {
	if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
	throw wrong(item, label, 'is no web address', 'It has to begin with https:// or http://.');
}

function wrong(item: ItemContext, label: string, what: string, description: string) {
	return new NodeOperationError(item.functions.getNode(), `The field “${label}” ${what}`, {
		description,
		itemIndex: item.itemIndex,
	});
}

function withoutEmpty(fields: Record<string, unknown>): IDataObject {
	const filled = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '');
	return Object.fromEntries(filled) as IDataObject;
}
