import type { INodeProperties } from 'n8n-workflow';

import { readListing } from '../../shared/cleanUp/listing';
import { cleanUpOperation } from '../../shared/cleanUp/operation';
import type { Found } from '../../shared/cleanUp/outcome';
import { meetsAll } from '../../shared/cleanUp/scope';
import { datesOf } from '../../shared/expiry';
import { nameConditions } from '../../shared/listFilters';
import { textOf } from '../../shared/service';
import { fetchPackages, NEWEST } from '../packagePages';
import { speedyFiles } from '../service';
import { removePackage } from './delete';
import { filterOptions, packageScope } from './filters';

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
export const cleanUp = cleanUpOperation({
	service: speedyFiles.name,
	kind: {
		noun: 'package',
		label: 'title',
		canExpire: true,
		note: 'With the token of an admin, the packages of all users are looked at.',
	},
	scopeOptions: [...filterOptions.filter(({ name }) => name !== 'createdAfter'), titleOption],
	remove: removePackage,
	async list(item) {
		const scope = packageScope(item);
		const titled = nameConditions(item, 'title', 'titleContains');
		return await readListing(NEWEST, async (position) => {
			const page = await fetchPackages(item.functions, position);
			const items = page.items.map(
				(one): Found => ({
					id: textOf(one.id),
					name: textOf(one.title),
					size: Number.isSafeInteger(one.totalBytes) ? Number(one.totalBytes) : undefined,
					...datesOf([one.created_at], [one.expires_at]),
					isWithin: (now) => meetsAll([...scope(one, now), ...titled(one.title)]),
					scoped: [one.direction, one.recipient_email, one.status],
					json: one,
				}),
			);
			return { ...page, items };
		});
	},
});
