import { callApi } from '../../shared/http/client';
import type { ItemContext, Operation } from '../../shared/node/operation';
import { confirmedBy } from '../../shared/http/service';
import { NOTIFICATION_TIMEOUT, speedyFiles } from '../service';
import { packageField, packageIdOf, packagePath } from './fields';

export const deletePackage: Operation = {
	value: 'delete',
	name: 'Delete',
	action: 'Delete package',
	description: 'Delete a package with its files and links permanently',
	fields: [packageField],
	async execute(item) {
		const packageId = packageIdOf(item);
		await removePackage(item, packageId);
		return { json: { deleted: true, packageId } };
	},
};

export async function removePackage({ functions }: ItemContext, id: string): Promise<void> {
	const path = packagePath(functions, id);
	const expects = confirmedBy('the deletion', 'ok', 'deleted');
	await callApi(functions, speedyFiles, {
		method: 'DELETE',
		path,
		expects,
		timeout: NOTIFICATION_TIMEOUT,
	});
}
