import type { INodeProperties } from 'n8n-workflow';

/** One session, by its ID. FileCourier has no list of sessions to pick from. */
export const sessionIdField: INodeProperties = {
	displayName: 'Session ID',
	name: 'sessionId',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. req_abc123xyz',
	description:
		'The ID that Create put out as sessionId. Both forms work: req_… from answers and deliveries, and sess_….',
};
