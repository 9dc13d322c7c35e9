import type { IDataObject } from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';

import { DAY, epochOf, isoDate, serviceTime } from '../../shared/dates';
import { callApi } from '../../shared/http/client';
import type { Page } from '../../shared/http/paging';
import {
	booleanOf,
	type ExpectedBody,
	idTextOf,
	isJsonObject,
	type JsonRecord,
	type ServiceContext,
	textOf,
} from '../../shared/http/service';
import type { OutputShape } from '../../shared/node/output';
import { fileOutput, filesApp } from '../service';

/** A position in the list of changes. */
export interface Position {
	/** ISO 8601, UTC. */
	since: string;
	cursor?: string;
	/** The key of the first change on the previous page: a service that ignores the cursor sends it again. */
	first?: string;
	/** The time of the last change on the previous page, to continue from if the service ignores the cursor. */
	last?: string;
}

export interface ChangePage extends Page<JsonRecord, Position> {
	/** The service's clock, in milliseconds since 1970. */
	now: number;
}

/**
 * A time in the docs' format, rounded down to the second. The service's timestamps have a resolution of one second, so
 * milliseconds in `since` would skip changes of that second.
 */
export const formatSince = (milliseconds: number) =>
	new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');

/** Rounds a time down to the second, both in milliseconds since 1970. */
export const floorToSecond = (milliseconds: number) => Math.floor(milliseconds / 1000) * 1000;

/** `{id, action, timestamp}` (Files App docs, Sync), with the details of the file beside them or in `file`. */
export const changeOutput: OutputShape = {
	names: { event: ['action'] },
	nested: { file: fileOutput },
};

/** The fields of a change, with the ID of its file as text. */
export function describeChange({ id, ...change }: JsonRecord): IDataObject {
	const fileId = fileIdOf({ id });
	return { ...(fileId === undefined ? { id } : { fileId }), ...change } as IDataObject;
}

/** The ID of the changed file; undefined if the change does not contain it. */
export const fileIdOf = ({ id }: JsonRecord): string | undefined => idTextOf(id);

/** The action of a change, such as `created`; undefined if the change does not contain it. */
export const actionOf = ({ action }: JsonRecord): string | undefined => textOf(action);

/**
 * Identifies a change across pages and polls, whatever the types of its ID and its time are: changes have no IDs, and
 * `since` may be inclusive. Equal to the documented form of a change, which earlier versions of the package have stored.
 */
export const changeKey = (change: JsonRecord): string => {
	const { id, action, timestamp } = change;
	const time = isoDate(timestamp)?.replace('.000Z', 'Z');
	return JSON.stringify([fileIdOf(change) ?? id, action, time ?? timestamp]);
};

/** How far a change may be ahead of the service's clock, in milliseconds, because the clocks of its servers differ. */
const MAX_CLOCK_SKEW_MS = DAY;

/** Whether polling can continue from a timestamp. One in the far future would skip all later changes. */
export function isUsableTime(timestamp: unknown, now: number): boolean {
	const time = epochOf(timestamp);
	return time !== undefined && time <= now + MAX_CLOCK_SKEW_MS;
}

/** The most empty pages in a row, after which the list counts as read. */
const MAX_EMPTY_PAGES = 50;

/**
 * Fetches one page of changes. The service returns a cursor but does not document the parameter that takes it. If the
 * service rejects the cursor or returns the same page again, continues from the time of the last change.
 */
export async function fetchChangePage(
	context: ServiceContext,
	folderId: string | undefined,
	position: Position,
	emptyPages = 0,
): Promise<ChangePage> {
	const response = await requestChanges(context, folderId, position).catch((error: unknown) => {
		const isRejected = error instanceof NodeApiError && /^4(00|04|10)$/.test(error.httpCode ?? '');
		if (!isRejected || position.cursor === undefined) throw error;
	});
	const byTime = { since: position.last ?? position.since };
	if (!response) return await fetchChangePage(context, folderId, byTime, emptyPages);
	const { changes, cursor, more, now } = response;
	if (!more) return { items: changes, now };

	const first = changes.at(0);
	const lastDated = changes.findLast(({ timestamp }) => isUsableTime(timestamp, now));
	const byLastChange = { since: lastDated ? sinceOf(lastDated) : byTime.since };
	const next: Position = cursor
		? { since: position.since, cursor, first: first && changeKey(first), last: byLastChange.since }
		: byLastChange;
	const hasMoved = cursor === undefined || cursor !== position.cursor;
	if (!first) {
		const hasMore = hasMoved && cursor !== undefined && emptyPages < MAX_EMPTY_PAGES;
		return hasMore
			? await fetchChangePage(context, folderId, next, emptyPages + 1)
			: { items: [], now };
	}
	if (position.cursor === undefined || (hasMoved && changeKey(first) !== position.first)) {
		return { items: changes, next, now };
	}
	const following = await fetchChangePage(context, folderId, byLastChange);
	return { ...following, items: [...changes, ...following.items] };
}

/** The time of a change in the format of `since`. */
const sinceOf = ({ timestamp }: JsonRecord): string =>
	textOf(timestamp) ?? formatSince(epochOf(timestamp) ?? 0);

/**
 * The second that all changes on a page belong to, in milliseconds since 1970. A server that ignores the cursor cannot
 * return the other changes of that second. Undefined if the page contains several seconds or is the last one.
 */
export function fullSecond({ items, next }: Page<JsonRecord, Position>): number | undefined {
	const seconds = items.map(({ timestamp }) => floorToSecond(epochOf(timestamp) ?? NaN));
	return next && seconds.every((one) => one === seconds[0]) ? seconds[0] : undefined;
}

async function requestChanges(
	context: ServiceContext,
	folderId: string | undefined,
	{ since, cursor }: Position,
) {
	const qs: IDataObject = { since };
	if (cursor) qs.cursor = cursor;
	if (folderId) qs.folder_id = folderId;
	const call = { method: 'GET', path: '/sync', qs, expects: CHANGES } as const;
	const { body, headers } = await callApi(context, filesApp, call);
	return {
		changes: body.changes.filter(isJsonObject),
		cursor: textOf(body.cursor),
		more: booleanOf(body.has_more) === true,
		now: serviceTime(headers),
	};
}

const CHANGES: ExpectedBody<JsonRecord & { changes: unknown[] }> = {
	what: 'a list of changes',
	read: (body) =>
		isJsonObject(body) && Array.isArray(body.changes)
			? { ...body, changes: body.changes }
			: undefined,
};
