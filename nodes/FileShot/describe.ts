import type { IDataObject } from 'n8n-workflow';

import { readAddressField, readCheckedCredential } from '../shared/http/credential';
import { parseHttpUrl, pastedText } from '../shared/text';
import { epochOf } from '../shared/dates';
import {
	booleanOf,
	countOf,
	type ExpectedBody,
	idTextOf,
	type JsonRecord,
	type ServiceContext,
	textOf,
} from '../shared/http/service';
import { type OutputItem, type OutputShape, toOutput } from '../shared/node/output';
import { fileShot, unwrapEnvelope } from './service';

/** Names of each field in the docs, in responses and in FileShot's desktop clients; the documented name comes first. */
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

/** The value of a field under any of its names. */
export function fieldOf(data: JsonRecord, field: keyof typeof NAMES): unknown {
	return NAMES[field]
		.map((name) => data[name])
		.find((value) => value !== undefined && value !== null);
}

/** The values of a field under all of its names that the response contains, null included. */
export const valuesOf = (data: JsonRecord, field: keyof typeof NAMES): unknown[] =>
	NAMES[field].map((name) => data[name]).filter((value) => value !== undefined);

export const fileIdOf = (data: JsonRecord): string | undefined => idTextOf(fieldOf(data, 'fileId'));

/** A boolean of a file; undefined, not false, if the response does not contain it. */
export const flagOf = (data: JsonRecord, field: keyof typeof NAMES): boolean | undefined =>
	booleanOf(fieldOf(data, field));

/** A file whose upload was started or completed. */
export const NEW_FILE: ExpectedBody<JsonRecord> = {
	what: 'a file ID',
	read: (body) => (fileIdOf(unwrapEnvelope(body)) ? unwrapEnvelope(body) : undefined),
};

/** The details of a file, recognized by an ID or a name. */
export const FILE: ExpectedBody<JsonRecord> = {
	what: 'the file',
	read(body) {
		const data = unwrapEnvelope(body);
		return (fileIdOf(data) ?? textOf(fieldOf(data, 'fileName'))) ? data : undefined;
	},
};

/** The size in bytes; undefined if the response does not contain it. */
export const sizeOf = (data: JsonRecord): number | undefined => countOf(fieldOf(data, 'fileSize'));

/** The data that a description needs in addition to the file. */
export interface DescribeContext {
	/** The base URL of the download pages, without a trailing slash. */
	linkBase: string;
	/** The service's clock, in milliseconds since 1970. */
	now: number;
}

/** The output of a file under the names of all FileShot clients. */
export const fileOutput: OutputShape = {
	names: {
		fileId: NAMES.fileId,
		link: NAMES.downloadUrl,
		name: NAMES.fileName,
		size: NAMES.fileSize,
		mimeType: NAMES.mimeType,
		createdAt: NAMES.createdAt,
		expiresAt: NAMES.expiresAt,
		customSlug: NAMES.slug,
		passwordProtected: NAMES.passwordProtected,
		isZeroKnowledge: NAMES.isZeroKnowledge,
		downloadCount: NAMES.downloadCount,
		maxDownloads: NAMES.maxDownloads,
	},
	omitted: ['success'],
};

/** The same with a simplified output, because FileShot's own apps get more fields than its documentation shows. */
export const fileDetails: OutputShape = {
	...fileOutput,
	simple: [
		...['fileId', 'link', 'name', 'size', 'mimeType', 'createdAt', 'expiresAt', 'status'],
		...['passwordProtected', 'isZeroKnowledge'],
	],
};

/** Describes a file with the fields of the response, and the ones that are computed from them. */
export function describeFile(data: JsonRecord, { linkBase, now }: DescribeContext): OutputItem {
	const fileId = fileIdOf(data);
	const expires = epochOf(fieldOf(data, 'expiresAt'));
	const isExpired = booleanOf(data.expired) === true || (expires !== undefined && expires <= now);
	const page = textOf(fieldOf(data, 'slug')) ?? fileId;
	const downloadUrl = textOf(fieldOf(data, 'downloadUrl'));
	const link = parseHttpUrl(downloadUrl)
		? downloadUrl
		: page && `${linkBase}/f/${encodeURIComponent(page)}`;
	const added = {
		fileId,
		link,
		status: isExpired ? 'expired' : 'active',
		passwordProtected: flagOf(data, 'passwordProtected'),
		isZeroKnowledge: flagOf(data, 'isZeroKnowledge'),
	};
	return { json: data as IDataObject, added };
}

/** Returns the output fields of a file. */
export const outputFieldsOf = (item: OutputItem): IDataObject => toOutput(fileOutput, item);

/**
 * Reads the base URL of the download pages from the credential, without a trailing slash.
 * @throws NodeOperationError if Link Base URL is not a valid URL
 */
export async function readLinkBase(context: ServiceContext): Promise<string> {
	const { linkBaseUrl } = await readCheckedCredential(context, fileShot);
	if (pastedText(linkBaseUrl) === '') return 'https://fileshot.io';
	return await readAddressField(context, fileShot, 'linkBaseUrl');
}
