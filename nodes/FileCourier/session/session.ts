import { type IDataObject, NodeApiError, NodeOperationError } from 'n8n-workflow';

import { serviceTime } from '../../shared/dates';
import { pathSegment } from '../../shared/http/addresses';
import { callApi } from '../../shared/http/client';
import { mayHaveSucceeded, withItemIndex } from '../../shared/http/errors';
import { confirmedBy, textOf } from '../../shared/http/service';
import type { ItemContext, Operation } from '../../shared/node/operation';
import { describeSession, fileCourier, SESSION, sessionIdField, sessionOutput } from '../service';

export const get: Operation = {
	value: 'get',
	name: 'Get',
	action: 'Get status of session',
	description: 'Retrieve the status of a session and the names and sizes of its files',
	fields: [sessionIdField],
	output: sessionOutput,
	async execute({ functions, parameter }) {
		const id = pathSegment(functions, sessionIdField.displayName, parameter('sessionId'));
		const { body, headers } = await callApi(functions, fileCourier, {
			method: 'GET',
			path: `/sessions/${id}`,
			expects: SESSION,
		});
		return describeSession(body, serviceTime(headers));
	},
};

export const cancel: Operation = {
	value: 'cancel',
	name: 'Cancel',
	action: 'Cancel session',
	description: 'Cancel a pending session so that its upload link stops working',
	fields: [sessionIdField],
	async execute(item) {
		const sessionId = item.parameter<string>('sessionId');
		return { json: { cancelled: true, sessionId, ...(await cancelSession(item, sessionId)) } };
	},
};

/** Statuses with which FileCourier may reject a cancellation. The docs show `"status": false` without an HTTP status. */
const REJECTED = /^(2\d\d|4(00|09|22))$/;

/**
 * Cancels a session. A session that is already cancelled is not an error, because a retry after a lost response finds it
 * in that state.
 * @throws NodeOperationError that names the status of a session that can no longer be cancelled
 */
async function cancelSession(
	{ functions, itemIndex }: ItemContext,
	sessionId: string,
): Promise<IDataObject> {
	const path = `/sessions/${pathSegment(functions, sessionIdField.displayName, sessionId)}`;
	try {
		const expects = confirmedBy('the cancellation', 'status');
		await callApi(functions, fileCourier, { method: 'DELETE', path, expects });
		return {};
	} catch (error) {
		const isRejected = error instanceof NodeApiError && REJECTED.test(error.httpCode ?? '');
		const isUnknown = mayHaveSucceeded(error);
		const status = isRejected || isUnknown ? await fetchStatus(functions, path) : undefined;
		if (isUnknown && status === 'cancelled') return {};
		if (status === 'cancelled') return { alreadyCancelled: true };
		if (status === undefined || status === 'pending')
			throw withItemIndex(functions.getNode(), error, itemIndex);
		throw new NodeOperationError(
			functions.getNode(),
			`The session is ${status} and can no longer be cancelled`,
			{
				description:
					'Only pending sessions can be cancelled. Check the status with Get first, or set On Error to Continue in the settings of this node.',
			},
		);
	}
}

/** Retrieves the status of a session; undefined if the request fails. */
async function fetchStatus(functions: ItemContext['functions'], path: string) {
	const call = { method: 'GET', path, expects: SESSION } as const;
	const response = await callApi(functions, fileCourier, call).catch(() => undefined);
	return textOf(response?.body.status);
}
