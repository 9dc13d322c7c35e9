import { serviceTime } from '../../shared/dates';
import { callApi, pathSegment } from '../../shared/http/client';
import type { Operation } from '../../shared/node/operation';
import { describeSession, fileCourier, SESSION, sessionIdField, sessionOutput } from '../service';

export const get: Operation = {
	value: 'get',
	name: 'Get',
	action: 'Get session',
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
