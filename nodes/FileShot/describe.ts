import type { IDataObject } from 'n8n-workflow';

import { addressOf, checkedCredential } from '../shared/address';
import { pastedText } from '../shared/blanks';
import { epochOf, isoDate } from '../shared/dates';
import { type Essential, type Json, type ServiceContext, textOf } from '../shared/service';
import { fileShot, objectOf } from './service';

/** Names that the docs, the answers and FileShot's own desktop clients use for the same thing; the docs' first. */
const NAMES = {
	fileId: ['fileId', 'file_id', 'id'],
	fileName: ['fileName', 'file_name', 'original_name', 'originalFileName'],
	fileSize: ['fileSize', 'file_size', 'size'],
	mimeType: ['mimeType', 'mime_type', 'originalMimeType'],
	createdAt: ['createdAt', 'created_at', 'uploadedAt', 'uploaded_at'],
	expiresAt: ['expiresAt', 'expires_at'],
	slug: ['customSlug', 'custom_slug', 'customLink', 'custom_link'],
	isZeroKnowledge: ['isZeroKnowledge', 'is_zero_knowledge'],
	passwordProtected: ['passwordProtected', 'password_protected', 'isPasswordProtected'],
	downloadUrl: ['downloadUrl', 'download_url'],
	downloadCount: ['downloadCount', 'download_count'],
	maxDownloads: ['maxDownloads', 'max_downloads'],
} as const;

/** A field of a file, whatever the answer calls it. */
export function fieldOf(data: Json, field: keyof typeof NAMES): unknown {
	return NAMES[field]
		.map((name) => data[name])
		.find((value) => value !== undefined && value !== null);
}

/** The values under all names of a field that the answer has, null included. */
export const allOf = (data: Json, field: keyof typeof NAMES): unknown[] =>
	NAMES[field].map((name) => data[name]).filter((value) => value !== undefined);

export const fileIdOf = (data: Json): string | undefined => {
	const id = fieldOf(data, 'fileId');
	return typeof id === 'number' ? String(id) : textOf(id);
};

/** A boolean of a file, undefined where the answer does not tell it: then it is not known, and not false. */
const flagOf = (data: Json, field: keyof typeof NAMES): boolean | undefined => {
	const value = fieldOf(data, field);
	return value === undefined ? undefined : isTrue(value);
};

/** A file that was begun or uploaded. */
export const NEW_FILE: Essential<Json> = {
	what: 'a file ID',
	read: (body) => (fileIdOf(objectOf(body)) ? objectOf(body) : undefined),
};

/** What FileShot knows of a file. */
export const FILE: Essential<Json> = {
	what: 'the file',
	read(body) {
		const data = objectOf(body);
		return (fileIdOf(data) ?? textOf(fieldOf(data, 'fileName'))) ? data : undefined;
	},
};

/** Booleans travel as strings in places. */
export const isTrue = (value: unknown): boolean => value === true || value === 'true';

/** Bytes; undefined where the answer does not say. */
export function sizeOf(data: Json): number | undefined {
	const size = Number(fieldOf(data, 'fileSize') ?? NaN);
	return Number.isNaN(size) ? undefined : size;
}

/** What a description needs beside the file. */
export interface Surroundings {
	/** Where the download pages are, without a slash at its end. */
	linkBase: string;
	/** The service's own time, milliseconds since 1970. */
	now: number;
}

/** The parts of a file that one reads at a glance, under one set of names. */
export function summaryOf(data: Json, { linkBase, now }: Surroundings): IDataObject {
	const fileId = fileIdOf(data);
	const expires = epochOf(fieldOf(data, 'expiresAt'));
	const isOver = isTrue(data.expired) || (expires !== undefined && expires <= now);
	const page = textOf(fieldOf(data, 'slug')) ?? fileId;
	const summary: Record<string, unknown> = {
		fileId,
		fileName: textOf(fieldOf(data, 'fileName')),
		fileSize: sizeOf(data),
		mimeType: textOf(fieldOf(data, 'mimeType')),
		createdAt: isoDate(fieldOf(data, 'createdAt')),
		expiresAt: isoDate(fieldOf(data, 'expiresAt')),
		effectiveStatus: isOver ? 'expired' : 'active',
		passwordProtected: flagOf(data, 'passwordProtected'),
		isZeroKnowledge: flagOf(data, 'isZeroKnowledge'),
		downloadUrl:
			textOf(fieldOf(data, 'downloadUrl')) ?? (page && `${linkBase}/f/${encodeURIComponent(page)}`),
	};
	const known = Object.entries(summary).filter(([, value]) => value !== undefined);
	return Object.fromEntries(known) as IDataObject;
}

/** A file as the service describes it, with the normalised fields next to, or in place of those of the same name. */
export const describeFile = (data: Json, around: Surroundings): IDataObject => ({
	...(data as IDataObject),
	...summaryOf(data, around),
});

/**
 * Where the download pages are, without a slash at its end.
 * @throws NodeOperationError for a Link Base URL that is none
 */
export async function linkBaseOf(context: ServiceContext): Promise<string> {
	const { linkBaseUrl } = await checkedCredential(context, fileShot);
	if (pastedText(linkBaseUrl) === '') return 'https://fileshot.io';
	return await addressOf(context, fileShot, 'linkBaseUrl');
}
