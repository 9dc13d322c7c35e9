import type { IDataObject } from 'n8n-workflow';

import { isoDate } from '../shared/dates';
import { pathSegment } from '../shared/http/client';
import { type ExpectedBody, isJsonObject, type JsonRecord, textOf } from '../shared/http/service';
import { locatorField } from '../shared/node/locator';
import type { ItemContext } from '../shared/node/operation';

/**
 * Matches a file's URL on any host and captures the handle: the last path segment, without preceding tasks, an extension
 * after `+`, a trailing `/metadata` and the query.
 */
const HANDLE_IN_URL =
	'https?:\\/\\/[^\\/?#]+\\/(?:[^?#]*\\/)?((?!metadata(?:[\\/?#]|$))[^\\/?#+]+)(?:\\+[^\\/?#]*)?(?:\\/metadata)?\\/?(?:[?#].*)?$';

/** A file, by its handle or URL. There is no “From List”, because Filestack cannot list files. */
export const fileField = locatorField({
	displayName: 'File',
	name: 'file',
	description: 'The file handle returned by Store, or any Filestack URL of the file',
	urlPattern: HANDLE_IN_URL,
	urlPlaceholder: 'e.g. https://cdn.filestackcontent.com/s7tdGfE5RRKFUxwsZoYv',
	idPlaceholder: 'e.g. s7tdGfE5RRKFUxwsZoYv',
	idLabel: 'Handle',
});

/** Returns the handle in a URL; any other text is returned as a handle. */
export function extractHandle(text: string): string {
	const trimmed = text.trim();
	return new RegExp(`^${HANDLE_IN_URL}`).exec(trimmed)?.[1] ?? trimmed;
}

/** The file that the user selected. */
export interface SelectedFile {
	handle: string;
	/** The handle as a segment of a path. */
	segment: string;
}

/** @throws NodeOperationError for a handle that cannot be a path segment */
export function selectedFile({ functions, locator }: ItemContext): SelectedFile {
	const handle = extractHandle(locator(fileField.name));
	return { handle, segment: pathSegment(functions, fileField.displayName, handle) };
}

/**
 * Adds normalized fields to a file as Filestack returns it: `handle`, `type` and `mimetype` (the store call returns
 * `type`, all others `mimetype`), and `uploadedAt` in ISO 8601 UTC.
 */
export function describeFile(data: JsonRecord, handle?: string): IDataObject {
	const url = textOf(data.url);
	const described: IDataObject = {
		...(data as IDataObject),
		handle: textOf(data.handle) ?? (url ? extractHandle(url) : handle),
	};
	const type = textOf(data.type) ?? textOf(data.mimetype);
	if (type) Object.assign(described, { type, mimetype: textOf(data.mimetype) ?? type });
	// Fractional milliseconds (Filestack docs, Metadata, Response).
	const uploadedAt = isoDate(data.uploaded);
	if (uploadedAt) described.uploadedAt = uploadedAt;
	return described;
}

/** A stored file. The URL or handle is required, because a response without one may mean that no file was stored. */
export const STORED: ExpectedBody<JsonRecord> = {
	what: 'the URL or handle of the file',
	read(body) {
		if (!isJsonObject(body)) return undefined;
		const handle = textOf(body.handle) ?? extractHandle(textOf(body.url) ?? '');
		return handle !== '' && !/[/\s]/.test(handle) ? body : undefined;
	},
};

/** An overwritten file. Any description is accepted, because the handle is already known. */
export const OVERWRITTEN: ExpectedBody<JsonRecord> = {
	what: 'a description of the file',
	read: (body) =>
		isJsonObject(body) && ['url', 'handle', 'filename'].some((field) => textOf(body[field]))
			? body
			: undefined,
};
