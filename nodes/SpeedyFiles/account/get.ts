import type { IDataObject } from 'n8n-workflow';

import { callApi } from '../../shared/http';
import type { Operation } from '../../shared/operation';
import { speedyFiles, thingIn } from '../service';

export const get: Operation = {
	value: 'get',
	name: 'Get',
	action: 'Get the account',
	description: 'Retrieve the user that the API token belongs to, and their role',
	fields: [],
	async execute({ functions }) {
		const { body } = await callApi(functions, speedyFiles, { method: 'GET', path: '/me' });
		return { json: thingIn(functions, 'account', body) as IDataObject };
	},
};
