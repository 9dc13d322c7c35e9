import { serviceTime } from '../../shared/dates';
import { callApi } from '../../shared/http/client';
import type { Operation } from '../../shared/node/operation';
import { describePackage, packageOutput } from '../describe';
import { PACKAGE, speedyFiles } from '../service';
import { packageField, packageIdOf, packagePath } from './fields';

export const get: Operation = {
	value: 'get',
	name: 'Get',
	action: 'Get package',
	description: 'Retrieve the status of a package and its files',
	fields: [packageField],
	output: packageOutput,
	async execute(item) {
		const { functions } = item;
		const path = packagePath(functions, packageIdOf(item));
		const call = { method: 'GET', path, expects: PACKAGE } as const;
		const { body, headers } = await callApi(functions, speedyFiles, call);
		return describePackage(body, serviceTime(headers));
	},
};
