import { epochOf } from '../../shared/dates';
import { returnAllFields, simplifyField } from '../../shared/node/fields';
import type { Operation } from '../../shared/node/operation';
import { collectPages } from '../../shared/http/paging';
import { simplifyPackage } from '../describe';
import { fetchPackages, MAX_PAGE_SIZE, FIRST_PAGE, type PackagePosition } from '../packagePages';
import { filterOptions, packageFilter } from './filters';

export const getAll: Operation = {
	value: 'getAll',
	name: 'Get Many',
	action: 'Get many packages',
	description: 'Retrieve a list of packages with their files, newest first',
	fields: [...returnAllFields, simplifyField],
	options: filterOptions,
	async execute(item) {
		const { functions, parameter } = item;
		const { keep, createdAfter, isOpen } = packageFilter(item);
		const limit = parameter<boolean>('returnAll') ? Infinity : parameter<number>('limit');
		const pageSize = isOpen ? Math.min(limit, MAX_PAGE_SIZE) : MAX_PAGE_SIZE;

		const fetchPage = async (position: PackagePosition) => {
			const page = await fetchPackages(functions, position, pageSize);
			// The list is sorted from newest to oldest, so later pages only contain older packages.
			const oldest = epochOf(page.items.at(-1)?.created_at) ?? Infinity;
			return oldest < createdAfter ? { items: page.items } : page;
		};
		const found = await collectPages(FIRST_PAGE, fetchPage, { idOf: ({ id }) => id, limit, keep });
		const isSimple = parameter<boolean>('simplify');
		return found.map((one) => ({ json: isSimple ? simplifyPackage(one) : one }));
	},
};
