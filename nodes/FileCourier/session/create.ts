import type { IDataObject } from 'n8n-workflow';

import { serviceTime } from '../../shared/dates';
import { callApi } from '../../shared/http';
import type { ItemContext, Operation } from '../../shared/operation';
import { secretsOf } from '../../shared/secrets';
import { CREATED_SESSION, describeSession, fileCourier } from '../service';
import { createFields, createOptions } from './createFields';
import { sessionRequest } from './createRequest';

export const create: Operation = {
	value: 'create',
	name: 'Create',
	action: 'Create session',
	description:
		'Request documents from someone. They receive an upload link by email and, optionally, SMS.',
	fields: createFields,
	options: createOptions,
	async execute(item) {
		return { json: await createSession(item) };
	},
};

/** Milliseconds: FileCourier sends an email and perhaps an SMS before it responds. */
const NOTIFYING = 300_000;

/** Creates a session; FileCourier notifies the recipient at once. */
export async function createSession(item: ItemContext, callback?: string): Promise<IDataObject> {
	// Whoever has n8n's resume URL can let the execution go on.
	if (callback) secretsOf(item.functions).add(new URL(callback).searchParams.get('signature'));
	const { body, headers } = await callApi(item.functions, fileCourier, {
		method: 'POST',
		path: '/sessions',
		body: await sessionRequest(item, callback),
		needs: CREATED_SESSION,
		timeout: NOTIFYING,
		// Sent twice, it would notify the recipient twice.
		repeatable: false,
		doubt:
			'FileCourier may still have created the session and notified the recipient. Ask them, or check the FileCourier dashboard, before you run the node again.',
	});
	return describeSession(body, serviceTime(headers));
}
