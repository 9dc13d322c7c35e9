import type { Field } from '../../shared/schema';

/** One session, by its ID. FileCourier has no list of sessions to pick from. */
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
