import type { IDataObject } from 'n8n-workflow';

import { pathSegment } from '../shared/http/addresses';
import { type ExpectedBody, isJsonObject, type JsonRecord, textOf } from '../shared/http/service';
import { locatorField } from '../shared/node/locator';
import type { ItemContext } from '../shared/node/operation';
import type { OutputShape } from '../shared/node/output';

/**
 * Matches a file's URL on any host and captures the handle: the last path segment, without preceding tasks, an extension
 * after `+`, a trailing `/metadata` and the query.
 */
const HANDLE_IN_URL =
	'[Hh][Tt]{2}[Pp][Ss]?:\\/\\/[^\\/?#]+\\/(?:[^?#]*\\/)?((?!metadata(?:[\\/?#]|$))[^\\/?#+]+)(?:\\+[^\\/?#]*)?(?:\\/metadata)?\\/?(?:[?#].*)?$';

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

/** A file or a job. The store call names the media type `type`, all others `mimetype`. */
export const filestackOutput: OutputShape = {
	names: {
		jobId: ['jobid', 'uuid'],
		mimeType: ['mimetype', 'type'],
		// Fractional milliseconds (Filestack docs, Metadata, Response).
		uploadedAt: ['uploaded'],
		updatedAt: ['timestamp'],
		workflowId: ['workflow'],
		writeable: ['writeable', 'isWriteable'],
	},
	// The same as `expiresAt`, in unix seconds.
	omitted: ['expiry'],
};

/** Describes a file with the fields of the response and its handle. */
export function describeFile(data: JsonRecord, handle?: string): IDataObject {
	const url = textOf(data.url);
	return {
		...(data as IDataObject),
		handle: textOf(data.handle)?.trim() ?? (url ? extractHandle(url) : handle),
	};
}

/** A stored file. The URL or handle is required, because a response without one may mean that no file was stored. */
export const STORED: ExpectedBody<JsonRecord> = {
	what: 'the URL or handle of the file',
	read(body) {
		if (!isJsonObject(body)) return undefined;
		const handle = textOf(body.handle)?.trim() ?? extractHandle(textOf(body.url) ?? '');
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
