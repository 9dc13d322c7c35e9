import { callApi, pathPart } from '../../shared/http/client';
import type { ItemContext, Operation } from '../../shared/node/operation';
import { confirmationOf } from '../../shared/http/service';
import { filesApp } from '../service';
import { fileField } from './getAll';

export const deleteFile: Operation = {
	value: 'delete',
	name: 'Delete',
	action: 'Delete file',
	description: 'Delete a file permanently',
	fields: [fileField],
	async execute(item) {
		const fileId = item.locator('fileId');
		await removeFile(item, fileId);
		return { json: { deleted: true, fileId } };
	},
};

export async function removeFile({ functions }: ItemContext, fileId: string): Promise<void> {
	await callApi(functions, filesApp, {
		method: 'DELETE',
		path: `/files/${pathPart(functions, fileField.displayName, fileId)}`,
		needs: confirmationOf('the deletion', 'deleted'),
		mayBeEmpty: true,
		doubt: 'Files App may have deleted the file anyway. Use Get to check whether it still exists.',
	});
}
