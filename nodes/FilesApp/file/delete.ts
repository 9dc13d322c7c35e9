import { callApi, pathSegment } from '../../shared/http/client';
import type { ItemContext, Operation } from '../../shared/node/operation';
import { confirmedBy } from '../../shared/http/service';
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
		path: `/files/${pathSegment(functions, fileField.displayName, fileId)}`,
		expects: confirmedBy('the deletion', 'deleted'),
		allowEmpty: true,
		unknownResultHint:
			'Files App may have deleted the file anyway. Use Get to check whether it still exists.',
	});
}
