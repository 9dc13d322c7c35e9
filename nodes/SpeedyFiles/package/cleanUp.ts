import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { cleanUpOperation } from '../../shared/cleanUp/operation';
import type { CleanUpItem } from '../../shared/cleanUp/types';
import { nameContains } from '../../shared/names';
import { optionalText } from '../../shared/parameters';
import { isUnreadable } from '../../shared/polling/entries';
import { textOf } from '../../shared/service';
import { fetchPackages, NEWEST, type PackagePosition } from '../packagePages';
import { speedyFiles } from '../service';
import { removePackage } from './delete';
import { filterOptions, packageFilter } from './filters';

const titleOption: INodeProperties = {
	displayName: 'Title Contains',
	name: 'titleContains',
	type: 'string',
	default: '',
	placeholder: 'e.g. invoice',
	description:
		'Only packages with this text in their title, in upper or lower case. SpeedyFiles cannot filter by it: this node reads the list and picks.',
};

/**
 * Deletes and does not revoke. The link of an expired package is dead already, so to revoke it would free nothing, leave
 * the package to be found again by the next run, and fire package.revoked each time (SpeedyFiles source, app/routes/api.py).
 * A draft or a revoked package whose time is over counts as expired: it cannot be prolonged, a new link would be dead too.
 */
export const cleanUp = cleanUpOperation<PackagePosition>({
	service: speedyFiles.name,
	kind: {
		noun: 'package',
		label: 'title',
		canExpire: true,
		note: 'With the token of an admin, the packages of all users are looked at.',
	},
	scopeOptions: [...filterOptions.filter(({ name }) => name !== 'createdAfter'), titleOption],
	remove: removePackage,
	list(item) {
		const { keep } = packageFilter(item);
		const text = optionalText(item.option('titleContains')) ?? '';
		const entryOf = (one: IDataObject): CleanUpItem => ({
			id: textOf(one.id),
			name: textOf(one.title),
			size: Number(one.totalBytes),
			createdAt: one.created_at,
			expiresAt: one.expires_at,
			inScope: isUnreadable(one)
				? 'It cannot be read'
				: keep(one) && (text === '' || nameContains(one.title, text)),
			json: one,
		});
		const fetchPage = async (position: PackagePosition) => {
			const page = await fetchPackages(item.functions, position);
			return { ...page, items: page.items.map(entryOf) };
		};
		return Promise.resolve({ first: NEWEST, fetchPage });
	},
});
