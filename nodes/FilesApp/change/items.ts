import type { IDataObject, IPollFunctions } from 'n8n-workflow';

import { inBatches } from '../../shared/batching';
import { type Json, textOf } from '../../shared/service';
import { fileIfThere } from '../file/get';
import { describeChange } from './feed';

/**
 * Changes as items of their files: what Get says of a file, and what has happened to it. `available` tells whether the
 * file is still there.
 */
export async function changeItems(
	context: IPollFunctions,
	changes: Json[],
	details: boolean,
): Promise<IDataObject[]> {
	const wanted = changes.filter(({ action }) => details && action !== 'deleted');
	const ids = [...new Set(wanted.map(({ id }) => textOf(id)).filter((id) => id !== undefined))];
	const files = await inBatches(ids.length, {}, undefined, async (index) =>
		fileIfThere(context, ids[index]),
	);
	return changes.map((change) => {
		const isDeleted = change.action === 'deleted';
		const file = isDeleted ? undefined : files[ids.indexOf(String(change.id))];
		const available = details || isDeleted ? { available: Boolean(file) } : {};
		return { event: String(change.action), ...file, ...describeChange(change), ...available };
	});
}
