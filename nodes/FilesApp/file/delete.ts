import { NodeOperationError } from 'n8n-workflow';

import { callApi, pathPart } from '../../shared/http';
import type { ItemContext, Operation } from '../../shared/operation';
import { filesApp, objectOf } from '../service';
import { fileField } from './fields';

export const deleteFile: Operation = {
	value: 'delete',
	name: 'Delete',
	action: 'Delete a file',
	description: 'Delete a file permanently',
	fields: [fileField],
	async execute(item) {
		const fileId = item.locator('fileId');
		await removeFile(item, fileId);
		return { json: { deleted: true, fileId } };
	},
};

export async function removeFile(
	{ functions, itemIndex }: ItemContext,
	fileId: string,
): Promise<void> {
	const { body } = await callApi(functions, filesApp, {
		method: 'DELETE',
		path: `/files/${pathPart(functions, fileField.displayName, fileId)}`,
		mayBeEmpty: true,
	});
	if (objectOf(body).deleted === false) {
		throw new NodeOperationError(functions.getNode(), `Files App did not delete ${fileId}`, {
			itemIndex,
			description: 'It gave no reason. Get the file to see whether it is still there.',
		});
	}
}
