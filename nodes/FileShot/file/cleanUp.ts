import { readListing } from '../../shared/cleanUp/listing';
import { cleanUpOperation } from '../../shared/cleanUp/operation';
import type { Found } from '../../shared/cleanUp/outcome';
import { meetsAll } from '../../shared/cleanUp/scope';
import { datesOf } from '../../shared/expiry';
import { listFilters, nameConditions } from '../../shared/listFilters';
import { type Json, textOf } from '../../shared/service';
import { allOf, describeFile, fieldOf, fileIdOf, isTrue, linkBaseOf, sizeOf } from '../describe';
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
		const named = nameConditions(item, 'name', 'nameContains');
		return await readListing<Position>({ page: 1, seen: 0 }, async (position) => {
			const page = await filePage(item.functions, position, LARGEST_PAGE);
			const items = page.items.map(
				(one): Found => ({
					...foundIn(one),
					isWithin: () => meetsAll(named(fieldOf(one, 'fileName'))),
					json: describeFile(one, { linkBase, now: page.now }),
				}),
			);
			return { ...page, items };
		});
	},
});

const foundIn = (data: Json): Omit<Found, 'json'> => ({
	id: fileIdOf(data),
	name: textOf(fieldOf(data, 'fileName')),
	otherNames: allOf(data, 'fileName').flatMap((name) => textOf(name) ?? []),
	size: sizeOf(data),
	...datesOf(allOf(data, 'createdAt'), allOf(data, 'expiresAt')),
	// A download limit can end a file before its expiry date.
	isOver: flagIn(data.expired),
	isUsedUp: isUsedUp(data),
});

const flagIn = (value: unknown): boolean | undefined =>
	isTrue(value) ? true : value === false || value === 'false' ? false : undefined;

/** Whether a file has reached its download limit. A maximum of null means no limit. */
function isUsedUp(data: Json): boolean | undefined {
	const most = fieldOf(data, 'maxDownloads');
	const count = fieldOf(data, 'downloadCount');
	if (most === undefined) return allOf(data, 'maxDownloads').length > 0 ? false : undefined;
	if (typeof most !== 'number' || typeof count !== 'number') return undefined;
	return count >= most;
}
