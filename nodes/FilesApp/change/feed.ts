import type { IDataObject } from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';

import { epochOf, isoDate, serviceTime } from '../../shared/dates';
import { callApi } from '../../shared/http';
import type { Page } from '../../shared/paging';
import {
	type Essential,
	isJsonObject,
	type Json,
	type ServiceContext,
	textOf,
} from '../../shared/service';
import { filesApp } from '../service';

/** Where the reading of the changes stands. */
export interface Position {
	/** ISO 8601. */
	since: string;
	cursor?: string;
	/** The first change of the page before: a service that ignores the cursor sends it again. */
	first?: string;
	/** The time of the last change of the page before, from which it goes on without the cursor. */
	last?: string;
}

export interface ChangePage extends Page<Json, Position> {
	/** The service's own time, milliseconds since 1970. */
	now: number;
}

/** As the docs write a moment. The service tells its times to the second, so a part of one would hide changes. */
export const wholeSeconds = (milliseconds: number) =>
	new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');

/** The second of a moment, both milliseconds since 1970. */
export const wholeSecond = (milliseconds: number) => Math.floor(milliseconds / 1000) * 1000;

/** A change as the service describes it, with `fileId` and its time in ISO 8601 UTC next to the service's own fields. */
export function describeChange(change: Json): IDataObject {
	const described: IDataObject = { ...(change as IDataObject), fileId: fileIdOf(change) };
	const changedAt = isoDate(change.timestamp);
	return changedAt ? { ...described, changedAt } : described;
}

/** The file that has changed; undefined if the change does not say. */
export const fileIdOf = ({ id }: Json): string | undefined =>
	textOf(id) ?? (Number.isSafeInteger(id) ? String(id) : undefined);

/** What has happened to it; undefined if the change does not say. */
export const actionOf = ({ action }: Json): string | undefined => textOf(action);

/** What tells a change from another: the feed has no IDs of its own, and `since` may include its moment. */
export const changeKey = ({ id, action, timestamp }: Json): string =>
	JSON.stringify([id, action, timestamp]);

/** Milliseconds that a change may be ahead of the service's own time, for servers whose clocks differ. */
const AHEAD = 86_400_000;

/** Whether a change's time can be where the feed goes on: a date of the far future would end the reading for ever. */
export function isMoment(timestamp: unknown, now: number): boolean {
	const moment = epochOf(timestamp);
	return moment !== undefined && moment <= now + AHEAD;
}

/** Pages without anything that may follow each other, before the feed counts as over. */
const MOST_EMPTY_PAGES = 50;

/**
 * One page of the changes. The service answers with a cursor but documents no parameter for it: it is sent along, and
 * where that is refused or does not move the page, the time of the last change is taken for the next beginning.
 */
export async function changePage(
	context: ServiceContext,
	folderId: string | undefined,
	position: Position,
	emptyPages = 0,
): Promise<ChangePage> {
	const answer = await read(context, folderId, position).catch((error: unknown) => {
		const isRefused = error instanceof NodeApiError && /^4(00|04|10)$/.test(error.httpCode ?? '');
		if (!isRefused || position.cursor === undefined) throw error;
	});
	const byTime = { since: position.last ?? position.since };
	if (!answer) return await changePage(context, folderId, byTime, emptyPages);
	const { changes, cursor, more, now } = answer;
	if (!more) return { items: changes, now };

	const first = changes.at(0);
	const lastDated = changes.findLast(({ timestamp }) => isMoment(timestamp, now));
	const onward = { since: lastDated ? sinceOf(lastDated) : byTime.since };
	const next: Position = cursor
		? { since: position.since, cursor, first: first && changeKey(first), last: onward.since }
		: onward;
	const moves = cursor === undefined || cursor !== position.cursor;
	if (!first) {
		const goesOn = moves && cursor !== undefined && emptyPages < MOST_EMPTY_PAGES;
		return goesOn ? await changePage(context, folderId, next, emptyPages + 1) : { items: [], now };
	}
	if (position.cursor === undefined || (moves && changeKey(first) !== position.first)) {
		return { items: changes, next, now };
	}
	const following = await changePage(context, folderId, onward);
	return { ...following, items: [...changes, ...following.items] };
}

/** The time of a change as `since` takes it. */
const sinceOf = ({ timestamp }: Json): string =>
	textOf(timestamp) ?? wholeSeconds(epochOf(timestamp) ?? 0);

/**
 * The second that fills a page alone, milliseconds since 1970: a server that takes no cursor gives no way to what else
 * happened in it. Undefined if there are others on the page, or nothing after it.
 */
export function fullSecond({ items, next }: Page<Json, Position>): number | undefined {
	const seconds = items.map(({ timestamp }) => wholeSecond(epochOf(timestamp) ?? NaN));
	return next && seconds.every((one) => one === seconds[0]) ? seconds[0] : undefined;
}

async function read(
	context: ServiceContext,
	folderId: string | undefined,
	{ since, cursor }: Position,
) {
	const qs: IDataObject = { since };
	if (cursor) qs.cursor = cursor;
	if (folderId) qs.folder_id = folderId;
	const call = { method: 'GET', path: '/sync', qs, needs: CHANGES } as const;
	const { body, headers } = await callApi(context, filesApp, call);
	return {
		changes: body.changes.filter(isJsonObject),
		cursor: textOf(body.cursor),
		more: body.has_more === true,
		now: serviceTime(headers),
	};
}

const CHANGES: Essential<Json & { changes: unknown[] }> = {
	what: 'a list of changes',
	read: (body) =>
		isJsonObject(body) && Array.isArray(body.changes)
			? { ...body, changes: body.changes }
			: undefined,
};
