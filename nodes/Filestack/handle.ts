import type { IDataObject } from 'n8n-workflow';

import { isoDate } from '../shared/dates';
import { pathPart } from '../shared/http';
import { locatorField } from '../shared/locator';
import type { ItemContext } from '../shared/operation';
import { type Json, textOf } from '../shared/service';

/**
 * Finds the handle in a URL of a file, whichever host it is of: the last segment of its path. Tasks before it, an
 * extension that was put on with `+`, `/metadata` behind it and the query are not part of it.
 */
const HANDLE_IN_URL =
	'https?:\\/\\/[^\\/?#]+\\/(?:[^?#]*\\/)?((?!metadata(?:[\\/?#]|$))[^\\/?#+]+)(?:\\+[^\\/?#]*)?(?:\\/metadata)?\\/?(?:[?#].*)?$';

/** One file. Filestack has no list of files to pick from. */
export const fileField = locatorField({
	displayName: 'File',
	name: 'file',
	description: 'The file handle returned by Store, or any Filestack URL of the file',
	urlPattern: HANDLE_IN_URL,
	urlPlaceholder: 'e.g. https://cdn.filestackcontent.com/s7tdGfE5RRKFUxwsZoYv',
	idPlaceholder: 'e.g. s7tdGfE5RRKFUxwsZoYv',
	idLabel: 'Handle',
});

/** The handle of a URL; any other text is taken for a handle itself. */
export function handleIn(text: string): string {
	const trimmed = text.trim();
	return new RegExp(`^${HANDLE_IN_URL}`).exec(trimmed)?.[1] ?? trimmed;
}

/** The file that the user has chosen. */
export interface ChosenFile {
	handle: string;
	/** The handle as a segment of a path. */
	segment: string;
}

/** @throws NodeOperationError for a handle that is none */
export function chosenFile({ functions, locator }: ItemContext): ChosenFile {
	const handle = handleIn(locator(fileField.name));
	return { handle, segment: pathPart(functions, fileField.displayName, handle) };
}

/**
 * A file as Filestack describes it, with normalised fields next to its own: the `handle`, both names of the media type
 * (storing answers with `type`, everything else with `mimetype`), `uploadedAt` in ISO 8601 UTC.
 */
export function describeFile(data: Json, handle?: string): IDataObject {
	const url = textOf(data.url);
	const described: IDataObject = {
		...(data as IDataObject),
		handle: textOf(data.handle) ?? (url ? handleIn(url) : handle),
	};
	const type = textOf(data.type) ?? textOf(data.mimetype);
	if (type) Object.assign(described, { type, mimetype: textOf(data.mimetype) ?? type });
	// Milliseconds with a fraction (Filestack docs, Metadata, Response).
	const uploadedAt = isoDate(data.uploaded);
	if (uploadedAt) described.uploadedAt = uploadedAt;
	return described;
}
