import type { IDataObject, IPollFunctions } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import { inBatches } from '../../shared/batching';
import type { Json } from '../../shared/service';
import { fileIfThere } from '../file/get';
import { actionOf, describeChange, fileIdOf } from './feed';

/**
 * Changes as items of their files: what Get says of a file, and what has happened to it. `available` tells whether the
 * file is still there. A file that this key may not read goes on with the `error`, and keeps no other change back.
 * @param isLastTry whether a file that cannot be read for another reason goes on with its error as well
 * @throws what says nothing about a single file: a key that is refused, a limit, a service that does not respond
 */
export async function changeItems(
	context: IPollFunctions,
	changes: Json[],
	details: boolean,
	isLastTry = false,
): Promise<IDataObject[]> {
	const wanted = changes.filter((change) => details && actionOf(change) !== 'deleted');
	const ids = [...new Set(wanted.map(fileIdOf).filter((id) => id !== undefined))];
	const files = await inBatches(ids.length, {}, undefined, async (index) =>
		readFile(context, ids[index], isLastTry),
	);
	return changes.map((change) => {
		const event = actionOf(change) ?? 'unknown';
		const common = describeChange(change);
		if (event === 'deleted') return { event, ...common, available: false };
		if (!details) return { event, ...common };
		const id = fileIdOf(change);
		if (id === undefined)
			return { event, ...common, error: 'The change does not contain a file ID' };
		const { file, error } = files[ids.indexOf(id)];
		if (error) return { event, ...common, error };
		return { event, ...file, ...common, available: Boolean(file) };
	});
}

interface ReadFile {
	file?: IDataObject;
	error?: string;
}

async function readFile(
	context: IPollFunctions,
	id: string,
	isLastTry: boolean,
): Promise<ReadFile> {
	return await fileIfThere(context, id).then(
		(file): ReadFile => ({ file: file ?? undefined }),
		(error: unknown): ReadFile => {
			if (!isOfTheFile(error) && !(isLastTry && !isOfTheAccount(error))) throw error;
			return { error: (error as Error).message };
		},
	);
}

/** A refusal that is about this file alone: the next request for it would be refused again. */
const isOfTheFile = (error: unknown): boolean =>
	error instanceof NodeOperationError ||
	(statusOf(error).startsWith('4') && !isOfTheAccount(error) && !PASSING.has(statusOf(error)));

/** A refusal that every other file would get as well. */
export const isOfTheAccount = (error: unknown): boolean => ['401', '429'].includes(statusOf(error));

const PASSING = new Set(['408', '425']);

const statusOf = (error: unknown): string =>
	(error instanceof NodeApiError ? error.httpCode : undefined) ?? '';
