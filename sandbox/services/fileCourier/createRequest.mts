import type { FastifySchemaValidationError } from 'fastify/types/schema.js';
import type { Settings } from '../../core/settings.mts';
import { isoSeconds } from '../../core/time.mts';

/** The content of a create request, in whichever of the documented forms it was sent. */
export interface SessionRequest {
	requestorName?: string;
	requestorEmail?: string;
	recipientEmail: string;
	recipientName?: string;
	recipientPhone?: string;
	subject?: string;
	message?: string;
	documents: string[];
	referenceId?: string;
	callbackUrl?: string;
	callbackApiKey?: string;
	/** ISO 8601 UTC to the second. */
	expiresAt: string;
	brandName?: string;
	brandLogoUrl?: string;
}

/** A create body that the schema has validated. */
export interface CreateBody {
	requestor_name?: string;
	requestor_email?: string;
	recipient_email?: string;
	recipient_name?: string;
	recipient_phone?: string;
	recipient?: { email?: string; name?: string; phone?: string };
	subject?: string;
	message?: string;
	documents?: string[];
	reference_id?: string;
	callback_url?: string;
	webhook_url?: string;
	callback_api_key?: string;
	expires_at?: string;
	expires_in_days?: number;
	brand_name?: string;
	brand_logo_url?: string;
}

/** Thrown for a request that FileCourier rejects with 400. */
export class BadRequest extends Error {
	readonly statusCode = 400;
}

const line = (maxLength: number) => ({ type: 'string', maxLength, pattern: '^[^\\r\\n\\u0000]*$' });
const email = { type: 'string', maxLength: 254, format: 'email' };
const phone = { type: 'string', pattern: '^\\+[1-9]\\d{6,14}$' };
const url = { type: 'string', maxLength: 2048, format: 'httpUrl' };

/**
 * FileCourier docs, Create Session. Maximum lengths are not documented, so these are generous. Unknown fields are
 * accepted.
 */
export const createSchema = {
	type: 'object',
	// The service reports missing fields before this applies.
	anyOf: [
		{ required: ['recipient_email'] },
		{
			required: ['recipient'],
			properties: { recipient: { type: 'object', required: ['email'] } },
		},
	],
	properties: {
		requestor_name: line(255),
		requestor_email: email,
		recipient_email: email,
		recipient_name: line(255),
		recipient_phone: phone,
		recipient: { type: 'object', properties: { email, name: line(255), phone } },
		subject: line(255),
		message: { type: 'string', maxLength: 10_000 },
		documents: { type: 'array', maxItems: 100, items: { ...line(255), minLength: 1 } },
		reference_id: line(255),
		callback_url: url,
		webhook_url: url,
		callback_api_key: { type: 'string', maxLength: 1024, pattern: '^[\\x20-\\x7e]+$' },
		expires_at: { type: 'string', format: 'date-time' },
		expires_in_days: { type: 'integer', minimum: 1, maximum: 3650 },
		brand_name: line(255),
		brand_logo_url: { type: 'string', maxLength: 2048 },
	},
} as const;

const FORMATS: Readonly<Record<string, string>> = {
	email: 'a valid email address',
	httpUrl: 'an http or https URL',
	'date-time': 'an ISO 8601 date and time with a time zone, such as 2030-01-31T12:00:00Z',
};

/** Returns the service's message for a schema violation. */
export function describeViolation(violation: FastifySchemaValidationError): string {
	const path = violation.instancePath.slice(1).replace(/\/(\d+)/g, '[$1]');
	const field = path.replaceAll('/', '.');
	const { limit, format, type } = violation.params as Record<string, string | number>;
	if (field === '') return 'The request body must be a JSON object';
	switch (violation.keyword) {
		case 'type':
			return `${field} must be ${type === 'array' || type === 'object' || type === 'integer' ? 'an' : 'a'} ${type}`;
		case 'format':
			return `${field} must be ${FORMATS[format]}`;
		case 'maxLength':
			return `${field} must not be longer than ${limit} characters`;
		case 'minLength':
			return `${field} must not be empty`;
		case 'minimum':
			return `${field} must be at least ${limit}`;
		case 'maximum':
			return `${field} must be at most ${limit}`;
		case 'maxItems':
			return `${field} must not have more than ${limit} entries`;
		case 'pattern':
			if (field.endsWith('phone'))
				return `${field} must be in international form, such as +15551234567`;
			return `${field} must be a single line of plain characters`;
		default:
			return `${field} ${violation.message ?? 'is invalid'}`;
	}
}

