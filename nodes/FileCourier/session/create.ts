import type { IDataObject } from 'n8n-workflow';

import { serviceTime } from '../../shared/dates';
import { callApi } from '../../shared/http/client';
import type { ItemContext, Operation } from '../../shared/node/operation';
import { secretsOf } from '../../shared/http/secrets';
import { CREATED_SESSION, describeSession, fileCourier } from '../service';
import { createFields, createOptions } from './createFields';
import { buildSessionRequest } from './createRequest';

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

/** Milliseconds. FileCourier sends the email and any SMS before it responds. */
const NOTIFICATION_TIMEOUT = 300_000;

/** Creates a session; FileCourier notifies the recipient immediately. */
export async function createSession(item: ItemContext, resumeUrl?: string): Promise<IDataObject> {
	// The signature in n8n's resume URL is a secret: with it, anyone could resume the execution.
	if (resumeUrl) secretsOf(item.functions).add(new URL(resumeUrl).searchParams.get('signature'));
	const { body, headers } = await callApi(item.functions, fileCourier, {
		method: 'POST',
		path: '/sessions',
		body: await buildSessionRequest(item, resumeUrl),
		needs: CREATED_SESSION,
		timeout: NOTIFICATION_TIMEOUT,
		// Not retried, because a second call would notify the recipient again.
		repeatable: false,
		doubt:
			'FileCourier may still have created the session and notified the recipient. Ask them, or check the FileCourier dashboard, before you run the node again.',
	});
	return describeSession(body, serviceTime(headers));
}
