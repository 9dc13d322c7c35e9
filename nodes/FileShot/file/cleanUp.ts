import type { IDataObject } from 'n8n-workflow';

import { type CleanUpItem, readCleanUpList } from '../../shared/cleanUp/list';
import { cleanUpOperation } from '../../shared/cleanUp/cleanUp';
import { listFilters, matchAllConditions, nameConditions } from '../../shared/node/filters';
import { readExpiryDates } from '../../shared/cleanUp/expiry';
import { FIRST_PAGE } from '../../shared/http/paging';
import { booleanOf, countOf, type JsonRecord, textOf } from '../../shared/http/service';
import {
	type DescribeContext,
	describeFile,
	fieldOf,
	fileIdOf,
	fileOutput,
	readLinkBase,
	sizeOf,
	valuesOf,
} from '../describe';
import { fileShot } from '../service';
import { removeFile } from './file';
import { fetchFilePage, MAX_PAGE_SIZE } from './getAll';

export const cleanUp = cleanUpOperation({
	service: fileShot.name,
	kind: { noun: 'file', label: 'name', canExpire: true },
	output: fileOutput,
	scopeOptions: listFilters(fileShot.name, ['nameContains']),
	remove: removeFile,
	async list(item) {
		const linkBase = await readLinkBase(item.functions);
		const named = nameConditions(item, 'name', 'nameContains');
		return await readCleanUpList(FIRST_PAGE, async (position) => {
			const page = await fetchFilePage(item.functions, position, MAX_PAGE_SIZE);
			const items = page.items.map((one): CleanUpItem => ({
				...toCleanUpItem(one),
				isWithin: () => matchAllConditions(named(fieldOf(one, 'fileName'))),
				json: mergedFieldsOf(one, { linkBase, now: page.now }),
			}));
			return { ...page, items };
		});
	},
});

function mergedFieldsOf(data: JsonRecord, context: DescribeContext): IDataObject {
	const { json, added } = describeFile(data, context);
	return { ...json, ...added };
}

const toCleanUpItem = (data: JsonRecord): Omit<CleanUpItem, 'json'> => ({
	id: fileIdOf(data),
	name: textOf(fieldOf(data, 'fileName')),
	otherNames: valuesOf(data, 'fileName').flatMap((name) => textOf(name) ?? []),
	size: sizeOf(data),
	...readExpiryDates(valuesOf(data, 'createdAt'), valuesOf(data, 'expiresAt')),
	// A download limit can end a file before its expiry date.
	isOver: booleanOf(data.expired),
	isUsedUp: isUsedUp(data),
});

/** Whether a file has reached its download limit. A maximum of null means no limit. */
function isUsedUp(data: JsonRecord): boolean | undefined {
	const maximum = fieldOf(data, 'maxDownloads');
	if (maximum === undefined) return valuesOf(data, 'maxDownloads').length > 0 ? false : undefined;
	const [most, count] = [countOf(maximum), countOf(fieldOf(data, 'downloadCount'))];
	return most === undefined || count === undefined ? undefined : count >= most;
}
