import { callApi } from '../../shared/http';
import type { Operation } from '../../shared/operation';
import { NOTHING } from '../../shared/service';
import { chosenFile, fileField } from '../handle';
import { filestack, needAppSecret } from '../service';
import { allowing } from '../signing';

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
		const { handle, segment } = chosenFile(item);
		await needAppSecret(functions, 'Deleting a file');
		const keep = option<boolean>('skipStorage') === true;
		await callApi(functions, filestack, {
			method: 'DELETE',
			path: `/file/${segment}`,
			qs: { ...(keep && { skip_storage: 'true' }), ...allowing(['remove'], handle) },
			needs: NOTHING,
			// Only the status of the response is documented, and the SDKs check nothing else.
			mayBeEmpty: true,
			mayBeText: true,
		});
		return { json: { deleted: true, handle, keptInStorage: keep } };
	},
};
