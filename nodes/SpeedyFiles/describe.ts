import type { IDataObject } from 'n8n-workflow';

import { epochOf, isoDate } from '../shared/dates';
import { isJsonObject, type Json, textOf } from '../shared/service';

/** The dates of SpeedyFiles are UTC without saying so; they get these names in ISO 8601 with a Z. */
const DATES = {
	created_at: 'createdAt',
	expires_at: 'expiresAt',
	last_used_at: 'lastUsedAt',
	revoked_at: 'revokedAt',
	uploaded_at: 'uploadedAt',
};

function datesOf(data: Json): IDataObject {
	const dates: IDataObject = {};
	for (const [field, name] of Object.entries(DATES)) {
		const date = isoDate(data[field]);
		if (date) dates[name] = date;
	}
	return dates;
}

const isOver = (date: unknown, now: number) => (epochOf(date) ?? Infinity) <= now;

/**
 * A package as the service describes it, with normalised fields next to the service's own. SpeedyFiles never writes the
 * documented status `expired` (SpeedyFiles source), so `effectiveStatus` says it.
 * @param now the service's own time, milliseconds since 1970
 */
export function describePackage(data: Json, now: number): IDataObject {
	const files = filesIn(data).map(describeFile);
	const described: IDataObject = {
		...(data as IDataObject),
		files,
		...datesOf(data),
		effectiveStatus: effectiveStatusOf(data, now),
		...sumOf(files),
	};
	// Only an answer to finalize has one today; a later version may tell the link of an inbound package.
	const link = textOf(data.magic_link) ?? textOf(data.upload_url);
	if (link) described.magicLink = link;
	return described;
}

/** @param now as in {@link describePackage} */
export function effectiveStatusOf(data: Json, now: number): string | undefined {
	const status = textOf(data.status);
	return status === 'active' && isOver(data.expires_at, now) ? 'expired' : status;
}

export const describeFile = (file: Json): IDataObject => ({
	...(file as IDataObject),
	...datesOf(file),
});

/** @param now as in {@link describePackage} */
export function describeToken(data: Json, now: number): IDataObject {
	const ended = isOver(data.expires_at, now) ? 'expired' : 'active';
	return {
		...(data as IDataObject),
		...datesOf(data),
		effectiveStatus: data.revoked_at ? 'revoked' : ended,
	};
}

export const filesIn = (data: Json): Json[] =>
	Array.isArray(data.files) ? data.files.filter(isJsonObject) : [];

/** How many files, and their bytes. */
export const sumOf = (files: IDataObject[]) => ({
	fileCount: files.length,
	totalBytes: files.reduce((sum, { size_bytes: size }) => sum + Number(size ?? 0), 0),
});

/** What most workflows need of a package. */
const SIMPLE = [
	'id',
	'title',
	'direction',
	'status',
	'effectiveStatus',
	'recipient_email',
	'recipient_name',
	'createdAt',
	'expiresAt',
	'files',
];

export const simplifyPackage = (described: IDataObject): IDataObject =>
	Object.fromEntries(SIMPLE.map((field) => [field, described[field]]));
