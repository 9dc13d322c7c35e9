import { pathPart } from '../../shared/http/client';
import type { ItemContext, Operation } from '../../shared/node/operation';
import { NOTHING } from '../../shared/http/service';
import { callWithFallback } from '../service';
import { fileField } from './getAll';

export const deleteFile: Operation = {
	value: 'delete',
	name: 'Delete',
	action: 'Delete file',
	description: 'Delete a file and its link permanently',
	fields: [fileField],
	async execute(item) {
		const fileId = item.locator('fileId');
		await removeFile(item, fileId);
		return { json: { deleted: true, fileId } };
	},
};

export async function removeFile({ functions }: ItemContext, fileId: string): Promise<void> {
	const id = pathPart(functions, fileField.displayName, fileId);
	// The docs do not show the response, which may be empty.
	const path = `/files/${id}`;
	const call = { method: 'DELETE', path, needs: NOTHING, mayBeEmpty: true } as const;
	await callWithFallback(functions, call, `/files/delete/${id}`);
}
