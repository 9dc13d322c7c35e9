import { NodeOperationError } from 'n8n-workflow';

import { callApi, pathPart } from '../../shared/http';
import type { Operation } from '../../shared/operation';
import { filesApp, objectOf } from '../service';
import { fileField } from './fields';

export const deleteFile: Operation = {
	value: 'delete',
	name: 'Delete',
	action: 'Delete a file',
	description: 'Delete a file permanently',
	fields: [fileField],
	async execute({ functions, itemIndex, locator }) {
		const fileId = locator('fileId').trim();
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
		return { json: { deleted: true, fileId } };
	},
};
