import { callApi } from '../../shared/http/client';
import type { Operation } from '../../shared/node/operation';
import { ANY_BODY } from '../../shared/http/service';
import { fileField, selectedFile } from '../handle';
import { filestack, requireAppSecret } from '../service';
import { policyQuery } from '../signing';

export const remove: Operation = {
	value: 'delete',
	name: 'Delete',
	action: 'Delete file',
	description: 'Delete a file permanently',
	fields: [fileField],
	options: [
		{
			displayName: 'Keep in Storage',
			name: 'skipStorage',
			type: 'boolean',
			default: false,
			description:
				'Whether to keep the file in the storage container and only delete the Filestack handle',
		},
	],
	async execute(item) {
		const { functions, option } = item;
		const { handle, segment } = selectedFile(item);
		await requireAppSecret(functions, 'Deleting a file');
		const keepInStorage = option<boolean>('skipStorage') === true;
		await callApi(functions, filestack, {
			method: 'DELETE',
			path: `/file/${segment}`,
			qs: { ...(keepInStorage && { skip_storage: 'true' }), ...policyQuery(['remove'], handle) },
			expects: ANY_BODY,
			// Only the status of the response is documented, and the SDKs check nothing else.
			allowEmpty: true,
			allowText: true,
		});
		return { json: { deleted: true, handle, keptInStorage: keepInStorage } };
	},
};
