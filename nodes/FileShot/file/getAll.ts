import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { returnAllFields, simplifyField } from '../../shared/node/fields';
import { filterOf, listFilters } from '../../shared/node/filters';
import type { Operation } from '../../shared/node/operation';
import { collectPages } from '../../shared/http/paging';
import { describeFile, readLinkBase, summaryOf } from '../describe';
import { fileShot } from '../service';
import { fetchFilePage, MAX_PAGE_SIZE } from './list';

const statusFilter: INodeProperties = {
	displayName: 'Status',
	name: 'status',
	type: 'options',
	options: [
		{ name: 'Active', value: 'active' },
		{ name: 'Any', value: 'any' },
		{ name: 'Expired', value: 'expired' },
	],
	default: 'any',
	description:
		'Only return active or expired files. The filter is applied by n8n because FileShot does not support it.',
};

export const getAll: Operation = {
	value: 'getAll',
	name: 'Get Many',
	action: 'Get many files',
	description: 'Retrieve a list of files in the account',
	fields: [...returnAllFields, simplifyField],
	options: [
		...listFilters(fileShot.name, [
			'createdAfter',
			'createdBefore',
			'expiresBefore',
			'nameContains',
		]),
		statusFilter,
	],
	async execute(item) {
		const { functions, parameter, option } = item;
		const limit = parameter<boolean>('returnAll') ? Infinity : parameter<number>('limit');
		const status = option<string>('status') ?? 'any';
		const matchesFilter = filterOf<Listed>(item, ({ summary }) => ({
			name: summary.fileName,
			createdAt: summary.createdAt,
			expiresAt: summary.expiresAt,
		}));
		const isFiltered = matchesFilter !== undefined || status !== 'any';
		const perPage = isFiltered ? MAX_PAGE_SIZE : Math.min(limit, MAX_PAGE_SIZE);
		const linkBase = await readLinkBase(functions);

		const files = await collectPages<Listed, { page: number; seen: number }>(
			{ page: 1, seen: 0 },
			async (position) => {
				const { items, next, now } = await fetchFilePage(functions, position, perPage);
				const context = { linkBase, now };
				const listed = items.map((one) => ({
					summary: summaryOf(one, context),
					whole: describeFile(one, context),
				}));
				return { items: listed, next };
			},
			{
				idOf: ({ summary, whole }) => summary.fileId ?? JSON.stringify(whole),
				limit,
				keep: (one) =>
					(matchesFilter?.(one) ?? true) &&
					(status === 'any' || one.summary.effectiveStatus === status),
			},
		);
		const simplify = parameter<boolean>('simplify');
		return files.map(({ summary, whole }) => ({ json: simplify ? summary : whole }));
	},
};

/** A listed file, simplified and complete. */
interface Listed {
	summary: IDataObject;
	whole: IDataObject;
}
