import type { IDataObject } from 'n8n-workflow';

import { callApi } from '../../shared/http';
import type { Operation } from '../../shared/operation';
import { isJsonObject } from '../../shared/service';
import { speedyFiles } from '../service';

export const health: Operation = {
	value: 'health',
	name: 'Check Health',
	action: 'Check the health of the instance',
	description: 'See whether the SpeedyFiles server is up. It does not look at the API token.',
	fields: [],
	async execute({ functions }) {
		const { body } = await callApi(functions, speedyFiles, { method: 'GET', path: '/health' });
		const said = isJsonObject(body) ? (body as IDataObject) : {};
		return { json: { ...said, healthy: said.status === 'ok' } };
	},
};
