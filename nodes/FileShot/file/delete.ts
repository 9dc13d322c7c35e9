import { pathSegment } from '../../shared/http/client';
import type { ItemContext, Operation } from '../../shared/node/operation';
import { ANY_BODY } from '../../shared/http/service';
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
	const id = pathSegment(functions, fileField.displayName, fileId);
	// The docs do not show the response, which may be empty.
	const path = `/files/${id}`;
	const call = { method: 'DELETE', path, expects: ANY_BODY, allowEmpty: true } as const;
	await callWithFallback(functions, call, `/files/delete/${id}`);
}
