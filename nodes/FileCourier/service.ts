import type { IDataObject } from 'n8n-workflow';

import { epochOf } from '../shared/dates';
import { basicAuth } from '../shared/http/credential';
import { ANOTHER_SERVICE, credentialTest } from '../shared/http/credentialTest';
import {
	type ExpectedBody,
	idTextOf,
	isJsonObject,
	type JsonRecord,
	type Service,
	textOf,
} from '../shared/http/service';
import type { OutputItem, OutputShape } from '../shared/node/output';
import type { Field } from '../shared/node/schema';

/** The FileCourier API: HTTP Basic, JSON in an envelope `{status, message?, data?, error?}` (FileCourier docs). */
export const fileCourier: Service = {
	name: 'FileCourier',
	credential: 'fileCourierApi',
	secretFields: { clientId: 'Client ID', clientSecret: 'Client Secret' },
	usualAddress: 'https://api.filecourier.io',
	apiPath: '/api/ext',
	errorMessage: (body) =>
		isJsonObject(body) ? (textOf(body.error) ?? textOf(body.message)) : undefined,
	advice: {
		400: 'Correct the field named in the message, then run the node again.',
		401: 'Check the Client ID and Client Secret in the FileCourier credential. FileCourier only shows the secret once, when a project is created.',
		409: 'The session’s current status does not allow this. Use Get to check it.',
		413: 'The request is too large for FileCourier or for a proxy in front of it. Shorten the message.',
	},
	missingAdvice: (path) =>
		path.startsWith('/sessions/')
			? 'FileCourier did not find the session in the project of the credential.'
			: undefined,
	optionAdvice: {
		404: [
			{
				fields: ['sessionId'],
				text: (place) =>
					`Check ${place}, and that the credential belongs to the project that created the session.`,
			},
		],
	},
};

/** The host of delivered files. The credential is never sent to it, because each file URL contains its own signature. */
export const deliveryHost: Service = {
	...fileCourier,
	name: 'The file host',
	advice: {
		401: 'The URL was rejected. Use it exactly as it appears in the delivery.',
		403: 'The URL has expired or was changed. File URLs are valid for 24 hours. Download files right after delivery, or resend the delivery from FileCourier.',
		404: 'The file no longer exists. Resend the delivery from FileCourier.',
		410: 'The URL has expired (valid for 24 hours). Resend the delivery from FileCourier.',
	},
};

/** The fields that contain a session's ID. The docs use `request_id` in responses and `sess_…` in paths. */
export const ID_FIELDS = ['session_id', 'sessionId', 'id', 'request_id'];

export const sessionIdOf = (data: JsonRecord): string | undefined =>
	idValuesOf(data).map(idTextOf).find(Boolean);

/** The values of the fields that contain a session's ID. */
export const idValuesOf = (data: JsonRecord): unknown[] => ID_FIELDS.map((field) => data[field]);

/**
 * Whether two lists of values have an ID in common, regardless of its prefix: the docs write the same ID as
 * `req_abc123xyz` in responses and deliveries, and as `sess_abc123xyz` in paths.
 */
export function shareId(one: readonly unknown[], other: readonly unknown[]): boolean {
	const bare = (id: unknown) => idTextOf(id)?.replace(/^(?:req|sess)_/, '');
	return one.some((id) => bare(id) !== undefined && other.some((also) => bare(also) === bare(id)));
}

/**
 * A created session. A response without the upload link is accepted, because the recipient has the link by email and an
 * error would make the user create a second session.
 */
export const CREATED_SESSION: ExpectedBody<JsonRecord> = {
	what: 'a session ID',
	read: (body) => (sessionIdOf(unwrapEnvelope(body)) ? unwrapEnvelope(body) : undefined),
};

/** The current state of a session. */
export const SESSION: ExpectedBody<JsonRecord> = {
	what: 'the session',
	read(body) {
		const data = unwrapEnvelope(body);
		return sessionIdOf(data) || textOf(data.status) ? data : undefined;
	},
};

/** A file of a session or a delivery: `{name, size, type, url, expires_at}` (FileCourier docs). */
const fileOutput: OutputShape = { names: { mimeType: ['type'] } };

/** A session or a delivery. */
export const sessionOutput: OutputShape = {
	names: { sessionId: ID_FIELDS, link: ['upload_url'] },
	nested: { file: fileOutput, files: fileOutput },
};

/**
 * Describes a session with the fields of the response and its status, which is `expired` once a pending session has
 * reached its expiry.
 * @param now the service's clock, milliseconds since 1970
 */
export function describeSession(data: JsonRecord, now: number): OutputItem {
	const status = textOf(data.status);
	const expires = epochOf(data.expires_at);
	const isExpired = status === 'pending' && expires !== undefined && expires <= now;
	return {
		json: data as IDataObject,
		added: { sessionId: sessionIdOf(data), status: isExpired ? 'expired' : status },
	};
}

/** Returns the `data` of a response's envelope, or an empty object. */
function unwrapEnvelope(body: unknown): JsonRecord {
	return isJsonObject(body) && isJsonObject(body.data) ? body.data : {};
}

/** A session, by its ID. It is not a resource locator, because FileCourier cannot list sessions. */
export const sessionIdField: Field = {
	displayName: 'Session ID',
	name: 'sessionId',
	type: 'string',
	takes: 'id',
	default: '',
	required: true,
	placeholder: 'e.g. req_abc123xyz',
	description: 'The sessionId returned by Create. IDs starting with req_ or sess_ both work.',
};

const REJECTED = 'FileCourier rejected the Client ID or Client Secret';

/** Matches messages about credentials. The docs show “Invalid API key” but not the status that it is sent with. */
const CREDENTIAL_MESSAGE =
	/api.?key|credential|client|secret|unauthori[sz]ed|authenticat|authori[sz]ation|forbidden|denied/i;

/**
 * Tests the credentials with a request for a session that does not exist, because FileCourier has no call that only
 * identifies the caller. It responds “not found” to valid credentials and 401 to invalid ones, both in its envelope.
 */
export const fileCourierApiTest = credentialTest(fileCourier, {
	path: '/sessions/req_credentialtest',
	authenticate: basicAuth('clientId', 'clientSecret'),
	rejections: { 401: REJECTED, 403: REJECTED },
	judge({ status, body, said }) {
		const envelope = isJsonObject(body) ? body : {};
		if (status === 200 && envelope.status === true) {
			return SESSION.read(body, status) ? undefined : ANOTHER_SERVICE;
		}
		// FileCourier checks the credentials before it sends 200, 400 or 404, unless the message is about credentials.
		const isFailure = envelope.status === false && fileCourier.errorMessage(body) !== undefined;
		if (!isFailure || ![200, 400, 404].includes(status)) return ANOTHER_SERVICE;
		return CREDENTIAL_MESSAGE.test(said) ? `${REJECTED}: ${said}` : undefined;
	},
});
