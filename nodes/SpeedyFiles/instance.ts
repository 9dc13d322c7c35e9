import type { IDataObject } from 'n8n-workflow';

import { callApi } from '../shared/http/client';
import { type ExpectedBody, isJsonObject, type JsonRecord, textOf } from '../shared/http/service';
import type { Operation, Resource } from '../shared/node/operation';
import { speedyFiles } from './service';

export const health: Operation = {
	value: 'health',
	name: 'Check Health',
	action: 'Check instance health',
	description: 'Check whether the SpeedyFiles server is running. The API token is not verified.',
	fields: [],
	async execute({ functions }) {
		const call = { method: 'GET', path: '/health', expects: STATUS } as const;
		const { body } = await callApi(functions, speedyFiles, call);
		return { json: body as IDataObject, added: { healthy: body.status === 'ok' } };
	},
};

const STATUS: ExpectedBody<JsonRecord> = {
	what: 'a status',
	read: (body) => (isJsonObject(body) && textOf(body.status) ? body : undefined),
};

export const instance: Resource = {
	value: 'instance',
	name: 'Instance',
	operations: [health],
	initial: health.value,
};
