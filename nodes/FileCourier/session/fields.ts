import type { Field } from '../../shared/node/schema';

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
