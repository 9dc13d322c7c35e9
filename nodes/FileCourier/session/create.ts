import type { IDataObject } from 'n8n-workflow';

import { serviceTime } from '../../shared/dates';
import { callApi } from '../../shared/http';
import type { ItemContext, Operation } from '../../shared/operation';
import { dataOf, describeSession, fileCourier } from '../service';
import { createFields, createOptions } from './createFields';
import { sessionRequest } from './createRequest';

export const create: Operation = {
	value: 'create',
	name: 'Create',
	action: 'Create a session',
	description:
		'Ask a person for documents: they get an upload link by e-mail, and by SMS if you wish',
	fields: createFields,
	options: createOptions,
	async execute(item) {
		return { json: await createSession(item) };
	},
};

/** Creates a session; FileCourier notifies the recipient at once. */
export async function createSession(item: ItemContext, callback?: string): Promise<IDataObject> {
	const { body, headers } = await callApi(item.functions, fileCourier, {
		method: 'POST',
		path: '/api/ext/sessions',
		body: await sessionRequest(item, callback),
		// Sent twice, it would notify the recipient twice.
		repeatable: false,
	});
	return describeSession(dataOf(body), serviceTime(headers));
}
