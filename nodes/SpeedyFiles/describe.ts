import type { IDataObject } from 'n8n-workflow';

import { epochOf } from '../shared/dates';
import { countOf, isJsonObject, type JsonRecord, textOf } from '../shared/http/service';
import type { OutputItem, OutputShape } from '../shared/node/output';

/** A file of a package (SpeedyFiles docs, REST API). */
export const fileOutput: OutputShape = { names: { fileId: ['id'] } };

/** A package. Finalize returns its link, and so may later versions for inbound packages. */
export const packageOutput: OutputShape = {
	names: { packageId: ['id', 'package_id'], link: ['magic_link', 'upload_url'] },
	nested: {
		files: {
			...fileOutput,
			simple: ['fileId', 'name', 'size', 'mimeType', 'uploadedAt', 'sha256', 'binaryPropertyName'],
		},
	},
	simple: [
		...['packageId', 'link', 'title', 'recipientEmail', 'recipientName', 'direction'],
		...['fileCount', 'totalSize', 'createdAt', 'expiresAt', 'status', 'files'],
	],
};

export const tokenOutput: OutputShape = { names: { tokenId: ['id'] } };

const isPast = (date: unknown, now: number) => (epochOf(date) ?? Infinity) <= now;

/**
 * Describes a package with the fields of the response, its status at a time and the totals of its files.
 * @param now the service's clock, in milliseconds since 1970
 */
export function describePackage(data: JsonRecord, now: number): OutputItem {
	return {
		json: data as IDataObject,
		added: {
			status: effectiveStatusOf(data, now),
			...(Array.isArray(data.files) && totalsOf(packageFiles(data))),
		},
	};
}

/**
 * Returns the status of a package. SpeedyFiles never sets the documented status `expired` (SpeedyFiles source).
 * @param now as in {@link describePackage}
 */
export function effectiveStatusOf(data: JsonRecord, now: number): string | undefined {
	const status = textOf(data.status);
	return status === 'active' && isPast(data.expires_at, now) ? 'expired' : status;
}

/** @param now as in {@link describePackage} */
export function describeToken(data: JsonRecord, now: number): OutputItem {
	const ended = isPast(data.expires_at, now) ? 'expired' : 'active';
	return {
		json: data as IDataObject,
		added: { status: data.revoked_at ? 'revoked' : ended },
	};
}

export const packageFiles = (data: JsonRecord): JsonRecord[] =>
	Array.isArray(data.files) ? data.files.filter(isJsonObject) : [];

/** The number of files and their total size in bytes, which is unknown if the size of a file is. */
export function totalsOf(files: JsonRecord[]): { fileCount: number; totalSize?: number } {
	const sizes = files.flatMap(({ size_bytes: size }) => countOf(size) ?? []);
	const isKnown = sizes.length === files.length;
	const totalSize = sizes.reduce((sum, size) => sum + size, 0);
	return { fileCount: files.length, ...(isKnown && { totalSize }) };
}
