import type { IDataObject } from 'n8n-workflow';

import { callApi } from '../shared/http/client';
import type { Operation, Resource } from '../shared/node/operation';
import { ACCOUNT, speedyFiles } from './service';

export const get: Operation = {
	value: 'get',
	name: 'Get',
	action: 'Get account',
	description: 'Retrieve the user and role of the API token',
	fields: [],
	output: { names: { userId: ['id'], name: ['display_name'] } },
	async execute({ functions }) {
		const call = { method: 'GET', path: '/me', expects: ACCOUNT } as const;
		const { body } = await callApi(functions, speedyFiles, call);
		return { json: body as IDataObject };
	},
};

export const account: Resource = {
	value: 'account',
	name: 'Account',
	operations: [get],
	initial: get.value,
};
