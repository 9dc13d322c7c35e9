import type { INodeProperties } from 'n8n-workflow';

import { type CleanUpItem, readCleanUpList } from '../../shared/cleanUp/list';
import { cleanUpOperation } from '../../shared/cleanUp/cleanUp';
import { appliedByN8n, matchAllConditions, nameConditions } from '../../shared/node/filters';
import { readExpiryDates } from '../../shared/cleanUp/expiry';
import { textOf } from '../../shared/http/service';
import { packageOutput } from '../describe';
import { fetchPackages, FIRST_PAGE } from '../packagePages';
import { speedyFiles } from '../service';
import { removePackage } from './package';
import { filterOptions, packageScope } from './getAll';

const titleOption: INodeProperties = {
	displayName: 'Title Contains',
	name: 'titleContains',
	type: 'string',
	default: '',
	placeholder: 'e.g. invoice',
	description: `Only clean up packages whose title contains this text (not case-sensitive). ${appliedByN8n('SpeedyFiles')}.`,
};

/**
 * Deletes packages instead of revoking them. The link of an expired package no longer works, so revoking it would free
 * no storage, and each run would find it and send the event package.revoked again (SpeedyFiles source,
 * app/routes/api.py). Drafts and revoked packages past their expiry date count as expired, because the date cannot be
 * extended and a new link would not work either.
 */
export const cleanUp = cleanUpOperation({
	service: speedyFiles.name,
	kind: {
		noun: 'package',
		label: 'title',
		canExpire: true,
		note: 'With an admin’s token, this includes the packages of all users.',
	},
	output: packageOutput,
	scopeOptions: [...filterOptions.filter(({ name }) => name !== 'createdAfter'), titleOption],
	remove: removePackage,
	async list(item) {
		const scope = packageScope(item);
		const titled = nameConditions(item, 'title', 'titleContains');
		return await readCleanUpList(FIRST_PAGE, async (position) => {
			const page = await fetchPackages(item.functions, position);
			const items = page.items.map(({ json: one, added = {} }): CleanUpItem => ({
				id: textOf(one.id),
				name: textOf(one.title),
				size: Number.isSafeInteger(added.totalSize) ? Number(added.totalSize) : undefined,
				...readExpiryDates([one.created_at], [one.expires_at]),
				isWithin: (now) => matchAllConditions([...scope(one, now), ...titled(one.title)]),
				scoped: [one.direction, one.recipient_email, one.status],
				json: { ...one, ...added },
			}));
			return { ...page, items };
		});
	},
});
