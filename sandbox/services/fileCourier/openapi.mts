import {
	body,
	document,
	each,
	exactly,
	flag,
	inPath,
	isoSecond,
	json,
	link,
	listOf,
	open,
	orNull,
	text,
	integer,
} from '../../core/handwritten.mts';

const yes = { type: 'boolean', enum: [true] };
const no = { type: 'boolean', enum: [false] };
const email = { type: 'string', format: 'email' };
const requestId = { type: 'string', pattern: '^req_' };

/**
 * FileCourier docs, Create Session: the table has flat names, the examples have nested and different ones. Both are
 * accepted.
 */
const flat = {
	requestor_name: text,
	requestor_email: email,
	recipient_email: email,
	recipient_phone: { type: 'string', pattern: '^\\+[1-9]\\d{6,14}$' },
	subject: text,
	message: text,
	documents: listOf(text),
	reference_id: text,
	callback_url: link,
	callback_api_key: text,
	expires_at: { type: 'string', format: 'date-time' },
	brand_name: text,
	brand_logo_url: text,
};
const nested = {
	recipient: open({ email, name: text }, ['name']),
	webhook_url: link,
	expires_in_days: { type: 'integer', minimum: 1 },
};
const optional = Object.keys({ ...flat, ...nested });
const wanted = {
	anyOf: [
		open(
			{ ...flat, ...nested },
			optional.filter((name) => name !== 'recipient_email'),
		),
		open(
			{ ...flat, ...nested },
			optional.filter((name) => name !== 'recipient'),
		),
	],
};

const errors = each(
	[400, 401, 404, 409, 413, 429, 500, 503],
	json(exactly({ status: no, error: text })),
);

const created = exactly({
	status: yes,
	message: text,
	data: exactly({
		request_id: requestId,
		upload_url: link,
		expires_at: isoSecond,
		notification_sent: exactly({ email: flag, sms: flag }),
	}),
});

const states = ['pending', 'uploaded', 'completed', 'expired', 'cancelled', 'failed'];
const session = exactly({
	status: yes,
	data: exactly({
		request_id: requestId,
		reference_id: orNull(text),
		recipient_email: text,
		status: { type: 'string', enum: states },
		created_at: isoSecond,
		expires_at: isoSecond,
		uploaded_at: orNull(isoSecond),
		delivered_at: orNull(isoSecond),
		files: listOf(exactly({ name: text, size: integer, type: text })),
	}),
});

/**
 * FileCourier publishes no OpenAPI document. This one is derived from its docs, and tests check the simulation's
 * responses against it. The status code of create is not documented.
 */
export const openapi = document('FileCourier', '/api/ext', {
	'/sessions': {
		post: { ...body('application/json', wanted), responses: { ...errors, 201: json(created) } },
	},
	'/sessions/{sessionId}': {
		get: { parameters: inPath('sessionId'), responses: { ...errors, 200: json(session) } },
		delete: {
			parameters: inPath('sessionId'),
			responses: { ...errors, 200: json(exactly({ status: yes, message: text })) },
		},
	},
});
