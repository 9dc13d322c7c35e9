import type { IDataObject } from 'n8n-workflow';

import { epochOf, isoDate } from '../shared/dates';
import { isJsonObject, type JsonRecord, textOf } from '../shared/http/service';

/** Names of the normalized dates, in ISO 8601 with a Z. SpeedyFiles returns UTC dates without a time zone. */
const DATES = {
	created_at: 'createdAt',
	expires_at: 'expiresAt',
	last_used_at: 'lastUsedAt',
	revoked_at: 'revokedAt',
	uploaded_at: 'uploadedAt',
};

function datesOf(data: JsonRecord): IDataObject {
	const dates: IDataObject = {};
	for (const [field, name] of Object.entries(DATES)) {
		const date = isoDate(data[field]);
		if (date) dates[name] = date;
	}
	return dates;
}

const isPast = (date: unknown, now: number) => (epochOf(date) ?? Infinity) <= now;

/**
 * All fields of a package in the response, with normalized fields added. SpeedyFiles never sets the documented status
 * `expired` (SpeedyFiles source), so `effectiveStatus` reports it.
 * @param now the service's clock, in milliseconds since 1970
 */
export function describePackage(data: JsonRecord, now: number): IDataObject {
	const files = packageFiles(data).map(describeFile);
	const described: IDataObject = {
		...(data as IDataObject),
		files,
		...datesOf(data),
		effectiveStatus: effectiveStatusOf(data, now),
		...totalsOf(files),
	};
	// Today only the response of finalize contains a link. Later versions may return the upload link of inbound
	// packages.
	const link = textOf(data.magic_link) ?? textOf(data.upload_url);
	if (link) described.magicLink = link;
	return described;
}

/** @param now as in {@link describePackage} */
export function effectiveStatusOf(data: JsonRecord, now: number): string | undefined {
	const status = textOf(data.status);
	return status === 'active' && isPast(data.expires_at, now) ? 'expired' : status;
}

export const describeFile = (file: JsonRecord): IDataObject => ({
	...(file as IDataObject),
	...datesOf(file),
});

/** @param now as in {@link describePackage} */
export function describeToken(data: JsonRecord, now: number): IDataObject {
	const ended = isPast(data.expires_at, now) ? 'expired' : 'active';
	return {
		...(data as IDataObject),
		...datesOf(data),
		effectiveStatus: data.revoked_at ? 'revoked' : ended,
	};
}

export const packageFiles = (data: JsonRecord): JsonRecord[] =>
	Array.isArray(data.files) ? data.files.filter(isJsonObject) : [];

/** The number of files and their total size in bytes. */
export const totalsOf = (files: IDataObject[]) => ({
	fileCount: files.length,
	totalBytes: files.reduce((sum, { size_bytes: size }) => sum + Number(size ?? 0), 0),
});

/** The fields of a package that most workflows need. */
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
