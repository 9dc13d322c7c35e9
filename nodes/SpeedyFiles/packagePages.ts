import { serviceTime } from '../shared/dates';
import { callApi } from '../shared/http/client';
import type { Page } from '../shared/http/paging';
import { describeEntries } from '../shared/polling/pollList';
import {
	countOf,
	type ExpectedBody,
	isJsonObject,
	type ServiceContext,
} from '../shared/http/service';
import type { OutputItem } from '../shared/node/output';
import { describePackage } from './describe';
import { speedyFiles } from './service';

/** The most packages that one page can contain (SpeedyFiles source, app/routes/api.py). */
export const MAX_PAGE_SIZE = 200;

export interface PackagePosition {
	/** The number of packages before the page. */
	offset: number;
	/** The total number of packages when the offset was computed. */
	total: number;
}

export interface PackagePage extends Page<OutputItem, PackagePosition> {
	/** The service's clock, in milliseconds since 1970. */
	now: number;
	/** The `Date` header. */
	date: unknown;
}

/** The start of the list, which contains the newest packages first. */
export const FIRST_PAGE: PackagePosition = { offset: 0, total: 0 };

/**
 * Fetches a page of packages, newest first. If packages are deleted while the list is read, later packages move before
 * the offset and would be skipped: if `total` has shrunk by n, the page is read again from `offset - n`.
 */
export async function fetchPackages(
	context: ServiceContext,
	{ offset, total }: PackagePosition,
	limit = MAX_PAGE_SIZE,
): Promise<PackagePage> {
	for (let from = offset, expected = total; ;) {
		const page = await listPackages(context, from, limit);
		if (page.total < expected && from > 0) {
			from = Math.max(0, from - (expected - page.total));
			expected = page.total;
			continue;
		}
		const after = from + page.items.length;
		const isLast = page.items.length === 0 || after >= page.total;
		const next = isLast ? undefined : { offset: after, total: page.total };
		return { items: page.items, next, now: page.now, date: page.date };
	}
}

async function listPackages(context: ServiceContext, offset: number, limit: number) {
	const { body, headers } = await callApi(context, speedyFiles, {
		method: 'GET',
		path: '/packages',
		qs: { limit, offset },
		expects: PACKAGES,
	});
	const now = serviceTime(headers);
	const after = offset + body.items.length;
	// Fewer than there are: wrong, unless the packages were deleted, after which the page is empty.
	const isWrong = body.items.length > 0 && (body.total ?? after) < after;
	const total = isWrong ? undefined : body.total;
	return {
		now,
		date: headers.date,
		// Without a valid total, another page may follow a full one.
		total: total ?? (body.items.length < limit ? after : after + 1),
		items: describeEntries(body.items.filter(isJsonObject), (one) => describePackage(one, now)),
	};
}

const PACKAGES: ExpectedBody<{ items: unknown[]; total?: number }> = {
	what: 'a list of packages',
	read(body) {
		if (!isJsonObject(body) || !Array.isArray(body.items)) return undefined;
		const { items, total } = body;
		return { items, total: countOf(total) };
	},
};
