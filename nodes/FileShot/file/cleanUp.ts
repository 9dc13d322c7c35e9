import { cleanUpOperation } from '../../shared/cleanUp/operation';
import type { Found } from '../../shared/cleanUp/outcome';
import { epochOf } from '../../shared/dates';
import { filterOf, listFilters } from '../../shared/listFilters';
import type { ItemContext } from '../../shared/operation';
import { collectPages } from '../../shared/paging';
import type { Json } from '../../shared/service';
import { describeFile, fieldOf, fileIdOf, isTrue, linkBaseOf, sizeOf } from '../describe';
import { fileShot } from '../service';
import { removeFile } from './delete';
import { filePage, LARGEST_PAGE, type Position } from './list';

export const cleanUp = cleanUpOperation({
	service: fileShot.name,
	kind: { noun: 'file', label: 'name', canExpire: true },
	scopeOptions: listFilters(fileShot.name, ['nameContains']),
	remove: removeFile,
	async list(item) {
		const linkBase = await linkBaseOf(item.functions);
		let now = 0;
		const files = await collectPages<Json, Position>(
			{ page: 1, seen: 0 },
			async (position) => {
				const page = await filePage(item.functions, position, LARGEST_PAGE);
				now = page.now;
				return page;
			},
			{ idOf: (one) => fileIdOf(one) ?? JSON.stringify(one), keep: named(item) },
		);
		return { found: files.map((one) => foundIn(one, describeFile(one, { linkBase, now }))), now };
	},
});

const named = (item: ItemContext) =>
	filterOf<Json>(item, (one) => ({ name: fieldOf(one, 'fileName') }));

const foundIn = (data: Json, json: Found['json']): Found => ({
	id: fileIdOf(data),
	name: String(fieldOf(data, 'fileName') ?? ''),
	size: sizeOf(data),
	createdAt: epochOf(fieldOf(data, 'createdAt')),
	expiresAt: epochOf(fieldOf(data, 'expiresAt')),
	// The server also counts downloads: a file may be over before its date.
	isOver: isTrue(data.expired),
	json,
});
