import type { IDataObject } from 'n8n-workflow';

import { inBatches } from '../../shared/node/batching';
import { withItem } from '../../shared/http/errors';
import { returnAllFields } from '../../shared/node/fields';
import { cancelSignalOf } from '../../shared/http/client';
import type { ItemContext, Operation } from '../../shared/node/operation';
import { collectPages } from '../../shared/http/paging';
import { optionalText } from '../../shared/node/parameters';
import type { Json } from '../../shared/http/service';
import { folderField } from '../file/fields';
import { fetchFileIfExists } from '../file/get';
import {
	changeKey,
	fetchChangePage,
	describeChange,
	fullSecond,
	type Position,
	formatSince,
} from './feed';

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
		const changes = await collectPages<Json, Position>(
			{ since: formatSince(since) },
			async (position) => await fetchChangePage(functions, folderId, position),
			{
				idOf: changeKey,
				limit,
				past(page) {
					const second = fullSecond(page);
					if (second === undefined) return undefined;
					warnAboutGap(item, formatSince(second));
					return { since: formatSince(second + 1000) };
				},
			},
		);
		const described = changes.map(describeChange);
		if (option<boolean>('details')) await addDetails(item, described);
		return described.map((json) => ({ json }));
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

/** Adds the details of each file to its changes; null if the file no longer exists. */
async function addDetails(item: ItemContext, changes: IDataObject[]): Promise<void> {
	const ids = [...new Set(changes.map(({ fileId }) => fileId).filter(Boolean))];
	const deletedIds = new Set(
		changes.filter(({ action }) => action === 'deleted').map(({ fileId }) => fileId),
	);
	const signal = cancelSignalOf(item.functions);
	const details = await inBatches(ids.length, {}, signal, async (index) =>
		deletedIds.has(ids[index]) ? null : await fetchDetails(item, ids[index]),
	);
	const byId = new Map(ids.map((id, index) => [id, details[index] ?? null]));
	for (const change of changes) change.file = byId.get(change.fileId) ?? null;
}

async function fetchDetails(item: ItemContext, id: unknown): Promise<IDataObject | null> {
	return await fetchFileIfExists(item.functions, id).catch((error: unknown) => {
		throw withItem(item.functions.getNode(), error, item.itemIndex);
	});
}