const given = (value: unknown): boolean =>
	value !== undefined && value !== null && !(typeof value === 'string' && value.trim() === '');

/**
 * Returns the first missing field in the order of the docs' table, or `undefined`. The docs' error names the flat field
 * ("recipient_email is required"), although their examples send the nested one.
 */
export function missingField(body: object, settings: Settings): string | undefined {
	const fields = body as Record<string, unknown>;
	const nested = fields.recipient;
	const nestedEmail =
		typeof nested === 'object' && nested !== null && 'email' in nested ? nested.email : undefined;
	const recipient = {
		either: ['recipient_email', given(fields.recipient_email) || given(nestedEmail)],
		flat: ['recipient_email', given(fields.recipient_email)],
		nested: ['recipient.email', given(nestedEmail)],
	}[settings.get('recipientForm')] as [string, boolean];
	const callback = {
		either: ['callback_url', given(fields.callback_url) || given(fields.webhook_url)],
		callback_url: ['callback_url', given(fields.callback_url)],
		webhook_url: ['webhook_url', given(fields.webhook_url)],
	}[settings.get('callbackField')] as [string, boolean];
	const plain = (name: string): [string, boolean] => [name, given(fields[name])];
	const required =
		settings.get('requiredFields') === 'examples'
			? [recipient]
			: [
					...[plain('requestor_name'), plain('requestor_email'), recipient],
					...[plain('subject'), plain('message'), callback],
				];
	return required.find(([, isGiven]) => !isGiven)?.[0];
}

/**
 * Converts a valid body.
 * @throws {BadRequest} if the two recipients differ or the expiry is not in the future
 */
export function readRequest(body: CreateBody, settings: Settings, now: Date): SessionRequest {
	const form = settings.get('recipientForm');
	const flat = form === 'nested' ? {} : body;
	const nested = form === 'flat' ? {} : (body.recipient ?? {});
	if (flat.recipient_email && nested.email && !sameText(flat.recipient_email, nested.email)) {
		throw new BadRequest('recipient_email and recipient.email must be the same address');
	}
	const callbackField = settings.get('callbackField');
	return {
		requestorName: body.requestor_name,
		requestorEmail: body.requestor_email,
		// The required fields have been checked, so one of the two exists.
		recipientEmail: flat.recipient_email ?? nested.email ?? '',
		recipientName: flat.recipient_name ?? nested.name,
		recipientPhone: flat.recipient_phone ?? nested.phone,
		subject: body.subject,
		message: body.message,
		documents: body.documents ?? [],
		referenceId: body.reference_id,
		callbackUrl:
			(callbackField === 'webhook_url' ? undefined : body.callback_url) ??
			(callbackField === 'callback_url' ? undefined : body.webhook_url),
		callbackApiKey: body.callback_api_key,
		expiresAt: isoSeconds(expiry(body, settings.get('expiryField'), now)),
		brandName: body.brand_name,
		brandLogoUrl: body.brand_logo_url,
	};
}

const sameText = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

const DAY_MS = 86_400_000;

/** FileCourier docs, Create Session: 7 days by default. */
function expiry(body: CreateBody, field: string, now: Date): Date {
	if (body.expires_at !== undefined && field !== 'expires_in_days') {
		const time = new Date(body.expires_at);
		if (Number.isNaN(time.getTime()))
			throw new BadRequest(`expires_at must be ${FORMATS['date-time']}`);
		if (time <= now) throw new BadRequest('expires_at must be in the future');
		return time;
	}
	const days = field === 'expires_at' ? undefined : body.expires_in_days;
	return new Date(now.getTime() + (days ?? 7) * DAY_MS);
}
