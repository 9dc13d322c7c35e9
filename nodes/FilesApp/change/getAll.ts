import {
	type IDataObject,
	type IPollFunctions,
	NodeApiError,
	NodeOperationError,
} from 'n8n-workflow';

import { executionSignal } from '../../shared/http/stallGuard';
import { withItemIndex } from '../../shared/http/errors';
import { collectPages } from '../../shared/http/paging';
import type { JsonRecord, ServiceContext } from '../../shared/http/service';
import { mapInBatches } from '../../shared/node/batching';
import { returnAllFields } from '../../shared/node/fields';
import type { ItemContext, Operation, Resource } from '../../shared/node/operation';
import { type OutputItem, toOutput } from '../../shared/node/output';
import { optionalText } from '../../shared/node/parameters';
import { fetchFileIfExists } from '../file/file';
import { folderField } from '../file/getAll';
import { fileOutput } from '../service';
import {
	actionOf,
	changeKey,
	changeOutput,
	describeChange,
	fetchChangePage,
	fileIdOf,
	formatSince,
	fullSecond,
	type Position,
} from './feed';

/**
 * Converts changes to items that contain the details of the file and the change; `available` is whether the file still
 * exists. The item of a file that this key cannot read contains the `error`, so that it does not block other changes.
 * @param isLastTry whether the item of a file that cannot be read for another reason also contains the error
 * @throws errors that do not concern a single file: a rejected key, a rate limit, a service that does not respond
 */
export async function changeItems(
	context: IPollFunctions,
	changes: JsonRecord[],
	details: boolean,
	isLastTry = false,
): Promise<OutputItem[]> {
	const withDetails = changes.filter((change) => details && actionOf(change) !== 'deleted');
	const ids = [...new Set(withDetails.map(fileIdOf).filter((id) => id !== undefined))];
	const files = await mapInBatches(ids.length, {}, undefined, async (index) =>
		readFile(context, ids[index], isLastTry),
	);
	return changes.map((change) => {
		const event = actionOf(change) ?? 'unknown';
		const json = describeChange(change);
		if (event === 'deleted') return { json, added: { event, available: false } };
		if (!details) return { json, added: { event } };
		const id = fileIdOf(change);
		if (id === undefined)
			return { json, added: { event, error: 'The change does not contain a file ID' } };
		const { file, error } = files[ids.indexOf(id)];
		if (error) return { json, added: { event, error } };
		const fields = toOutput(fileOutput, { json: file ?? {} });
		return { json: { ...fields, ...json }, added: { event, available: Boolean(file) } };
	});
}

interface ReadFile {
	file?: IDataObject;
	error?: string;
}

async function readFile(
	context: ServiceContext,
	id: unknown,
	isLastTry = false,
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

export const getAll: Operation = {
	value: 'getAll',
	name: 'Get Many',
	action: 'Get many changes',
	description: 'Retrieve files created, modified or deleted since a given time',
	fields: [
		{
			displayName: 'Changed Since',
			name: 'since',
			type: 'dateTime',
			default: '={{ $now.minus({ days: 1 }).toISO() }}',
			required: true,
			description: 'Only return changes made at or after this time',
		},
		...returnAllFields,
		folderField('Only return changes in this folder. Leave empty for all folders.'),
	],
	output: changeOutput,
	options: [
		{
			displayName: 'Include File Details',
			name: 'details',
			type: 'boolean',
			default: false,
			description:
				'Whether to add the name, size and dates of each existing file as “file”. Uses one request per file.',
		},
	],
	async execute(item) {
		const { functions, parameter, option } = item;
		const since = parameter<number>('since');
		const limit = parameter<boolean>('returnAll') ? Infinity : parameter<number>('limit');
		const folderId = optionalText(parameter('folderId'));
		let skipped = -Infinity;
		const changes = await collectPages<JsonRecord, Position>(
			{ since: formatSince(since) },
			async (position) => await fetchChangePage(functions, folderId, position),
			{
				idOf: changeKey,
				limit,
				past(page) {
					const second = fullSecond(page);
					// A service that ignores `since` as well returns the same page again.
					if (second === undefined || second <= skipped) return undefined;
					skipped = second;
					warnAboutGap(item, formatSince(second));
					return { since: formatSince(second + 1000) };
				},
			},
		);
		const items = changes.map((change): OutputItem => ({ json: describeChange(change) }));
		return option<boolean>('details') ? await withDetails(item, items) : items;
	},
};

/** Shows a warning in the output panel that some changes are missing. */
function warnAboutGap({ functions }: ItemContext, second: string): void {
	functions.addExecutionHints({
		type: 'warning',
		location: 'outputPane',
		message: `Files App has more changes at ${second} than it can return at once, so some are missing. Use File → Get Many to list all files.`,
	});
}

/**
 * Adds the details of each file to its changes; null if the file no longer exists or if this key cannot read it. The item
 * then contains the `error`, so that one file does not block the other changes.
 */
async function withDetails(item: ItemContext, changes: OutputItem[]): Promise<OutputItem[]> {
	const ids = [...new Set(changes.map(({ json }) => json.fileId).filter(Boolean))];
	const deletedIds = new Set(
		changes.filter(({ json }) => actionOf(json) === 'deleted').map(({ json }) => json.fileId),
	);
	const { functions, itemIndex } = item;
	const files = await mapInBatches(ids.length, {}, executionSignal(functions), async (index) => {
		if (deletedIds.has(ids[index])) return {};
		return await readFile(functions, ids[index]).catch((error: unknown) => {
			throw withItemIndex(functions.getNode(), error, itemIndex);
		});
	});
	const byId = new Map(ids.map((id, index) => [id, files[index]]));
	return changes.map(({ json }) => {
		const { file = null, error } = byId.get(json.fileId) ?? {};
		return { json, added: error ? { file, error } : { file } };
	});
}

export const change: Resource = {
	value: 'change',
	name: 'Change',
	operations: [getAll],
	initial: getAll.value,
};
