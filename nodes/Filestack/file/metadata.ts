import { callApi } from '../../shared/http/client';
import type { ItemContext } from '../../shared/node/operation';
import { type Essential, isJsonObject, type Json, textOf } from '../../shared/http/service';
import type { SelectedFile } from '../handle';
import { filestack, requireAppSecret } from '../service';
import { policyQuery } from '../signing';

/** The fields that Filestack returns by default (Filestack docs, Metadata, Response). */
const DEFAULT_FIELDS = [
	'mimetype',
	'uploaded',
	'writeable',
	'filename',
	'location',
	'key',
	'path',
	'size',
];

/** Requires at least one of the fields. */
export const anyField = (fields: string[]): Essential<Json> => ({
	what: `any of ${fields.join(', ')}`,
	read: (body) => (isJsonObject(body) && fields.some((field) => field in body) ? body : undefined),
});

/** Requires at least one of the default or requested fields. */
export const anyMetadata = (fields: string[]): Essential<Json> => ({
	...anyField([...DEFAULT_FIELDS, ...fields]),
	what: 'any metadata of the file',
});

/** Requires every field, each as text. */
export const everyField = (fields: string[]): Essential<Json> => ({
	what: fields.join(', '),
	read: (body) =>
		anyMetadata(fields).read(body, 200) && fields.every((field) => textOf((body as Json)[field]))
			? (body as Json)
			: undefined,
});

/**
 * Retrieves the metadata of a file.
 * @param fields the requested fields; if empty, Filestack returns its default fields
 * @throws NodeOperationError if EXIF is requested and the credential has no app secret
 */
export async function readMetadata(
	{ functions }: ItemContext,
	{ handle, segment }: SelectedFile,
	fields: string[],
	needs: Essential<Json>,
): Promise<Json> {
	const exif = fields.includes('exif');
	if (exif) await requireAppSecret(functions, 'Reading EXIF data');
	const { body } = await callApi(functions, filestack, {
		method: 'GET',
		path: `/file/${segment}/metadata`,
		qs: {
			...Object.fromEntries(fields.map((field) => [field, 'true'])),
			...policyQuery(exif ? ['stat', 'exif'] : ['stat'], handle),
		},
		needs,
	});
	return body;
}
