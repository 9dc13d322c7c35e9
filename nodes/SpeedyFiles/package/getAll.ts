import type { IDataObject } from 'n8n-workflow';

import { epochOf } from '../../shared/dates';
import { collectPages } from '../../shared/http/paging';
import { returnAllFields } from '../../shared/node/fields';
import { appliedByN8n, matchAllConditions, type ScopeCondition } from '../../shared/node/filters';
import type { ItemContext, Operation } from '../../shared/node/operation';
import type { OutputItem } from '../../shared/node/output';
import { optionalText } from '../../shared/node/parameters';
import type { Field } from '../../shared/node/schema';
import { isSameName } from '../../shared/text';
import { effectiveStatusOf, packageOutput } from '../describe';
import { fetchPackages, FIRST_PAGE, MAX_PAGE_SIZE, type PackagePosition } from '../packagePages';
import { directionOption } from './fields';

/** Filters that n8n applies, because SpeedyFiles does not support them. */
export const filterOptions: Field[] = [
	{
		displayName: 'Created After',
		name: 'createdAfter',
		type: 'dateTime',
		default: '',
		description: `Only include packages created at or after this time. ${appliedByN8n('SpeedyFiles')}.`,
	},
	directionOption(`Only include packages sent in this direction. ${appliedByN8n('SpeedyFiles')}.`),
	{
		displayName: 'Recipient Email',
		name: 'recipientEmail',
		type: 'string',
		default: '',
		placeholder: 'e.g. cfo@acme.com',
		description: `Only include packages for this recipient. ${appliedByN8n('SpeedyFiles')}.`,
	},
	{
		displayName: 'Status',
		name: 'statuses',
		type: 'multiOptions',
		options: [
			{ name: 'Active', value: 'active', description: 'The magic link works' },
			{ name: 'Completed', value: 'completed', description: 'Reserved by SpeedyFiles' },
			{ name: 'Draft', value: 'draft', description: 'Not finalized yet' },
			{ name: 'Expired', value: 'expired', description: 'Was active, but has expired' },
			{ name: 'Revoked', value: 'revoked', description: 'The magic link was withdrawn' },
		],
		default: [],
		description: `Only include packages with one of these statuses. ${appliedByN8n('SpeedyFiles')}.`,
	},
];

export interface PackageFilter {
	keep(described: OutputItem): boolean;
	/** Milliseconds since 1970; older packages are left out. */
	createdAfter: number;
	/** Whether no filter is set. */
	isOpen: boolean;
}

export function packageFilter(item: ItemContext): PackageFilter {
	const after = item.option<number>('createdAfter');
	const conditions = packageConditions(item);
	return {
		keep: ({ json, added }) =>
			(after === undefined || (epochOf(json.created_at) ?? NaN) >= after) &&
			matchAllConditions(conditions(json, added?.status)) === true,
		createdAfter: after ?? -Infinity,
		isOpen: after === undefined && conditions({}, undefined).length === 0,
	};
}

/** The filters that are set, except by date, as conditions on a package and its effective status. */
function packageConditions(item: ItemContext) {
	const direction = item.option<string>('direction');
	const email = optionalText(item.option('recipientEmail'));
	const statuses = item.option<string[]>('statuses') ?? [];
	return (one: IDataObject, status: unknown): ScopeCondition[] => [
		...(direction
			? [{ label: 'direction', value: one.direction, fits: (its: string) => its === direction }]
			: []),
		...(email
			? [
					{
						label: 'recipient',
						value: one.recipient_email,
						fits: (its: string) => isSameName(its.trim(), email),
					},
				]
			: []),
		...(statuses.length > 0
			? [{ label: 'status', value: status, fits: (its: string) => statuses.includes(its) }]
			: []),
	];
}

/** The same conditions for Clean Up, which evaluates them at a time in milliseconds since 1970. */
export function packageScope(
	item: ItemContext,
): (one: IDataObject, now: number) => ScopeCondition[] {
	const conditions = packageConditions(item);
	return (one, now) => conditions(one, effectiveStatusOf(one, now));
}

export const getAll: Operation = {
	value: 'getAll',
	name: 'Get Many',
	action: 'Get many packages',
	description: 'Retrieve a list of packages with their files, newest first',
	fields: returnAllFields,
	output: packageOutput,
	options: filterOptions,
	async execute(item) {
		const { functions, parameter } = item;
		const { keep, createdAfter, isOpen } = packageFilter(item);
		const limit = parameter<boolean>('returnAll') ? Infinity : parameter<number>('limit');
		const pageSize = isOpen ? Math.min(limit, MAX_PAGE_SIZE) : MAX_PAGE_SIZE;

		const fetchPage = async (position: PackagePosition) => {
			const page = await fetchPackages(functions, position, pageSize);
			// The list is sorted from newest to oldest, so later pages only contain older packages.
			const oldest = epochOf(page.items.at(-1)?.json.created_at) ?? Infinity;
			return oldest < createdAfter ? { items: page.items } : page;
		};
		const found = await collectPages(FIRST_PAGE, fetchPage, {
			idOf: ({ json }) => json.id,
			limit,
			keep,
		});
		return found;
	},
};
