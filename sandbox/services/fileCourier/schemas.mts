import {
	documentHead,
	each,
	exactly,
	flag,
	inPath,
	integer,
	isoSecond,
	json,
	link,
	listOf,
	orNull,
	text,
} from '../../core/openapi.mts';
import { createSchema } from './createRequest.mts';

/**
 * FileCourier publishes no OpenAPI document. The one of the simulation is derived from its docs, and tests check the
 * responses against it. The status code of Create Session is not documented.
 */
export const document = documentHead('FileCourier', '/api/ext', 'basic');

const yes = { type: 'boolean', enum: [true] };
const no = { type: 'boolean', enum: [false] };

/** FileCourier docs, Create Session, error responses. */
export const error = (description: string): object =>
	json(exactly({ status: no, error: text }), description);

const errors = each([400, 401, 404, 409, 413, 429, 500, 503], error('The reason'));

export const create = {
	summary: 'Create a session',
	description:
		'The docs’ table has flat names, their examples nested and different ones. Both are accepted.',
	body: createSchema,
	response: {
		...errors,
		201: json(
			exactly({
				status: yes,
				message: text,
				data: exactly({
					request_id: { type: 'string', pattern: '^req_' },
					upload_url: link,
					expires_at: isoSecond,
					notification_sent: exactly({ email: flag, sms: flag }),
				}),
			}),
			'The session with the link for the recipient',
		),
	},
};

const ID = inPath({ sessionId: 'The session’s ID, which starts with req_ or sess_' });

export const getStatus = {
	summary: 'Get the status of a session',
	...ID,
	response: {
		...errors,
		200: json(
			exactly({
				status: yes,
				data: exactly({
					request_id: { type: 'string', pattern: '^req_' },
					reference_id: orNull(text),
					recipient_email: text,
					status: {
						type: 'string',
						enum: ['pending', 'uploaded', 'completed', 'expired', 'cancelled', 'failed'],
					},
					created_at: isoSecond,
					expires_at: isoSecond,
					uploaded_at: orNull(isoSecond),
					delivered_at: orNull(isoSecond),
					files: listOf(exactly({ name: text, size: integer, type: text })),
				}),
			}),
			'The session',
		),
	},
};

export const cancel = {
	summary: 'Cancel a session',
	...ID,
	response: {
		...errors,
		200: json(exactly({ status: yes, message: text }), 'The session is cancelled'),
	},
};
