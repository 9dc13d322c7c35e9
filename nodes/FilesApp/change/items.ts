import type { IDataObject, IPollFunctions } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import { inBatches } from '../../shared/node/batching';
import type { Json } from '../../shared/http/service';
import { fetchFileIfExists } from '../file/get';
import { actionOf, describeChange, fileIdOf } from './feed';

/**
 * Converts changes to items that contain the details of the file and the change; `available` is whether the file still
 * exists. The item of a file that this key cannot read contains the `error`, so that it does not block other changes.
 * @param isLastTry whether the item of a file that cannot be read for another reason also contains the error
 * @throws errors that do not concern a single file: a rejected key, a rate limit, a service that does not respond
 */
export async function changeItems(
	context: IPollFunctions,
	changes: Json[],
	details: boolean,
	isLastTry = false,
): Promise<IDataObject[]> {
	const withDetails = changes.filter((change) => details && actionOf(change) !== 'deleted');
	const ids = [...new Set(withDetails.map(fileIdOf).filter((id) => id !== undefined))];
	const files = await inBatches(ids.length, {}, undefined, async (index) =>
		readFile(context, ids[index], isLastTry),
	);
	return changes.map((change) => {
		const event = actionOf(change) ?? 'unknown';
		const changeFields = describeChange(change);
		if (event === 'deleted') return { event, ...changeFields, available: false };
		if (!details) return { event, ...changeFields };
		const id = fileIdOf(change);
		if (id === undefined)
			return { event, ...changeFields, error: 'The change does not contain a file ID' };
		const { file, error } = files[ids.indexOf(id)];
		if (error) return { event, ...changeFields, error };
		return { event, ...file, ...changeFields, available: Boolean(file) };
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
	return await fetchFileIfExists(context, id).then(
		(file): ReadFile => ({ file: file ?? undefined }),
		(error: unknown): ReadFile => {
			if (!concernsFile(error) && !(isLastTry && !concernsAccount(error))) throw error;
			return { error: (error as Error).message };
		},
	);
}

/** Whether an error concerns only this file and would occur again in a retry. */
const concernsFile = (error: unknown): boolean =>
	error instanceof NodeOperationError ||
	(statusOf(error).startsWith('4') && !concernsAccount(error) && !TEMPORARY.has(statusOf(error)));

/** Whether every other file would get the same error. */
export const concernsAccount = (error: unknown): boolean =>
	['401', '429'].includes(statusOf(error));

const TEMPORARY = new Set(['408', '425']);

const statusOf = (error: unknown): string =>
	(error instanceof NodeApiError ? error.httpCode : undefined) ?? '';
