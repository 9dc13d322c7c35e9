import { cleanUpOperation } from '../../shared/cleanUp/operation';
import type { CleanUpItem } from '../../shared/cleanUp/types';
import { filterOf, listFilters } from '../../shared/listFilters';
import { type Json, textOf } from '../../shared/service';
import { describeFile, fieldOf, fileIdOf, isTrue, linkBaseOf, sizeOf } from '../describe';
import { fileShot } from '../service';
import { removeFile } from './delete';
import { filePage, LARGEST_PAGE, type Position } from './list';

export const cleanUp = cleanUpOperation<Position>({
	service: fileShot.name,
	kind: { noun: 'file', label: 'name', canExpire: true },
	scopeOptions: listFilters(fileShot.name, ['nameContains']),
	remove: removeFile,
	async list(item) {
		const linkBase = await linkBaseOf(item.functions);
		const isWanted = filterOf<Json>(item, (one) => ({ name: fieldOf(one, 'fileName') }));
		return {
			first: { page: 1, seen: 0 },
			async fetchPage(position) {
				const page = await filePage(item.functions, position, LARGEST_PAGE);
				const { now } = page;
				const entryOf = (one: Json): CleanUpItem => ({
					...lifetimeOf(one),
					id: fileIdOf(one),
					name: textOf(fieldOf(one, 'fileName')),
					size: sizeOf(one),
					inScope: isWanted?.(one) ?? true,
					json: describeFile(one, { linkBase, now }),
				});
				return { ...page, items: page.items.map(entryOf) };
			},
		};
	},
});

/** The server also counts downloads: a file may be over before its date. */
function lifetimeOf(data: Json) {
	const [limit, count] = [fieldOf(data, 'maxDownloads'), fieldOf(data, 'downloadCount')];
	return {
		createdAt: fieldOf(data, 'createdAt'),
		expiresAt: fieldOf(data, 'expiresAt'),
		saysExpired: isTrue(data.expired),
		isUsedUp: typeof limit === 'number' && typeof count === 'number' ? count >= limit : undefined,
	};
}
