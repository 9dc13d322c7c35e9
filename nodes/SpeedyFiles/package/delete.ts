import { callApi } from '../../shared/http';
import type { Operation } from '../../shared/operation';
import { speedyFiles } from '../service';
import { packageField, packageIdOf, packagePath } from './fields';

export const deletePackage: Operation = {
	value: 'delete',
	name: 'Delete',
	action: 'Delete a package',
	description: 'Delete a package with its files and links for good',
	fields: [packageField],
	async execute(item) {
		const { functions } = item;
		const id = packageIdOf(item);
		const path = packagePath(functions, id);
		await callApi(functions, speedyFiles, { method: 'DELETE', path });
		return { json: { deleted: true, id } };
	},
};
